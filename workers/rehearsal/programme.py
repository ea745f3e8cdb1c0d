"""A whole programme lived again: every area in its cycle, and its inspections at their own dates.

Nobody opens an inspection by hand. On the day of its planning a coordinator schedules it in the cycle of its
area, the cycle opens it, and from then on both live side by side.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, Final

from domain.actors import Role
from domain.area.matters import EntryMatter
from domain.area.vocabulary import Partner, PartnerKind
from domain.errors import MalformedError
from domain.london import at_time, end_of_day
from domain.messages import Standing, StartInspection
from domain.rulebook import Rulebook
from workers.desk import start_ahead
from workers.rehearsal.cases import Case
from workers.rehearsal.clocks import Clock
from workers.rehearsal.conductor import Conductor
from workers.rehearsal.deeds import Scene, Stream
from workers.rehearsal.parts import Part
from workers.rehearsal.play import stage_for, write_scripts
from workers.rehearsal.script import NINE, Script, Step, bodies_of
from workers.settings import Settings
from workers.statistics import Counted, count

FIRST_DAY: Final = date(2023, 1, 1)
"""On which the present framework came into force, and on which the areas begin to live."""
_BEGINS: Final = at_time(FIRST_DAY, NINE)
_EARLIEST_STEP: Final = at_time(FIRST_DAY, time(10))
_A_LITTLE_SECONDS: Final = 0.01

Open = Callable[[Script], None]
"""Told of an inspection that the cycle of its area has opened."""


class Area:
    """Plays the cycle of one area: what its coordinators schedule, and what falls due by itself."""

    def __init__(self, scene: Scene, entry: EntryMatter, scripts: Iterable[Script], opened: Open) -> None:
        """Take where it is played, its entry, what is inspected, and who is told of what is opened."""
        self.name = entry.area
        self.standing = Standing()
        self.irregular: list[dict[str, str]] = []
        self._opened = opened
        self._steps = [_entering(entry), *map(_scheduling, sorted(scripts, key=_planned_at))]
        self._scripts: list[Script | None] = [None, *sorted(scripts, key=_planned_at)]
        self._done = 0
        self._look_at: datetime | None = None
        self._clock = Clock(scene.skipper, entry.area)
        self._stream = Stream(scene, entry.area, entry.area, _start)

    @property
    def next_moment(self) -> datetime | None:
        """When something is scheduled, falls due, or has moved in an inspection of the area."""
        step = self._steps[self._done].at if self._done < len(self._steps) else None
        moments = [one for one in (step, self.standing.next_wake, self._look_at) if one]
        return min(moments, default=None)

    def look_at(self, moment: datetime) -> None:
        """Have the cycle look at the ledger at a moment, because one of its inspections has moved."""
        self._look_at = moment

    def prepare(self, moment: datetime) -> None:
        """Do nothing: whatever wakes a cycle has to wait for its turn."""

    async def act(self, moment: datetime) -> None:
        """Set the clock to a moment, and do what is due then."""
        if self._done > 0:
            self.standing = await self._clock.set_to(moment)
        if self._look_at is not None and self._look_at <= moment:
            self._look_at = None
            self.standing = await self._clock.look()
        while self._done < len(self._steps) and self._steps[self._done].at <= moment:
            await self._do(self._steps[self._done])

    async def _do(self, step: Step) -> None:
        done = await self._stream.do(step, self._done, self.standing)
        self.standing = done.standing
        self.irregular += done.irregular
        script = self._scripts[self._done]
        self._done += 1
        while self.standing.errands:
            await asyncio.sleep(_A_LITTLE_SECONDS)
            self.standing = await self._clock.standing()
        if script is not None:
            self._opened(script)


async def rehearse_programme(
    settings: Settings,
    cases: Sequence[Case],
    entries: Sequence[EntryMatter],
    until: date,
    tell: Callable[[Area | Part, datetime], None],
) -> tuple[list[Area | Part], Counted]:
    """Let a programme live to the end of a day in London, and count what came of it; its ledger is kept.

    Args:
        settings: where the stack lies.
        cases: the inspections, of these areas or of others.
        entries: the areas that are known; those of the cases are added.
        until: the last day.
        tell: told of each turn.

    Raises:
        MalformedError: a case cannot be put on days, something happens after the last of them, or the last
            lies after the years of the calendar.
        UnavailableError: a part of the stack cannot be started, or the worker has failed.
        IntegrityError: a case cannot be played, because a rule that does not yield speaks against it.
    """
    rules = Rulebook.released()
    scripts = write_scripts(cases, rules)
    horizon = rules.current_calendar.last
    if until > horizon:
        raise MalformedError(f"--until {until} lies after the calendar; accepted is {horizon} or earlier")
    late = [one for one in cases if one.published > until]
    if late:
        raise MalformedError(
            f"--until {until}: the report on {late[0].area} was published on {late[0].published}; "
            "accepted is that day or a later one"
        )
    async with stage_for(settings, cases) as (scene, stores):
        played = await play(scene, _with_cases(entries, cases), scripts, end_of_day(until), tell)
        return played, await count(stores.ledger, rules, as_at=until)


def _with_cases(entries: Sequence[EntryMatter], cases: Sequence[Case]) -> list[EntryMatter]:
    """Add the areas that only the cases know, and to all that are inspected one board for health.

    Nothing printed says which boards share an area, nor does a case say in which region it lies.
    """
    known = {entry.area: entry for entry in entries}
    for case in cases:
        authority, board = bodies_of(case)
        entry = known.get(case.area) or EntryMatter(area=case.area, name=case.name, authority=authority)
        partner = Partner(body=board, name="Integrated care board", kind=PartnerKind.INTEGRATED_CARE_BOARD)
        known[case.area] = entry.model_copy(update={"partners": (partner,)})
    return list(known.values())


async def play(
    scene: Scene,
    entries: Sequence[EntryMatter],
    scripts: Sequence[Script],
    until: datetime,
    tell: Callable[[Area | Part, datetime], None],
) -> list[Area | Part]:
    """Let the areas and their inspections live side by side until a moment, all in the order of the calendar.

    Raises:
        IntegrityError: a step is refused by a rule that does not yield; names step and rule.
    """
    conductor: Conductor[Area | Part] = Conductor(tell)
    played: list[Area | Part] = []
    areas: dict[str, Area] = {}

    def opened(script: Script) -> None:
        area = areas[script.case.area]
        part = Part(scene, script, begun=True, moved=lambda at: _moved(conductor, area, at))
        played.append(part)
        conductor.enrol(part)

    for entry in entries:
        its_own = [_from_the_first_day(one) for one in scripts if one.case.area == entry.area]
        areas[entry.area] = Area(scene, entry, its_own, opened)
    played += areas.values()
    await conductor.play(areas.values(), until)
    return played


def _moved(conductor: Conductor[Area | Part], area: Area, at: datetime) -> None:
    area.look_at(at)
    conductor.call(area.name)


def _entering(entry: EntryMatter) -> Step:
    matter: dict[str, Any] = entry.model_dump(mode="json", exclude={"area"})
    return Step(_BEGINS, "enter_area", Role.COORDINATOR, matter)


def _scheduling(script: Script) -> Step:
    """Schedule in the cycle what the inspection's own script begins with."""
    plan = script.steps[0]
    matter = {
        "inspection": script.inspection,
        "kind": "full",
        "notify_on": plan.matter["notify_on"],
        "on_site": plan.matter["on_site"],
    }
    return Step(plan.at, "schedule_inspection", plan.by, matter)


def _planned_at(script: Script) -> datetime:
    return script.steps[0].at


def _from_the_first_day(script: Script) -> Script:
    """What was planned before the framework is planned on its first day: there was no cycle before."""
    return script.not_before(_EARLIEST_STEP)


def _start(stream: str) -> StartInspection:
    """Begin a process on the first day."""
    return start_ahead(_BEGINS - datetime.now(UTC))(stream)
