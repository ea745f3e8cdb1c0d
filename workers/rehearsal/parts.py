"""An inspection in a rehearsal: its script, how far it has come, and its clock."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from domain.messages import Standing, StartInspection
from workers.desk import start_ahead
from workers.rehearsal.clocks import Clock
from workers.rehearsal.deeds import Scene, Stream
from workers.rehearsal.script import Script, Step

Moved = Callable[[datetime], None]
"""Told of the moments at which an inspection has come to another stage."""

_A_LITTLE_SECONDS: Final = 0.01
"""Between two looks at whether the system has published what was released."""


class Part:
    """Plays one inspection.

    By itself it begins with the first step of its script and has its last moment with the last. In a
    programme the cycle of its area has begun it, so its first step is done already; and it lives on after the
    last one, for what falls due.
    """

    def __init__(
        self,
        scene: Scene,
        script: Script,
        *,
        begun: bool = False,
        moved: Callable[[datetime], None] = lambda _: None,
    ) -> None:
        """Take where it is played, and what is told of each new stage of the inspection."""
        self.script = script
        self.done = 1 if begun else 0
        self.irregular: list[dict[str, str]] = []
        self._lives_on = begun
        self._moved = moved
        self.standing = Standing()
        self._clock = Clock(scene.skipper, script.inspection)
        self._stream = Stream(scene, script.inspection, script.case.area, self._start)
        self._clock_set: asyncio.Task[Standing] | None = None

    @property
    def name(self) -> str:
        """The name of the inspection."""
        return self.script.inspection

    @property
    def next_step(self) -> Step | None:
        """The next thing that somebody does, if anything is left."""
        return self.script.steps[self.done] if self.done < len(self.script.steps) else None

    @property
    def next_moment(self) -> datetime | None:
        """When the next thing happens, by script or by itself; none when it is over."""
        step, wake = self.next_step, self.standing.next_wake
        if step is None:
            return wake if self._lives_on else None
        return min(step.at, wake) if wake else step.at

    def prepare(self, moment: datetime) -> None:
        """Set the clock to the next step while others have their turn; a move takes its time.

        Nothing happens between two steps, so nobody sees that the clock is early. A clock that is to wake
        its process has to wait for its turn, or the ledger would lose the order of time.
        """
        if self.next_step is not None and moment == self.next_step.at:
            self._clock_set = asyncio.create_task(self._clock.set_to(moment))

    async def act(self, moment: datetime) -> None:
        """Set the clock to a moment, and do what is due then."""
        before = self.standing.stage
        if self._clock_set is not None:
            self.standing = await self._clock_set
            self._clock_set = None
        elif self.done > 0:
            self.standing = await self._clock.set_to(moment)
        while (step := self.next_step) is not None and step.at <= moment:
            await self._do(step)
        if self.standing.stage != before:
            self._moved(moment)

    async def _do(self, step: Step) -> None:
        done = await self._stream.do(step, self.done, self.standing)
        self.standing = done.standing
        self.irregular += done.irregular
        self.done += 1
        while self.standing.publication_pending:
            await asyncio.sleep(_A_LITTLE_SECONDS)
            self.standing = await self._clock.standing()

    def _start(self, inspection: str) -> StartInspection:
        """Begin the process on the day of the first step."""
        return start_ahead(self.script.steps[0].at - datetime.now(UTC))(inspection)
