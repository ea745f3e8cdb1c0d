"""Auditors: what was done with the record and changes no stream."""

from datetime import date, timedelta

from cli.access import reading
from cli.output import Format, console, in_numbers, in_words, print_json, print_table
from domain.london import LONDON, start_of_day
from domain.values import Slug


async def acts(
    *,
    act: Slug | None = None,
    since: date | None = None,
    until: date | None = None,
    format: Format = Format.TABLE,
) -> None:
    """List what was done with the record: exports, verifications, audit reads, and by whom.

    Parameters
    ----------
    act
        Only acts of this name, such as read_refusals.
    since
        Only what was done on this day or later.
    until
        Only what was done on this day or earlier.
    format
        table for people, json for scripts.
    """
    async with reading(rehearsal=False) as stores:
        found = await stores.acts.all(
            act,
            since=start_of_day(since) if since else None,
            until=start_of_day(until + timedelta(days=1)) if until else None,
        )
    if format is Format.JSON:
        print_json(
            [
                {
                    "number": one.number,
                    "act": one.act,
                    "by_whom": one.by_whom,
                    "detail": one.detail,
                    "done_at": one.done_at.isoformat(),
                }
                for one in found
            ]
        )
        return
    print_table(
        ("done", "act", "by", "detail"),
        [
            (
                f"{one.done_at.astimezone(LONDON):%Y-%m-%d %H:%M}",
                in_words(one.act),
                one.by_whom,
                ", ".join(f"{in_words(name)} {_told(value)}" for name, value in one.detail.items()),
            )
            for one in found
        ],
    )
    console().print(in_numbers(len(found), "act"))


def _told(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case [*several]:
            return ", ".join(map(str, several))
        case _:
            return str(value)
