"""How many streams are told something from the command line: with progress, and what each has answered."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cli.deed import Decided
from cli.exits import Exit
from cli.handing_in import tell_refusal
from cli.output import console, in_words
from cli.progress import progress_of
from domain.aggregates import aggregate_of
from workers.stores import Stores
from workers.telling import Telling, Told, tell_each

if TYPE_CHECKING:
    from workers.desk import Desk


async def tell_many(
    desk: "Desk", stores: Stores, tellings: Sequence[Telling], decided: Decided, *, of: str
) -> tuple[Told, ...]:
    """Tell each what there is to tell; `of` says what they are, for whoever waits."""
    who = await decided.who_and_when(stores.directory)
    if not tellings:
        return ()
    with progress_of(of) as tell:
        return await tell_each(desk, tellings, who, tell)


def told_as_data(told: Sequence[Told]) -> dict[str, Any]:
    """Write who was told what, and who has refused it by which rule."""
    return {
        "told": [_as_data(one) for one in told if not one.answer.refused],
        "refused": [
            {**_as_data(one), "refused": one.answer.refused.model_dump(mode="json")}
            for one in told
            if one.answer.refused
        ],
    }


def _as_data(one: Told) -> dict[str, Any]:
    return {aggregate_of(one.stream).named_in: one.stream, **one.command}


def exit_of_all(told: Sequence[Told]) -> Exit:
    """Say with which code it ends: refused, if anybody has."""
    return Exit.REFUSED if any(one.answer.refused for one in told) else Exit.DONE


def say_refused(told: Sequence[Told]) -> Exit:
    """Tell people who has refused what, and say with which code it ends."""
    for one in told:
        if one.answer.refused:
            console().print(f"[bold]{one.stream}[/bold] {in_words(one.command['type'])}:")
            tell_refusal(one.answer.refused)
    return exit_of_all(told)
