"""Everybody: the areas, what the last inspection of each came to and what is due next."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated, Any, NamedTuple

from cyclopts import Parameter

from cli.access import examining, reading
from cli.area import stands
from cli.exits import Exit
from cli.matter import AS_IN_LEDGER
from cli.output import SheetFormat, console, in_words, print_csv, print_json, print_table
from cli.progress import progress_of
from domain.area.cycle import DUE_KIND, inspections_to_come, published
from domain.area.register import name_on
from domain.area.state import State
from domain.area.vocabulary import Region
from domain.errors import MalformedError
from domain.london import london_date
from domain.rulebook import Rulebook
from domain.streams import StreamKind, kind_of
from workers.informed import informed, read_news
from workers.reading import moment_as_at
from workers.register import Register, Registered, read_register, strangers
from workers.reviews import Reviews, read_reviews

Flag = Annotated[bool, Parameter(negative=())]


class Row(NamedTuple):
    """An area in the list."""

    area: str
    name: str
    region: str | None
    stands: str
    last_outcome: str | None
    last_published: date | None
    next_due: date | None
    next_due_kind: str | None


class Without(NamedTuple):
    """An area that nobody looks after, why, and what helps."""

    area: str
    because: str
    repair: str


async def list_areas(
    *,
    region: Annotated[Region | None, AS_IN_LEDGER] = None,
    without_cycle: Flag = False,
    format: SheetFormat = SheetFormat.TABLE,
    rehearsal: Flag = False,
) -> Exit:
    """List the areas of the register, with the outcome of the last inspection and what is due next.

    An area that nobody looks after is an error: --without-cycle ends with exit code 4 if there is one.

    Parameters
    ----------
    region
        Only those of this region.
    without_cycle
        Instead, the areas that nobody looks after: those that have inspections, or a part in a thematic
        review, and are not in the register, and those whose process does not run.
    format
        table for people, json for scripts, csv for a spreadsheet.
    rehearsal
        Those of the newest rehearsal.
    """
    if without_cycle:
        if rehearsal or region:
            raise MalformedError("--without-cycle is accepted alone, or with --format")
        found = await _without_cycle()
        _print(Without._fields, found, format, "Every area is looked after.")
        return Exit.INTEGRITY if found else Exit.DONE
    async with reading(rehearsal=rehearsal) as stores:
        register = await read_register(stores.ledger)
        news = await read_news(stores.ledger)
        today = london_date(await moment_as_at(stores.ledger, None))
    rules = Rulebook.released()
    rows = [
        _row(one, informed(one.area, one.state, news), rules, today)
        for one in register.values()
        if one.entered and region in {None, one.entered.region}
    ]
    if format is SheetFormat.TABLE:
        _print_table(rows, today)
    else:
        _print(Row._fields, rows, format, "")
    return Exit.DONE


def _row(known: Registered, state: State, rules: Rulebook, today: date) -> Row:
    entered = known.entered
    assert entered is not None, "only what is in the register is listed"
    done = published(state)
    coming = next(iter(inspections_to_come(rules, state)), None)
    return Row(
        area=known.area,
        name=name_on(state, max(today, entered.since or today)) or "",
        region=entered.region,
        stands=stands(state, today),
        last_outcome=done[-1].outcome if done else None,
        last_published=done[-1].published_on if done else None,
        next_due=coming.target if coming else None,
        next_due_kind=DUE_KIND[coming.kind] if coming else None,
    )


def _print_table(rows: Sequence[Row], today: date) -> None:
    print_table(
        ("area", "name", "region", "outcome", "next due", "what"),
        [
            (
                one.area,
                one.name,
                in_words(one.region or ""),
                one.last_outcome,
                one.next_due,
                _what(one, today),
            )
            for one in rows
        ],
    )
    console().print(f"{len(rows)} areas")


def _what(row: Row, today: date) -> str:
    if row.stands != "in its cycle":
        return row.stands
    overdue = ", overdue" if row.next_due and row.next_due < today else ""
    return in_words(row.next_due_kind or "") + overdue


async def _without_cycle() -> list[Without]:
    from workers.troubles import REPAIRS, Trouble

    nobody = {Trouble.MISSING, Trouble.UNKNOWN}
    async with examining() as (processes, stores):
        register = await read_register(stores.ledger)
        names = await stores.ledger.stream_versions()
        reviews = await read_reviews(stores.ledger)
        with progress_of("looking at each area's process"):
            found = await processes.examine(sorted(register))
            found += [one async for one in processes.examine_unknown()]
    return _unregistered(register, names, reviews) + [
        Without(one.inspection, f"its process is {one.trouble}: {one.detail}", REPAIRS[one.trouble])
        for one in found
        if one.trouble in nobody and kind_of(one.inspection) is StreamKind.AREA
    ]


def _unregistered(register: Register, names: Iterable[str], reviews: Reviews) -> list[Without]:
    registered = {area for area, one in register.items() if one.entered}
    inspections = [name for name in names if kind_of(name) is StreamKind.INSPECTION]
    return [
        Without(
            area, f"{', '.join(own)}: it is not in the register", "enter it: `inspections areas load FILE`"
        )
        for area, own in strangers(registered, inspections, reviews).items()
    ]


def _print(columns: Sequence[str], rows: Sequence[Any], format: SheetFormat, nothing: str) -> None:
    match format:
        case SheetFormat.JSON:
            print_json([row._asdict() for row in rows])
        case SheetFormat.CSV:
            print_csv(columns, rows)
        case SheetFormat.TABLE if rows:
            print_table([in_words(name) for name in columns], rows)
        case SheetFormat.TABLE:
            console().print(nothing)
