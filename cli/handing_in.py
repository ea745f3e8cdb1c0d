"""How a request is handed in from the command line: its texts sealed, its answer told, and an exit code."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from cli.catalogue import Milestone
from cli.deed import Deed
from cli.exits import Exit
from cli.foresight import deadlines_as_data, print_deadlines
from cli.matter import seal_texts
from cli.output import Format, console, deadline_in_words, in_words, print_hanging, print_json
from domain.aggregates import AGGREGATES
from domain.london import london_date
from domain.messages import Answer, MilestoneRequest, Refused, Standing, Verdict
from domain.refusal import MALFORMED
from domain.rulebook import Rulebook
from domain.streams import StreamKind
from domain.values import SealedText
from eventstore.sealed import SealedTexts
from workers.foreseeing import foresee
from workers.stores import Stores

QUIET_SECONDS: Final = 2.0

HandIn = Callable[[MilestoneRequest], Awaitable[Answer]]

NOT_THERE: Final[Mapping[str, str]] = {
    "inspection_exists": "`inspections list` lists those that are known, `inspections open` plans one",
    "area_exists": "`inspections areas list` lists those that are known, `inspections areas load` adds more",
    "review_exists": "`inspections record THEMATIC-… plan_review` plans one",
}
"""The rules that say that something is not there, and what helps."""


def _types(milestone: Milestone) -> dict[str, Any]:
    fields = {name: field.annotation for name, field in milestone.fields.items()}
    return {**fields, "contrary_to": milestone.command.model_fields["contrary_to"].annotation}


async def sealed(
    milestone: Milestone, command: dict[str, Any], texts: SealedTexts, identifier: UUID
) -> dict[str, Any]:
    """Put each text of a command into the safe, and its reference in the text's place."""
    annotations = _types(milestone)
    return {
        name: await seal_texts(annotations[name], value, f"{identifier}/{name}", texts.seal)
        if name in annotations
        else value
        for name, value in command.items()
    }


async def with_placeholders(milestone: Milestone, command: dict[str, Any]) -> dict[str, Any]:
    """Put a digest of nothing in the place of each text, so that it need not be sealed."""

    async def pretend(_: str, __: str) -> SealedText:
        return SealedText(sealed="0" * 64)

    annotations = _types(milestone)
    return {
        name: await seal_texts(annotations[name], value, name, pretend) if name in annotations else value
        for name, value in command.items()
    }


async def completed(
    milestone: Milestone, command: dict[str, Any], stream: str, identifier: UUID
) -> dict[str, Any]:
    """Complete a command as its model wants it, to check it before its texts are sealed."""
    now = datetime.now(UTC)
    return {
        "occurred_at": now,
        **await with_placeholders(milestone, command),
        AGGREGATES[milestone.of].named_in: stream,
        "command_id": identifier,
        "now": now,
    }


def _request(milestone: Milestone, stream: str, deed: Deed, command: dict[str, Any]) -> MilestoneRequest:
    return MilestoneRequest(
        inspection=stream,
        command_id=str(deed.command_id),
        command={"type": milestone.name, **command},
    )


async def hand_in(
    desk: HandIn, milestone: Milestone, stream: str, deed: Deed, command: dict[str, Any]
) -> Exit:
    """Hand a command in, and tell what is answered."""
    request = _request(milestone, stream, deed, command)
    answer = await _awaited(desk(request), request.command_id)
    if deed.format is Format.JSON:
        print_json({AGGREGATES[milestone.of].named_in: stream, **answer.model_dump(mode="json")})
    else:
        tell(milestone.of, stream, answer)
    return exit_of(answer)


async def _awaited(handing_in: Awaitable[Answer], command_id: str) -> Answer:
    """Wait for the answer, and say so if it takes its time."""
    answer = asyncio.ensure_future(handing_in)
    await asyncio.wait([answer], timeout=QUIET_SECONDS)
    if not answer.done():
        sys.stderr.write(
            "inspections: no answer yet, still waiting; `inspections doctor` says whether a worker takes "
            "work. If you end this, it may be recorded all the same: send it again with "
            f"--command-id {command_id}\n"
        )
    return await answer


async def foretell(
    stores: Stores, milestone: Milestone, stream: str, deed: Deed, command: dict[str, Any]
) -> Exit:
    """Tell what handing a command in would bring, and record nothing."""
    request = _request(milestone, stream, deed, await with_placeholders(milestone, command))
    foresight = await foresee(stores.ledger, Rulebook.released(), request)
    verdict = foresight.verdict
    if deed.format is Format.JSON:
        named_in = AGGREGATES[milestone.of].named_in
        told = {named_in: stream, "dry_run": True, **verdict.model_dump(mode="json")}
        print_json({**told, "deadlines": deadlines_as_data(foresight)})
    elif verdict.refused:
        tell_refusal(verdict.refused)
    else:
        console().print(f"Nothing is recorded. In [bold]{stream}[/bold] there would be:")
        _print_recorded(verdict)
        print_deadlines(foresight)
    return exit_of(verdict)


def exit_of(verdict: Verdict) -> Exit:
    """Say with which code a verdict ends the command."""
    if verdict.refused is None:
        return Exit.DONE
    if verdict.refused.code in NOT_THERE:
        return Exit.NOT_FOUND
    return Exit.MALFORMED if verdict.refused.code == MALFORMED else Exit.REFUSED


def tell(of: StreamKind, stream: str, answer: Answer) -> None:
    """Tell people what was recorded, where things stand and what is due; or which rule said no."""
    if answer.refused:
        tell_refusal(answer.refused)
        return
    out = console()
    out.print(f"[bold]{stream}[/bold] {_stands(of, answer.standing)}.")
    _print_recorded(answer)
    if answer.standing.draft:
        out.print(
            f"  current draft: {answer.standing.draft.version} {answer.standing.draft.digest}", soft_wrap=True
        )
    for due in answer.due:
        print_hanging(f"  due {due.due}  ", f"{deadline_in_words(due.kind, due.subject)}: {due.status}")


def _print_recorded(verdict: Verdict) -> None:
    for event in verdict.recorded:
        subject = f": {deadline_in_words(*_about(event.subject))}" if event.subject else ""
        print_hanging(
            f"  {event.version:>3}  {london_date(event.occurred_at)}  ", in_words(event.type) + subject
        )


def tell_refusal(refused: Refused) -> None:
    """Tell people which rule said no, and what it would accept."""
    console().print(f"[bold red]Refused[/bold red] by rule [bold]{refused.code}[/bold]: {refused.rule}")
    print_hanging("  because   ", refused.because)
    print_hanging("  accepted  ", refused.accepted)
    if refused.waivable:
        irregular = f"--contrary-to {refused.code} --reason … --authorised-by …"
        print_hanging("  ", f"If it happened all the same: {irregular}")
    if refused.code in NOT_THERE:
        print_hanging("  ", NOT_THERE[refused.code])


def _stands(of: StreamKind, standing: Standing) -> str:
    """Say where something stands: at a stage, or in the cycle that an area lives in."""
    if of is not StreamKind.AREA:
        return f"is at stage {in_words(standing.stage)}"
    if not standing.area:
        return "is not in the register"
    where = "is in its cycle" if standing.stage == "in_cycle" else f"is {in_words(standing.stage)}"
    told = [where] + [f"still to do: {errand}" for errand in standing.errands]
    return "; ".join([*told, f"next due {standing.next_due}"] if standing.next_due else told)


def _about(subject: str) -> tuple[str, str | None]:
    kind, _, item = subject.partition(":")
    return kind, item or None
