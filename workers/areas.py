"""A file of areas: what its columns mean, and what is wrong with a row that cannot be read.

The columns are those of a public list of the local authorities of England (mySociety's register, CC BY 4.0),
reduced to what the register of areas needs. It names no integrated care boards; those are recorded by
themselves.
"""

from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import BeforeValidator, model_validator

from domain.area.matters import EntryMatter
from domain.area.vocabulary import Code, CodeKind, Region
from domain.values import AreaCode, GssCode, PublicName, Value
from workers.tables import A_PUBLIC_NAME, Columns, Line, OptionalDay, read_table, require_field

REGIONS: Final = {
    "North East": Region.NORTH_EAST,
    "North West": Region.NORTH_WEST,
    "Yorkshire and The Humber": Region.YORKSHIRE_AND_THE_HUMBER,
    "East Midlands": Region.EAST_MIDLANDS,
    "West Midlands": Region.WEST_MIDLANDS,
    "East of England": Region.EAST_OF_ENGLAND,
    "London": Region.LONDON,
    "South East": Region.SOUTH_EAST,
    "South West": Region.SOUTH_WEST,
}
"""The regions as the official statistics spell them."""

COLUMNS: Final = Columns(
    rows_are="area",
    required=("area", "name", "gss", "region", "start_date", "replaces"),
    optional=(),
    accepted={
        "area": "three capital letters, e.g. SFK",
        "name": A_PUBLIC_NAME,
        "gss": "E and eight digits, e.g. E10000029",
        "region": "one of " + ", ".join(REGIONS),
        "start_date": "a date like 2023-04-01, or nothing",
        "replaces": "codes of three capital letters, separated by spaces, or nothing",
    },
)


def _region(value: Any) -> Any:
    return REGIONS.get(value) if isinstance(value, str) else value


def _codes(value: Any) -> Any:
    return value.split() if isinstance(value, str) else value


class Row(Value):
    """One line of the file. `replaces`: whose place the area took on its first day."""

    area: AreaCode
    name: PublicName
    gss: GssCode
    region: Annotated[Region, BeforeValidator(_region)]
    start_date: OptionalDay
    replaces: Annotated[tuple[AreaCode, ...], BeforeValidator(_codes)]

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        require_field(self.area not in self.replaces, "replaces", f"codes other than {self.area} itself")
        require_field(len(self.replaces) == len(set(self.replaces)), "replaces", "each code once")
        require_field(
            not self.replaces or self.start_date is not None,
            "start_date",
            "the first day of an area that replaces others",
        )
        return self

    def matter(self) -> EntryMatter:
        """Return what the command that enters the area says.

        The authority is referred to by the area's code, as everywhere in the engine.
        """
        return EntryMatter(
            area=self.area,
            name=self.name,
            region=self.region,
            since=self.start_date,
            authority=f"la-{self.area.lower()}",
            codes=(Code(kind=CodeKind.GSS, value=self.gss),),
            predecessors=self.replaces,
        )


def read_areas(path: Path) -> tuple[EntryMatter, ...]:
    """Read a file of areas, in its order: for each of them what is to be entered in the register.

    Nothing is returned if any row is wrong.

    Raises:
        MalformedError: names file, line and column, and says what is accepted there.
    """
    rows = read_table(path, COLUMNS, Row)
    for column in ("area", "gss"):
        _require_each_once(rows, column)
    return tuple(row.matter() for _, row in rows)


def _require_each_once(rows: list[tuple[Line, Row]], column: str) -> None:
    first: dict[str, int] = {}
    for line, row in rows:
        value = getattr(row, column)
        if value in first:
            raise line.refusal(column, value, f"one that no other row has; line {first[value]} has it")
        first[value] = line.number
