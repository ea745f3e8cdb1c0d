"""How a look back is told: what was left out of it, for people and for scripts."""

from collections.abc import Iterable, Sequence
from typing import Any

from cli.output import in_words, print_hanging
from eventstore.as_happened import LeftOut


def print_left_out(left_out: Iterable[LeftOut]) -> None:
    """Name what had happened and is not seen, because what it rests on had not."""
    for one in left_out:
        print_hanging(
            "left out: ",
            f"{in_words(one.entry.type)} (version {one.entry.version}), because it rests on "
            f"{in_words(one.rests_on.type)} (version {one.rests_on.version}), which had not happened",
        )


def left_out_as_data(left_out: Sequence[LeftOut]) -> list[dict[str, Any]]:
    """Write the same for scripts."""
    return [
        {
            "version": one.entry.version,
            "event": one.entry.type,
            "rests_on": {"version": one.rests_on.version, "event": one.rests_on.type},
        }
        for one in left_out
    ]
