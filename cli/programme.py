"""Everybody who wants to see it: a whole programme lived again, and its statistics."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from cli.access import settings
from cli.output import Format, console, in_words, print_hanging, print_json
from cli.progress import progress
from cli.statistics import as_data, print_counted
from domain.errors import MalformedError
from domain.london import london_date
from domain.rulebook import Rulebook
from workers.areas import read_areas
from workers.logs import configure
from workers.rehearsal.cases import read_cases
from workers.rehearsal.parts import Part
from workers.rehearsal.programme import FIRST_DAY, Area
from workers.rehearsal.programme import rehearse_programme as play

_IRREGULAR_SHOWN: Final = 12


async def rehearse_programme(
    cases: Path,
    /,
    *,
    areas: Path | None = None,
    until: date | None = None,
    format: Format = Format.TABLE,
) -> None:
    """Let every area live its cycle from 1 January 2023 on, with the inspections of a CSV file in it.

    Ends with the statistics as the official ones count them. What is not known is assumed, as by `rehearse`.
    The ledger is kept: the reading commands show it with --rehearsal.

    Parameters
    ----------
    cases
        The inspections; examples/published-inspections.csv is one such file.
    areas
        A CSV file of further areas, such as examples/areas.csv: they wait in their cycles.
    until
        The last day; otherwise today.
    format
        table for people; json for scripts, as `inspections statistics` gives it.
    """
    configure("WARNING")
    last = london_date(datetime.now(UTC)) if until is None else until
    if last < FIRST_DAY:
        raise MalformedError(f"--until {last} lies before {FIRST_DAY}; accepted is that day or a later one")
    entries = read_areas(areas) if areas else ()
    with progress("starting PostgreSQL and Temporal") as tell:

        def turn(played: Area | Part, moment: datetime) -> None:
            day = london_date(moment)
            tell(f"{day:%d %b %Y}  {played.name}", (day - FIRST_DAY).days, (last - FIRST_DAY).days)

        played, counted = await play(settings(), read_cases(cases), entries, last, turn)
    if format is Format.JSON:
        print_json(as_data(counted))
        return
    print_counted(counted, Rulebook.released(), rehearsal=True)
    _print_what_was_played(played)


def _print_what_was_played(played: Sequence[Area | Part]) -> None:
    kinds = Counter(type(one) for one in played)
    irregular = [(one.name, found) for one in played for found in one.irregular]
    console().print(f"\nPlayed: {kinds[Part]} inspections in {kinds[Area]} areas.")
    for name, found in irregular[:_IRREGULAR_SHOWN]:
        what = f"irregular {name} {in_words(found['milestone'])}: "
        print_hanging(what, f"{found['because']} (rule {found['rule']})")
    if len(irregular) > _IRREGULAR_SHOWN:
        console().print(f"and {len(irregular) - _IRREGULAR_SHOWN} more that were recorded as irregular")
    console().print(
        "\nThe ledger is kept. Look at it with, for example:\n"
        "  inspections due --rehearsal\n"
        "  inspections statistics --rehearsal --as-at 2023-12-31"
    )
