"""All that inspections need to live in a test: a ledger of its own, a worker, a desk and a clock.

The servers are the real ones. An inspection's days pass only when a test lets them.
"""

import asyncio
import contextlib
import itertools
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import asyncpg
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError
from temporalio.testing import TimeSkipper
from temporalio.worker import Worker

from domain.actors import Role
from domain.inspection.events import Event
from domain.inspection.state import State, evolve, initial
from domain.messages import Answer, MilestoneRequest, Standing, StartInspection
from domain.rulebook import Rulebook
from domain.streams import StreamKind
from domain.values import SealedText
from eventstore.codec import Codec
from eventstore.codecs import CODEC, CODECS
from eventstore.ledger import CommandRecord
from eventstore.migrate import migrate
from workers.desk import Desk
from workers.embedded.clock import A_MOMENT, until_awake
from workers.rehearsal.cases import Case, read_cases
from workers.rehearsal.script import CURRENT_DRAFT, PARTNERSHIP, PEOPLE, UNWRITTEN, Script, Step, write_script
from workers.stores import Stores, open_stores
from workers.worker import build_worker
from workflows.inspection import InspectionWorkflow

EXAMPLES: Final = Path(__file__).parents[2] / "examples" / "published-inspections.csv"
CASES: Final = {case.area: case for case in read_cases(EXAMPLES)}

STAGES: Final = {
    "planned": ("plan_inspection", 1),
    "notified": ("notify_area", 1),
    "fieldwork": ("begin_fieldwork", 1),
    "moderation": ("end_fieldwork", 1),
    "outcome": ("receive_comments", 1),
    "publication": ("sign_off_outcome", 2),
    "follow_up": ("release_report", 1),
}
"""The milestone, and the how-manyth of its kind, with which each stage begins."""

_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_codes = itertools.count()
_making_a_template = asyncio.Lock()


def unused_area() -> str:
    """Return an area code that no other test has: all share one Temporal server."""
    number = next(_codes)
    return "".join(_ALPHABET[number // 26**place % 26] for place in (2, 1, 0))


@asynccontextmanager
async def fresh_database(server: str, *, rehearsal: bool = True) -> AsyncIterator[str]:
    """Make a migrated database of one's own, from a template that is made when it is first needed."""
    template = "rehearsals" if rehearsal else "lives"
    name = f"house_{uuid4().hex}"
    async with _making_a_template:
        if not await _run(server, f"SELECT 1 FROM pg_database WHERE datname = '{template}'"):
            await _run(server, f"CREATE DATABASE {template}")
            await migrate(_with_name(server, template), rehearsal=rehearsal)
    await _run(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    try:
        yield _with_name(server, name)
    finally:
        await _run(server, f"DROP DATABASE {name} WITH (FORCE)")


async def _run(server: str, statement: str) -> Any:
    """Run a statement on a connection of its own: the server may have been away in the meantime."""
    connection = await asyncpg.connect(server)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


def _with_name(server: str, database: str) -> str:
    return server.replace("@/postgres?", f"@/{database}?")


@dataclass
class House:
    """Where inspections live; without a skipper, by the real clock."""

    client: Client
    skipper: TimeSkipper | None
    stores: Stores
    folder: Path
    text: SealedText
    database_url: str
    rules: Rulebook = field(default_factory=Rulebook.released)
    queue: str = field(default_factory=lambda: f"queue-{uuid4().hex}")

    def worker(self, rules: Rulebook | None = None, codec: Codec[Event] = CODEC) -> Worker:
        """Put a worker together; it works while its block lasts, and its workflows in the sandbox."""
        return build_worker(
            self.client,
            self.queue,
            self.stores,
            self.folder,
            rules=rules or self.rules,
            codecs={**CODECS, StreamKind.INSPECTION: codec},
            sandboxed=True,
        )

    def life(self, case: str = "TRF", *, until: str | None = None, **changed: Any) -> "Life":
        """Prepare an inspection like a real one, in an area of its own, on the day a stage begins."""
        given = CASES[case].model_dump() | {"area": unused_area()} | changed
        script = write_script(Case.model_validate(given), 1, self.rules)
        return Life(self, script, _index(script, until) if until else len(script.steps) - 1)


def _index(script: Script, stage: str) -> int:
    milestone, number = STAGES[stage]
    found = [place for place, step in enumerate(script.steps) if step.milestone == milestone]
    return found[number - 1]


@asynccontextmanager
async def open_house(server: str, skipper: TimeSkipper, folder: Path) -> AsyncIterator[House]:
    """Open a house without a worker."""
    async with fresh_database(server) as url, open_stores(url) as stores:
        unwritten = await stores.texts.seal(UNWRITTEN, "tests/unwritten")
        yield House(skipper.client, skipper, stores, folder, unwritten, url)


class Life:
    """One inspection, played by hand: what was done already, and what its script does next."""

    def __init__(self, house: House, script: Script, last: int) -> None:
        self.house = house
        self.script = script
        self.inspection = script.inspection
        self.moment = script.steps[last].at
        self.look_every_seconds = 1_000 * 86_400  # each look costs a second of real time
        self.standing = Standing()
        self.done = 0
        self.desk = Desk(house.client, house.queue, self.start)
        self._last = last
        self.requests: list[MilestoneRequest] = []

    @property
    def handle(self) -> WorkflowHandle[InspectionWorkflow, None]:
        """The inspection's process, whichever run is the present one."""
        return self.house.client.get_workflow_handle_for(InspectionWorkflow.run, self.inspection)

    def start(self, inspection: str) -> StartInspection:
        """Begin the process at the moment at which the inspection is now."""
        return StartInspection(
            inspection=inspection,
            clock_offset_seconds=math.ceil((self.moment - datetime.now(UTC)).total_seconds()),
            rehearsal=True,
            look_every_seconds=self.look_every_seconds,
        )

    async def play(self, *, through: Callable[[Step], bool] = lambda _: True) -> None:
        """Do what the script does up to the stage that was asked for, all at its own dates."""
        while self.done <= self._last and through(self.script.steps[self.done]):
            await self.next_step()

    async def next_step(self) -> Answer:
        """Do the next thing in the script."""
        step = self.script.steps[self.done]
        answer = await self.record(step.milestone, step.by, step.at, **step.matter)
        assert answer.refused is None, answer.refused
        self.done += 1
        return answer

    def request(
        self, milestone: str, by: Role, at: datetime | None = None, /, **matter: Any
    ) -> MilestoneRequest:
        """Write a request; without a moment it happens when it is taken in."""
        return write_request(self.script, self.house.text, self.standing, milestone, by, at, matter)

    async def record(self, milestone: str, by: Role, at: datetime | None = None, /, **matter: Any) -> Answer:
        """Hand a milestone in at the desk."""
        return await self.hand_in(self.request(milestone, by, at, **matter))

    async def hand_in(self, request: MilestoneRequest) -> Answer:
        """Hand a request in at the desk, and wait until what it released is published."""
        self.requests.append(request)
        answer = await self.desk.record(request)
        self.standing = answer.standing
        if self.standing.publication_pending:
            await self.until(lambda standing: not standing.publication_pending)
        return answer

    async def until(self, holds: Callable[[Standing], bool]) -> None:
        """Wait until the process has come to stand so."""
        async for standing in self.standings():
            self.standing = standing
            if holds(standing):
                return

    async def standings(self) -> AsyncIterator[Standing]:
        """Look at where the process stands, again and again."""
        while True:
            # Between two runs of a process there is a moment at which nobody can be asked.
            with contextlib.suppress(RPCError):
                yield await self.handle.query(InspectionWorkflow.get_standing)
            await asyncio.sleep(0.02)

    async def let_pass(self, moment: datetime) -> None:
        """Let time pass until a moment, and let the process do what it wakes for."""
        await self.set_clock(moment)
        self.standing = await until_awake(self.handle, moment)

    async def set_clock(self, moment: datetime) -> None:
        """Let time pass until a moment, and nothing else."""
        ahead = moment - await self.now()
        if ahead > timedelta():
            assert self.house.skipper is not None
            await self.house.skipper.fast_forward(self.handle, ahead + A_MOMENT)
        self.moment = max(self.moment, moment)

    async def now(self) -> datetime:
        """Say what time it is for the inspection."""
        skipper = self.house.skipper
        clock = await skipper.get_current_time(self.handle) if skipper else datetime.now(UTC)
        async for event in self.handle.fetch_history_events(page_size=1):
            payloads = event.workflow_execution_started_event_attributes.input.payloads
            converter = self.house.client.data_converter
            (begun,) = await converter.decode(payloads, [StartInspection])
            return clock + timedelta(seconds=begun.clock_offset_seconds)
        raise AssertionError("a process without history")

    async def let_pass_to_next_instant(self) -> datetime:
        """Let time pass until the process wakes by itself."""
        self.standing = await self.handle.query(InspectionWorkflow.get_standing)
        wake = self.standing.next_wake
        assert wake is not None
        await self.let_pass(wake)
        await self.until(lambda standing: standing.next_wake != wake)
        return wake

    async def events(self) -> list[Event]:
        """Return what is in the ledger of it, in order."""
        entries = await self.house.stores.ledger.read_stream(self.inspection)
        assert [entry.version for entry in entries] == list(range(1, len(entries) + 1))
        return [CODEC.decode(entry) for entry in entries]

    async def names(self) -> list[str]:
        """Return the types of its events, in order."""
        return [entry.type for entry in await self.house.stores.ledger.read_stream(self.inspection)]

    async def state(self) -> State:
        """Fold its events."""
        state = initial()
        for event in await self.events():
            state = evolve(state, event)
        return state

    async def commands(self) -> list[CommandRecord]:
        """Return all commands of it, refusals included."""
        return await self.house.stores.ledger.commands(self.inspection)


def write_request(
    script: Script,
    text: SealedText,
    standing: Standing,
    milestone: str,
    by: Role,
    at: datetime | None,
    matter: dict[str, Any],
) -> MilestoneRequest:
    """Write a request of the person who has a role in rehearsals."""
    person, organisation = PEOPLE[by]
    body = f"la-{script.case.area.lower()}" if organisation == PARTNERSHIP else organisation
    command = {
        "type": milestone,
        "decided_by": {"person": person, "role": by.value, "organisation": body},
        "recorded_by": {"person": person},
        **_filled_in(matter, text, standing),
    }
    if at is not None:
        command["occurred_at"] = at.isoformat()
    return MilestoneRequest(inspection=script.inspection, command_id=str(uuid4()), command=command)


def _filled_in(matter: Any, text: SealedText, standing: Standing) -> Any:
    """Put in what a script cannot know: the current draft, and references of sealed texts."""
    if matter == CURRENT_DRAFT:
        return standing.draft.model_dump(mode="json") if standing.draft else None
    if matter == UNWRITTEN:
        return text.model_dump(mode="json")
    if isinstance(matter, dict):
        return {name: _filled_in(value, text, standing) for name, value in matter.items()}
    if isinstance(matter, list):
        return [_filled_in(value, text, standing) for value in matter]
    return matter
