"""A rehearsal from a file of cases to its ledger: the stack, the migration, the worker, the conductor."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import reduce

from temporalio.testing import TimeSkipper, TimeSkippingConfig

from domain.errors import CalendarHorizonError, MalformedError, NotFoundError
from domain.inspection.deadlines import Deadline, deadlines
from domain.inspection.events import Event
from domain.inspection.state import State, evolve, initial
from domain.rulebook import Rulebook
from eventstore.codecs import CODEC
from eventstore.migrate import migrate
from eventstore.worklist import Worklist
from workers.embedded.stack import running_stack
from workers.rehearsal.cases import Case
from workers.rehearsal.conductor import Conductor
from workers.rehearsal.deeds import Scene, Words
from workers.rehearsal.parts import Part
from workers.rehearsal.script import PARTNERSHIP, PEOPLE, UNWRITTEN, Script, bodies_of, write_script
from workers.settings import Settings
from workers.stores import Stores, open_stores
from workers.summary import summariser
from workers.worker import build_worker, connect
from workflows import search_attributes

WHY_IRREGULAR = "The published dates say so; a rehearsal records what happened."
_ROLE_NAMES = {"ofsted": "Ofsted", "cqc": "CQC", "dcs": "DCS", "lano": "LANO", "dfe": "DfE"}


@dataclass(frozen=True, slots=True)
class Result:
    """One inspection after its rehearsal: what was played, and what the ledger holds of it."""

    part: Part
    state: State
    timeline: tuple[Event, ...]
    deadlines: tuple[Deadline, ...]
    ended_at: datetime
    """When the inspection was last heard of; its deadlines are looked at from there."""

    @property
    def events(self) -> int:
        """How many events the ledger holds of it."""
        return len(self.timeline)


async def rehearse(
    settings: Settings,
    cases: Sequence[Case],
    tell: Callable[[Part, datetime], None],
    begin: Callable[[int], None],
) -> list[Result]:
    """Play all cases, each by itself, on a stack of their own; the ledger is kept.

    Args:
        tell: told of each turn. begin: told how many steps there will be.

    Raises:
        UnavailableError: a part of the stack cannot be started, or the worker has failed.
        IntegrityError: a case cannot be played, because a rule that does not yield speaks against it.
    """
    rules = Rulebook.released()
    scripts = write_scripts(cases, rules)
    begin(sum(len(script.steps) for script in scripts))
    async with stage_for(settings, cases) as (scene, stores):
        parts = [Part(scene, script) for script in scripts]
        await Conductor(tell).play(parts)
        return [await _result(stores, rules, part) for part in parts]


@asynccontextmanager
async def stage_for(settings: Settings, cases: Sequence[Case]) -> AsyncIterator[tuple[Scene, Stores]]:
    """Start a stack with a worker for a rehearsal, and stop it afterwards; its ledger is kept.

    Raises:
        UnavailableError: a part of the stack cannot be started, or the worker has failed.
    """
    async with running_stack(settings, search_attributes=search_attributes.ALL, rehearsal=True) as stack:
        await migrate(stack.database_url, rehearsal=True)
        client = await connect(stack.temporal_address, settings.payload_keys, stack.namespace)
        async with open_stores(stack.database_url) as stores:
            words = await _prepare(stores, cases)
            skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=False))
            publication = stack.publication_dir(settings)
            async with build_worker(skipper.client, stack.task_queue, stores, publication):
                yield Scene(skipper, stack.task_queue, words), stores
            # Nobody follows this ledger afterwards, and it is there to be looked at.
            await Worklist(stores.pool, stores.ledger, summariser(Rulebook.released())).catch_up()


def write_scripts(cases: Sequence[Case], rules: Rulebook) -> list[Script]:
    """Write a script for each case, in the order of the file; an area's inspections of a year are counted.

    Raises:
        MalformedError: a case lies before the first handbook or outside the calendar.
    """
    seen: Counter[tuple[str, int]] = Counter()
    scripts = []
    for case in cases:
        year = (case.area, case.fieldwork_start.year)
        seen[year] += 1
        try:
            scripts.append(write_script(case, seen[year], rules))
        except (NotFoundError, CalendarHorizonError) as error:
            raise MalformedError(f"{case.area}, fieldwork from {case.fieldwork_start}: {error}") from error
    return scripts


async def _prepare(stores: Stores, cases: Sequence[Case]) -> Words:
    for role, (ref, organisation) in PEOPLE.items():
        body = "la-rehearsed" if organisation == PARTNERSHIP else organisation
        name = " ".join(_ROLE_NAMES.get(part, part) for part in role.value.split("_"))
        await stores.directory.add(name=f"Rehearsed {name}", role=role, organisation=body, ref=ref)
    for case in cases:
        authority, board = bodies_of(case)
        await stores.directory.put_body(authority, f"{case.name} local authority")
        await stores.directory.put_body(board, f"Integrated care board for {case.name}")
    return Words(
        unwritten=await stores.texts.seal(UNWRITTEN, "rehearsal/unwritten"),
        irregular=await stores.texts.seal(WHY_IRREGULAR, "rehearsal/irregular"),
    )


async def _result(stores: Stores, rules: Rulebook, part: Part) -> Result:
    entries = await stores.ledger.read_stream(part.script.inspection)
    timeline = tuple(CODEC.decode(entry) for entry in entries)
    state = reduce(evolve, timeline, initial())
    return Result(part, state, timeline, deadlines(rules, state), entries[-1].recorded_at)
