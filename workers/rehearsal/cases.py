"""A file of real inspections: what its columns mean, and what is wrong with a row that cannot be read."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import BeforeValidator, model_validator

from domain.errors import MalformedError
from domain.values import AreaCode, DfeCode, Outcome, PublicName, Value
from workers.tables import A_PUBLIC_NAME, Columns, Day, Line, OptionalDay, read_table, require_field

COLUMNS: Final = Columns(
    rows_are="case",
    required=("area", "name", "dfe_code", "fieldwork_start", "fieldwork_end", "published", "outcome"),
    optional=(
        "notified",
        "final_report_received",
        "strategic_plan_published",
        "plan_submitted",
        "plan_accepted",
        "plan_published",
        "polls",
    ),
    accepted={
        "area": "three capital letters, e.g. SFK",
        "name": A_PUBLIC_NAME,
        "dfe_code": "three digits, e.g. 935",
        "outcome": "1, 2 or 3",
        "polls": "one or more dates like 2023-05-04, separated by ;",
    },
)


def _several_dates(value: Any) -> Any:
    return [part.strip() for part in value.split(";") if part.strip()] if isinstance(value, str) else value


class Case(Value):
    """One inspection as it is known from the published record.

    `fieldwork_start` and `fieldwork_end` are the dates printed in the report.
    """

    area: AreaCode
    name: PublicName
    dfe_code: DfeCode
    fieldwork_start: Day
    fieldwork_end: Day
    published: Day
    outcome: Outcome
    notified: OptionalDay = None
    final_report_received: OptionalDay = None
    strategic_plan_published: OptionalDay = None
    plan_submitted: OptionalDay = None
    plan_accepted: OptionalDay = None
    plan_published: OptionalDay = None
    polls: Annotated[tuple[Day, ...], BeforeValidator(_several_dates)] = ()

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        require_field(
            self.fieldwork_end >= self.fieldwork_start, "fieldwork_end", "not before fieldwork_start"
        )
        require_field(self.published > self.fieldwork_end, "published", "after fieldwork_end")
        require_field(_in_order(self.notified, self.fieldwork_start), "notified", "before fieldwork_start")
        received = self.final_report_received
        require_field(
            _in_order(self.fieldwork_end, received) and (received is None or received <= self.published),
            "final_report_received",
            "after fieldwork_end and not after published",
        )
        for column in ("strategic_plan_published", "plan_submitted", "plan_accepted", "plan_published"):
            done_on: date | None = getattr(self, column)
            require_field(done_on is None or done_on >= self.published, column, "not before published")
        action_plan = (self.plan_submitted, self.plan_accepted, self.plan_published)
        if self.outcome is Outcome.WIDESPREAD_FAILINGS:
            require_field(
                self.strategic_plan_published is None, "strategic_plan_published", "empty for outcome 3"
            )
        else:
            require_field(not any(action_plan), "plan_submitted", "empty unless the outcome is 3")
        return self


def _in_order(first: date | None, second: date | None) -> bool:
    return first is None or second is None or first < second


def read_cases(path: Path, only: Sequence[str] = ()) -> list[Case]:
    """Read a file of cases, all of it or the areas that are named.

    Raises:
        MalformedError: names file, line and column, and says what is accepted there.
    """
    rows = read_table(path, COLUMNS, Case)
    _require_each_once(rows)
    cases = [case for _, case in rows]
    unknown = sorted(set(only) - {case.area for case in cases})
    if unknown:
        known = ", ".join(sorted({case.area for case in cases}))
        raise MalformedError(f"--only {', '.join(unknown)}: not in {path}, which has {known}")
    return [case for case in cases if not only or case.area in only]


def _require_each_once(rows: Sequence[tuple[Line, Case]]) -> None:
    """Refuse an inspection that is there twice: it would be played over itself, and all of it irregular."""
    first: dict[tuple[AreaCode, date], int] = {}
    for line, case in rows:
        began = case.fieldwork_start
        number = first.setdefault((case.area, began), line.number)
        if number != line.number:
            accepted = f"a day on which no other inspection of {case.area} begins; line {number} has it"
            raise line.refusal("fieldwork_start", began.isoformat(), accepted)
