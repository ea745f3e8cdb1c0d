"""Freeze a working calendar for England from the `holidays` library, as JSON on standard output.

    python -m scripts.freeze_calendar england-2026.1 2016 2030 > domain/calendars/england-2026.1.json

For developers only: the engine reads the frozen file, never the library. Holidays that fall on a weekend
are left out, as in the official list: only the days observed instead take a working day away.
"""

import json
import sys
from datetime import date

from holidays import country_holidays

from domain.calendar import Holiday, WorkingCalendar


def freeze(version: str, first_year: int, last_year: int) -> WorkingCalendar:
    """Return the calendar from 1 January of the first year to 31 December of the last."""
    known = country_holidays("GB", subdiv="ENG", years=range(first_year, last_year + 1))
    return WorkingCalendar(
        version=version,
        region="England",
        first=date(first_year, 1, 1),
        last=date(last_year, 12, 31),
        holidays=tuple(Holiday(day=day, name=known[day]) for day in sorted(known) if day.weekday() < 5),
    )


def main() -> None:
    """Write the calendar that the command line asks for."""
    version, first_year, last_year = sys.argv[1:]
    frozen = freeze(version, int(first_year), int(last_year))
    content = frozen.model_dump(mode="json", exclude_defaults=True)
    sys.stdout.write(json.dumps(content, ensure_ascii=False, indent=2) + "\n")


if __name__ == "__main__":
    main()
