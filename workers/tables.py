"""Tables in CSV that people supply: read whole, or refused by file, line and column."""

import csv
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple, TypeVar

from pydantic import BeforeValidator, Field, ValidationError

from domain.errors import MalformedError
from domain.values import Value

A_PUBLIC_NAME: Final = "a name, up to 100 characters: letters, digits, spaces and .,'()&/-"
_A_DATE: Final = "a date like 2023-11-13"

R = TypeVar("R", bound=Value)


def _no_date_when_empty(value: Any) -> Any:
    return None if value == "" else value


def _iso_date(value: Any) -> Any:
    """Accept a calendar date with its hyphens only: a bare number would be read as seconds."""
    return datetime.strptime(value, "%Y-%m-%d").date() if isinstance(value, str) else value  # noqa: DTZ007  a day has no zone


Day = Annotated[date, BeforeValidator(_iso_date), Field(gt=date.min, lt=date.max)]
"""A day that has a day before it and one after it."""
OptionalDay = Annotated[Day | None, BeforeValidator(_no_date_when_empty)]


class Columns(NamedTuple):
    """What a table is to have: whatever is not listed in `accepted` takes a date."""

    rows_are: str
    """What its rows are called, in the singular."""
    required: tuple[str, ...]
    optional: tuple[str, ...]
    accepted: Mapping[str, str]


class Line(NamedTuple):
    """A file and a line in it, to say where something is wrong."""

    path: Path
    number: int

    def refusal(self, column: str, found: object, accepted: str) -> MalformedError:
        """Make the error for a field, saying what would be accepted."""
        return MalformedError(
            f"{self.path}: line {self.number}: column {column} is {found!r}; accepted is {accepted}"
        )


def require_field(holds: bool, column: str, accepted: str) -> None:
    """Put a rule about a column within a validator of a row.

    Raises:
        ValueError: the rule does not hold; `read_table` says where.
    """
    if not holds:
        raise ValueError(f"{column}: {accepted}")


def read_table(path: Path, columns: Columns, model: type[R]) -> list[tuple[Line, R]]:
    """Read a table of which each row is one value of a model. There is at least one.

    Raises:
        MalformedError: names file, line and column, and says what is accepted there.
    """
    name = columns.rows_are
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            _check_header(path, columns, reader.fieldnames or [])
            rows = []
            for row in reader:
                line = Line(path, reader.line_num)
                rows.append((line, _read_row(line, columns, row, model)))
    except FileNotFoundError as error:
        raise MalformedError(f"{path}: there is no such file; a CSV file of {name}s is accepted") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise MalformedError(f"{path}: cannot be read as CSV in UTF-8 ({error})") from error
    if not rows:
        raise MalformedError(
            f"{path}: line 2: there is no {name}; at least one row below the header is accepted"
        )
    return rows


def _check_header(path: Path, columns: Columns, found: Sequence[str]) -> None:
    known = (*columns.required, *columns.optional)
    missing = [name for name in columns.required if name not in found]
    strange = [name for name in found if name not in known]
    doubled = sorted({name for name in found if found.count(name) > 1})
    accepted = ",".join(columns.required)
    if columns.optional:
        accepted += f" and, if wanted, {','.join(columns.optional)}"
    for problem, names in (("missing", missing), ("not known", strange), ("there twice", doubled)):
        if names:
            raise MalformedError(
                f"{path}: line 1: column {', '.join(names)} is {problem}; accepted are {accepted}"
            )


def _read_row(line: Line, columns: Columns, row: dict[str | None, Any], model: type[R]) -> R:
    where = f"{line.path}: line {line.number}"
    if None in row:
        raise MalformedError(f"{where}: more fields than columns")
    short = [name for name, value in row.items() if value is None]
    if short:
        raise MalformedError(f"{where}: column {short[0]} is not there; fewer fields than columns")
    try:
        return model.model_validate({name: value.strip() for name, value in row.items() if name})
    except ValidationError as error:
        problem = error.errors()[0]
        if problem["loc"]:
            column = str(problem["loc"][0])
            accepted = columns.accepted.get(column, _A_DATE)
        else:
            column, _, accepted = str(problem["ctx"]["error"]).partition(": ")
        raise line.refusal(column, row.get(column), accepted) from None
