"""A file of real inspections: what its columns mean, and what is wrong with a row that cannot be read."""

import csv
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import BeforeValidator, StringConstraints, ValidationError, model_validator

from domain.errors import MalformedError
from domain.values import AreaCode, Outcome, Value

REQUIRED: Final = ("area", "name", "dfe_code", "fieldwork_start", "fieldwork_end", "published", "outcome")
OPTIONAL: Final = (
    "notified",
    "final_report_received",
    "strategic_plan_published",
    "plan_submitted",
    "plan_accepted",
    "plan_published",
    "polls",
)

_ACCEPTED: Final = {
    "area": "three capital letters, e.g. SFK",
    "name": "the area's name, up to 80 characters",
    "dfe_code": "three digits, e.g. 935",
    "outcome": "1, 2 or 3",
    "polls": "one or more dates like 2023-05-04, separated by ;",
}
_A_DATE: Final = "a date like 2023-11-13"


def _no_date_when_empty(value: Any) -> Any:
    return None if value == "" else value


def _several_dates(value: Any) -> Any:
    return [part.strip() for part in value.split(";") if part.strip()] if isinstance(value, str) else value


def _iso_date(value: Any) -> Any:
    """Accept a calendar date with its hyphens only: a bare number would be read as seconds."""
    return datetime.strptime(value, "%Y-%m-%d").date() if isinstance(value, str) else value  # noqa: DTZ007  a day has no zone


Day = Annotated[date, BeforeValidator(_iso_date)]
OptionalDay = Annotated[Day | None, BeforeValidator(_no_date_when_empty)]


class Case(Value):
    """One inspection as it is known from the published record.

    `fieldwork_start` and `fieldwork_end` are the dates printed in the report.
    """

    area: AreaCode
    name: Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True)]
    dfe_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{3}$")]
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
        _require(self.fieldwork_end >= self.fieldwork_start, "fieldwork_end", "not before fieldwork_start")
        _require(self.published > self.fieldwork_end, "published", "after fieldwork_end")
        _require(_in_order(self.notified, self.fieldwork_start), "notified", "before fieldwork_start")
        received = self.final_report_received
        _require(
            _in_order(self.fieldwork_end, received) and (received is None or received <= self.published),
            "final_report_received",
            "after fieldwork_end and not after published",
        )
        for column in ("strategic_plan_published", "plan_submitted", "plan_accepted", "plan_published"):
            done_on: date | None = getattr(self, column)
            _require(done_on is None or done_on >= self.published, column, "not before published")
        action_plan = (self.plan_submitted, self.plan_accepted, self.plan_published)
        if self.outcome is Outcome.WIDESPREAD_FAILINGS:
            _require(self.strategic_plan_published is None, "strategic_plan_published", "empty for outcome 3")
        else:
            _require(not any(action_plan), "plan_submitted", "empty unless the outcome is 3")
        return self


def _in_order(first: date | None, second: date | None) -> bool:
    return first is None or second is None or first < second


def _require(holds: bool, column: str, accepted: str) -> None:
    if not holds:
        raise ValueError(f"{column}: {accepted}")


def read_cases(path: Path, only: Sequence[str] = ()) -> list[Case]:
    """Read a file of cases, all of it or the areas that are named.

    Raises:
        MalformedError: names file, line and column, and says what is accepted there.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            _check_header(path, reader.fieldnames or [])
            cases = [_read_row(path, reader.line_num, row) for row in reader]
    except FileNotFoundError as error:
        raise MalformedError(f"{path}: there is no such file; a CSV file of cases is accepted") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise MalformedError(f"{path}: cannot be read as CSV in UTF-8 ({error})") from error
    unknown = sorted(set(only) - {case.area for case in cases})
    if unknown:
        known = ", ".join(sorted({case.area for case in cases}))
        raise MalformedError(f"--only {', '.join(unknown)}: not in {path}, which has {known}")
    chosen = [case for case in cases if not only or case.area in only]
    if not chosen:
        raise MalformedError(
            f"{path}: line 2: there is no case; at least one row below the header is accepted"
        )
    return chosen


def _check_header(path: Path, columns: Sequence[str]) -> None:
    known = (*REQUIRED, *OPTIONAL)
    missing = [name for name in REQUIRED if name not in columns]
    strange = [name for name in columns if name not in known]
    doubled = sorted({name for name in columns if columns.count(name) > 1})
    for problem, names in (("missing", missing), ("not known", strange), ("there twice", doubled)):
        if names:
            raise MalformedError(
                f"{path}: line 1: column {', '.join(names)} is {problem}; accepted are "
                f"{','.join(REQUIRED)} and, if wanted, {','.join(OPTIONAL)}"
            )


def _read_row(path: Path, line: int, row: dict[str | None, Any]) -> Case:
    if None in row:
        raise MalformedError(f"{path}: line {line}: more fields than columns")
    short = [name for name, value in row.items() if value is None]
    if short:
        raise MalformedError(
            f"{path}: line {line}: column {short[0]} is not there; fewer fields than columns"
        )
    try:
        return Case.model_validate({name: value.strip() for name, value in row.items() if name})
    except ValidationError as error:
        problem = error.errors()[0]
        where = str(problem["loc"][0]) if problem["loc"] else None
        if where is None:
            where, _, accepted = str(problem["ctx"]["error"]).partition(": ")
        else:
            accepted = _ACCEPTED.get(where, _A_DATE)
        found = row.get(where)
        raise MalformedError(
            f"{path}: line {line}: column {where} is {found!r}; accepted is {accepted}"
        ) from None
