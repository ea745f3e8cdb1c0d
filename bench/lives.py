"""Lifecycles: the milestones of a published inspection, as a rehearsal writes them down.

Each inspection's clock is set, by the offset that rehearsals have, to the day of its last milestone. So
nothing lies in the future, and no clock has to be skipped while somebody measures.
"""

import itertools
import math
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

from domain.messages import Answer, MilestoneRequest, Standing, StartInspection
from domain.rulebook import Rulebook
from domain.values import SealedText
from workers.desk import Desk
from workers.rehearsal.cases import Case, read_cases
from workers.rehearsal.script import CURRENT_DRAFT, PARTNERSHIP, PEOPLE, UNWRITTEN, Script, Step, write_script

EXAMPLES: Final = Path(__file__).parents[1] / "examples" / "published-inspections.csv"
CASES: Final = {case.area: case for case in read_cases(EXAMPLES)}
LAST: Final = "release_report"
A_CASE: Final = "TRF"
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_AREAS: Final = len(_LETTERS) ** 3


def area_of(number: int) -> str:
    """Return the area code of the inspection with this number."""
    return "".join(_LETTERS[number // len(_LETTERS) ** place % len(_LETTERS)] for place in (2, 1, 0))


def script_of(number: int, rules: Rulebook, case: str = A_CASE, **changed: Any) -> Script:
    """Write the script of an inspection like a real one, in an area of its own."""
    given = CASES[case].model_dump() | {"area": area_of(number % _AREAS)} | changed
    return write_script(Case.model_validate(given), number // _AREAS + 1, rules)


def steps_to_release(script: Script) -> list[Step]:
    """Return what people do up to the release of the report."""
    before = itertools.takewhile(lambda step: step.milestone != LAST, script.steps)
    return [*before, next(step for step in script.steps if step.milestone == LAST)]


class Lives:
    """Plays whole lifecycles at a desk, on inspections that nobody has used yet."""

    def __init__(self, desk: "OffsetDesk", text: SealedText, rules: Rulebook) -> None:
        self._desk = desk
        self._text = text
        self._rules = rules

    async def live(self, number: int) -> list[float]:
        """Play one lifecycle and return how many seconds each milestone took."""
        script = script_of(number, self._rules)
        steps = steps_to_release(script)
        self._desk.begin(script.inspection, steps[-1].at)
        standing = Standing()
        taken = []
        for step in steps:
            request = request_of(script, step, self._text, standing)
            began = time.perf_counter()
            answer = await self._desk.desk.record(request)
            taken.append(time.perf_counter() - began)
            if answer.refused:
                raise AssertionError(f"{script.inspection}, {step.milestone}: {answer.refused}")
            standing = answer.standing
        return taken


class OffsetDesk:
    """A desk whose processes begin at the day that was told for each."""

    def __init__(self, client: Any, queue: str) -> None:
        self._offsets: dict[str, int] = {}
        self.desk = Desk(client, queue, self._start)

    def begin(self, inspection: str, moment: datetime) -> None:
        """Say at which moment an inspection's process is to begin."""
        self._offsets[inspection] = offset_to(moment)

    def _start(self, inspection: str) -> StartInspection:
        return StartInspection(
            inspection=inspection,
            clock_offset_seconds=self._offsets[inspection],
            rehearsal=True,
            look_every_seconds=1_000 * 86_400,
        )


def offset_to(moment: datetime) -> int:
    """Return the seconds between now and a moment, rounded up so that the moment is not in the future."""
    return math.ceil((moment - datetime.now(UTC)).total_seconds())


def request_of(
    script: Script, step: Step, text: SealedText, standing: Standing, command_id: UUID | None = None
) -> MilestoneRequest:
    """Write the request for a step."""
    person, organisation = PEOPLE[step.by]
    body = f"la-{script.case.area.lower()}" if organisation == PARTNERSHIP else organisation
    command = {
        "type": step.milestone,
        "occurred_at": step.at.isoformat(),
        "decided_by": {"person": person, "role": step.by.value, "organisation": body},
        "recorded_by": {"person": person},
        **_filled_in(step.matter, text, standing),
    }
    return MilestoneRequest(
        inspection=script.inspection, command_id=str(command_id or uuid4()), command=command
    )


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


Exchange = tuple[MilestoneRequest, Answer]
"""What was asked, and what was answered."""
