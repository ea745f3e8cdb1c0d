"""Inspections that go on, workers that carry them, and what is done to both."""

import asyncio
import contextlib
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

import asyncpg
from temporalio.service import RPCError

from tests.faults.callers import Insistent, concern, insistent_life
from tests.faults.houses import OwnPostgres, OwnTemporal
from tests.faults.processes import PATIENCE, kill, worker
from tests.faults.proxy import Proxy
from tests.journeys.house import House, Life
from tests.soak.plan import WORKERS, Fault, Step

INSPECTIONS = 6
A_BREATH = 0.3
"""Seconds between two milestones of an inspection."""
_SIGNALS = 20


@dataclass
class Scene:
    """Everything that faults happen to. Callers and workers reach the servers through the proxies."""

    house: House
    postgres: OwnPostgres
    temporal: OwnTemporal
    to_postgres: Proxy
    to_temporal: Proxy
    database: str
    """As the workers reach it."""
    stack: AsyncExitStack
    lives: list[Life] = field(default_factory=list)
    workers: list[subprocess.Popen[str]] = field(default_factory=list)
    callers: list[asyncio.Task[None]] = field(default_factory=list)
    signalled: list[tuple[str, UUID]] = field(default_factory=list)
    """Inspection and command of each signal that Temporal took."""
    over: bool = False

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        house: House,
        postgres: OwnPostgres,
        temporal: OwnTemporal,
        to_postgres: Proxy,
        to_temporal: Proxy,
        database: str,
    ) -> AsyncIterator[Self]:
        """Let workers work and inspections go on until the block ends."""
        async with AsyncExitStack() as stack:
            scene = cls(house, postgres, temporal, to_postgres, to_temporal, database, stack)
            for _ in range(WORKERS):
                scene.workers.append(await scene._new_worker())
            scene.callers = [asyncio.create_task(scene._call()) for _ in range(INSPECTIONS)]
            try:
                yield scene
            finally:
                for caller in scene.callers:
                    caller.cancel()
                await asyncio.gather(*scene.callers, return_exceptions=True)

    def progress(self) -> str:
        """Say how far things have come."""
        for caller in self.callers:
            if caller.done():
                caller.result()
        desks = [life.desk for life in self.lives if isinstance(life.desk, Insistent)]
        answers, unknown = sum(len(desk.told) for desk in desks), sum(desk.unknown for desk in desks)
        return (
            f"{len(self.lives)} inspections, {answers} answers, {unknown} times none, "
            f"{len(self.signalled)} signals"
        )

    async def _new_worker(self) -> subprocess.Popen[str]:
        started = worker(self.to_temporal.address, self.database, self.house)
        return await self.stack.enter_async_context(started)

    async def _call(self) -> None:
        """Play one inspection after the other, from its planning to its follow-up."""
        while not self.over:
            life = insistent_life(self.house, until="follow_up")
            self.lives.append(life)
            while life.done < len(life.script.steps) and not self.over:
                await life.next_step()
                await asyncio.sleep(A_BREATH)

    async def suffer(self, step: Step) -> None:
        """Do what the plan says, and mend it."""
        lasting = {
            Fault.KILL_POSTGRES: (self.postgres.kill, self.postgres.start),
            Fault.STOP_POSTGRES: (self.postgres.stop, self.postgres.start),
            Fault.CUT_POSTGRES: (self.to_postgres.cut, self.to_postgres.mend),
            Fault.CUT_TEMPORAL: (self.to_temporal.cut, self.to_temporal.mend),
            Fault.SWALLOW_POSTGRES: (self.to_postgres.swallow, self.to_postgres.mend),
            Fault.SLOW_DOWN: (lambda: self._slow_down(0.02), lambda: self._slow_down(0)),
        }
        if step.fault in lasting:
            begin, end = lasting[step.fault]
            begin()
            await asyncio.sleep(step.lasts)
            end()
            return
        match step.fault:
            case Fault.KILL_WORKER:
                await self._replace(step.victim % WORKERS)
            case Fault.KILL_ALL_WORKERS:
                for one in self.workers:
                    kill(one)
                for number in range(WORKERS):
                    await self._replace(number)
            case Fault.END_SESSIONS:
                await self._end_sessions()
            case Fault.KILL_TEMPORAL:
                self.temporal.kill()
                await asyncio.sleep(step.lasts)
                await self.temporal.start()
            case Fault.NONSENSE | Fault.SIGNALS:
                await self._signal(self._victim(step), nonsense=step.fault is Fault.NONSENSE)
            case Fault.TWICE:
                life = self._victim(step)
                request = concern(life)
                await asyncio.gather(life.hand_in(request), life.hand_in(request))

    def _slow_down(self, delay: float) -> None:
        self.to_postgres.delay = self.to_temporal.delay = delay

    def _victim(self, step: Step) -> Life:
        return self.lives[-1 - step.victim % INSPECTIONS]

    async def _replace(self, number: int) -> None:
        """Kill a worker and start another in its place; that one comes up whenever it can."""
        kill(self.workers[number])
        self.workers[number] = await self._new_worker()

    async def _end_sessions(self) -> None:
        with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            superuser = await asyncpg.connect(self.postgres.url)
            await superuser.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )
            await superuser.close()

    async def _signal(self, life: Life, *, nonsense: bool) -> None:
        for number in range(_SIGNALS):
            request = concern(life)
            # Whoever is told that a signal was not taken knows; whoever is told nothing does not.
            with contextlib.suppress(RPCError):
                if nonsense:
                    await life.handle.signal("record", number)
                else:
                    await life.handle.signal("record", request)
                    self.signalled.append((life.inspection, UUID(request.command_id)))

    async def calm_down(self) -> None:
        """Wait until every caller has its answer."""
        self.over = True
        await asyncio.wait_for(asyncio.gather(*self.callers), 3 * PATIENCE)

    async def check_signals(self) -> None:
        """Check that every signal that was taken is in the ledger."""
        for inspection in {inspection for inspection, _ in self.signalled}:
            sent = {command_id for name, command_id in self.signalled if name == inspection}
            kept = {record.command_id for record in await self.house.stores.ledger.commands(inspection)}
            assert sent <= kept, f"{inspection}: {len(sent - kept)} signals are lost"
