"""Coordinators: plan an inspection and record what happens in it."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID, uuid4

from cyclopts import Parameter, Token

from cli.access import acting, not_here, recorder
from cli.exits import Exit
from cli.matter import (
    AS_IN_LEDGER,
    Given,
    check,
    milestone_named,
    own_fields,
    read_matter,
    seal_texts,
)
from cli.output import Format, console, deadline_in_words, in_words, print_hanging, print_json
from domain.actors import Role, Verb, may, roles_that_may
from domain.errors import MalformedError
from domain.inspection.commands import Command, PlanInspection
from domain.inspection.rules import RULES
from domain.london import LONDON, at_time, london_date
from domain.messages import Answer, MilestoneRequest
from domain.values import AreaCode, BodyRef, InspectionId, Kind, PersonRef, SealedText
from eventstore.people import Directory
from workers.stores import Stores
from workers.summary import fold

if TYPE_CHECKING:
    from workers.desk import Desk

NOON = time(12)

QUIET_SECONDS: Final = 2.0

HandIn = Callable[[MilestoneRequest], Awaitable[Answer]]
# A message repeats these when nothing was given, and only what is said here is known by then.
AT = "When it happened: a date or an ISO date and time in London; otherwise now."
MILESTONE = "Such as begin_fieldwork; `inspections milestones` lists all."

Several = Annotated[tuple[str, ...], Parameter(negative=())]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Deed:
    """What every record says besides its own matter.

    Parameters
    ----------
    decided_by
        Who decided, as in the directory.
    role
        In which role; otherwise as in the directory.
    organisation
        For which organisation; otherwise as in the directory.
    recorded_by
        Who records it; otherwise INSPECTIONS_RECORDED_BY, otherwise who decided.
    command_id
        A UUID of your own, so that sending again records nothing twice.
    format
        table for people, json for scripts.
    rehearsal
        In the running rehearsal, also beside a live stack.
    """

    decided_by: PersonRef
    at: Annotated[str | None, Parameter(help=AT)] = None
    role: Annotated[Role | None, AS_IN_LEDGER] = None
    organisation: BodyRef | None = None
    recorded_by: PersonRef | None = None
    command_id: Annotated[UUID, Parameter(show_default=False)] = field(default_factory=uuid4)
    format: Format = Format.TABLE
    rehearsal: Annotated[bool, Parameter(negative=())] = False


async def open_inspection(
    area: AreaCode,
    /,
    *,
    notify_on: date,
    on_site_from: date,
    on_site_to: date,
    body: Annotated[tuple[BodyRef, ...], Parameter(negative=())],
    follows: InspectionId | None = None,
    deed: Deed,
) -> Exit:
    """Plan a new inspection of an area and start its process: a full one, unless it follows another.

    Parameters
    ----------
    area
        The area's code, such as SFK.
    notify_on
        The day on which the partnership is to be told.
    on_site_from
        The Monday on which inspectors come.
    on_site_to
        Their last day on site.
    body
        A body of the partnership, such as la-sfk; give one option for each.
    follows
        The full inspection that a monitoring inspection follows. Its areas for priority action are the scope.
    """
    kind = Kind.MONITORING if follows else Kind.FULL
    matter = {
        "area": area,
        "notify_on": notify_on.isoformat(),
        "on_site": {"first": on_site_from.isoformat(), "last": on_site_to.isoformat()},
        "bodies": list(body),
    }
    async with acting(rehearsal=deed.rehearsal) as (desk, stores):
        prefix = f"{area}-{on_site_from.year}-{kind.letter}"
        if follows:
            matter |= await _followed(follows, stores)
        command = {**matter, **await _who_and_when(deed, stores.directory)}
        check(
            PlanInspection, await _with_placeholders(PlanInspection, command, f"{prefix}1", deed.command_id)
        )
        taken = [name for name in await stores.ledger.stream_versions() if name.startswith(prefix)]
        for name in taken:
            if await stores.ledger.find_command(name, deed.command_id):
                return await _send(desk.record, PlanInspection, name, deed, command)
        number = max((int(name.removeprefix(prefix)) for name in taken), default=0) + 1
        return await _open_next(desk, prefix, number, deed, command)


async def _followed(inspection: InspectionId, stores: Stores) -> dict[str, Any]:
    """Say of a monitoring inspection which one it follows, and which areas that one found."""
    entries = await stores.ledger.read_stream(inspection)
    if not entries:
        raise not_here(inspection)
    draft = fold(entries).draft
    areas = draft.findings.areas_for_priority_action if draft else ()
    scope = [area.model_dump(mode="json") for area in areas]
    return {"kind": Kind.MONITORING.value, "follows": inspection, "scope": scope}


async def _open_next(desk: "Desk", prefix: str, number: int, deed: Deed, command: dict[str, Any]) -> Exit:
    """Open under the first number that is free: somebody else may be opening at the same time."""
    from workers.desk import NameTakenError

    while True:
        try:
            return await _send(desk.open, PlanInspection, f"{prefix}{number}", deed, command)
        except NameTakenError:
            number += 1


def _as_given(kind: Any, tokens: Sequence[Token] | dict[str, Any]) -> list[Given]:
    """Take the texts of an option, and of those that reach inside its field (`--on-site.first`)."""
    if isinstance(tokens, dict):
        return [given for inner in tokens.values() for given in _as_given(kind, inner)]
    return [(token.keys[1:], token.value) for token in tokens]


async def record(
    inspection: InspectionId,
    milestone: Annotated[str, Parameter(help=MILESTONE)],
    /,
    *,
    deed: Deed,
    file: Path | None = None,
    contrary_to: Several = (),
    reason: str | None = None,
    authorised_by: PersonRef | None = None,
    **fields: Annotated[list[Any], Parameter(show=False, converter=_as_given)],
) -> Exit:
    """Record a milestone.

    A milestone's own fields are options too: `inspections milestones NAME` lists them with an example.

    Parameters
    ----------
    inspection
        Such as SFK-2023-F1.
    file
        A JSON object with the milestone's fields.
    contrary_to
        The code of a rule against which it happened all the same; may be repeated.
    reason
        With --contrary-to, why it happened against the rule; otherwise the milestone's own field.
    authorised_by
        On whose authority it happened against the rule.
    """
    kind = milestone_named(milestone)
    if reason is not None and not contrary_to:
        fields, reason = {**fields, "reason": [((), reason)]}, None
    async with acting(rehearsal=deed.rehearsal) as (desk, stores):
        state = fold(await stores.ledger.read_stream(inspection))
        draft = state.draft.ref.model_dump(mode="json") if state.draft else None
        command: dict[str, Any] = read_matter(kind, file, fields, draft)
        command |= await _who_and_when(deed, stores.directory)
        if contravention := _contravention(contrary_to, reason, authorised_by):
            await _check_authority(stores.directory, contravention["authorised_by"])
            command["contrary_to"] = contravention
        check(kind, await _with_placeholders(kind, command, inspection, deed.command_id))
        sealed = await _sealed(kind, command, stores, deed.command_id)
        return await _send(desk.record, kind, inspection, deed, sealed)


async def _who_and_when(deed: Deed, directory: Directory) -> dict[str, Any]:
    return {
        **_occurred(deed.at),
        "decided_by": await _actor(directory, deed.decided_by, deed.role, deed.organisation),
        "recorded_by": recorder(deed.recorded_by, deed.decided_by),
    }


def _occurred(at: str | None) -> dict[str, str]:
    """Say when something happened. A day that is over is taken at noon; today is left to the clock."""
    if at is None:
        return {}
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise MalformedError(f"--at {at} is no date such as 2024-02-10, with a time or without") from None
    if len(at) > 10:
        instant = (moment if moment.tzinfo else moment.replace(tzinfo=LONDON)).astimezone(UTC)
    elif moment.date() == london_date(datetime.now(UTC)):
        return {}
    else:
        instant = at_time(moment.date(), NOON)
    return {"occurred_at": instant.isoformat()}


def _contravention(
    rules: tuple[str, ...], reason: str | None, authorised_by: str | None
) -> dict[str, Any] | None:
    given = (bool(rules), reason is not None, authorised_by is not None)
    if not any(given):
        return None
    if not all(given):
        raise MalformedError("--contrary-to, --reason and --authorised-by go together")
    for rule in rules:
        if rule not in RULES:
            raise MalformedError(
                f"--contrary-to {rule} is no rule; accepted is the code that the refusal names, "
                "such as notice_before_fieldwork"
            )
    return {"rules": list(rules), "reason": reason, "authorised_by": authorised_by}


async def _check_authority(directory: Directory, person: str) -> None:
    """Refuse somebody whom the directory does not know as one who authorises: the rules have no directory."""
    known = await directory.find(person)
    if known is None or not may(known.role, Verb.AUTHORISE):
        found = f"is {in_words(known.role)} in the directory" if known else "is not in the directory"
        roles = " or ".join(in_words(role) for role in roles_that_may(Verb.AUTHORISE))
        raise MalformedError(f"--authorised-by {person} {found}; accepted is somebody who is {roles} there")


async def _actor(
    directory: Directory, person: str, role: Role | None, organisation: str | None
) -> dict[str, str]:
    """Say who decided; role and organisation come from the directory unless they are given."""
    known = await directory.find(person) if role is None or organisation is None else None
    if known is None and (role is None or organisation is None):
        raise MalformedError(
            f"--decided-by {person} is not in the directory; add the person with `inspections people add`, "
            "or give --role and --organisation"
        )
    return {
        "person": person,
        "role": (role or (known.role if known else Role.AUDITOR)).value,
        "organisation": organisation or (known.organisation if known else ""),
    }


def _whole(kind: type[Command]) -> dict[str, Any]:
    fields = {name: field.annotation for name, field in own_fields(kind).items()}
    return {**fields, "contrary_to": kind.model_fields["contrary_to"].annotation}


async def _sealed(
    kind: type[Command], command: dict[str, Any], stores: Stores, identifier: UUID
) -> dict[str, Any]:
    annotations = _whole(kind)
    return {
        name: await seal_texts(annotations[name], value, f"{identifier}/{name}", stores.texts.seal)
        if name in annotations
        else value
        for name, value in command.items()
    }


async def _with_placeholders(
    kind: type[Command], command: dict[str, Any], inspection: str, identifier: UUID
) -> dict[str, Any]:
    """Complete a command as its model wants it, with a digest of nothing for each text, to check it."""

    async def pretend(_: str, __: str) -> SealedText:
        return SealedText(sealed="0" * 64)

    annotations = _whole(kind)
    now = datetime.now(UTC)
    filled = {
        name: await seal_texts(annotations[name], value, name, pretend) if name in annotations else value
        for name, value in command.items()
    }
    return {
        "occurred_at": now,
        **filled,
        "inspection": inspection,
        "command_id": identifier,
        "now": now,
    }


async def _send(
    hand_in: HandIn, kind: type[Command], inspection: str, deed: Deed, command: dict[str, Any]
) -> Exit:
    request = MilestoneRequest(
        inspection=inspection,
        command_id=str(deed.command_id),
        command={"type": kind.model_fields["type"].default, **command},
    )
    answer = await _awaited(hand_in(request), request.command_id)
    if deed.format is Format.JSON:
        print_json({"inspection": inspection, **answer.model_dump(mode="json")})
    else:
        _tell(inspection, answer)
    return _exit(answer)


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


def _exit(answer: Answer) -> Exit:
    if answer.refused is None:
        return Exit.DONE
    return {"malformed": Exit.MALFORMED, "inspection_exists": Exit.NOT_FOUND}.get(
        answer.refused.code, Exit.REFUSED
    )


def _tell(inspection: str, answer: Answer) -> None:
    out = console()
    if answer.refused:
        refused = answer.refused
        out.print(f"[bold red]Refused[/bold red] by rule [bold]{refused.code}[/bold]: {refused.rule}")
        print_hanging("  because   ", refused.because)
        print_hanging("  accepted  ", refused.accepted)
        if refused.waivable:
            irregular = f"--contrary-to {refused.code} --reason … --authorised-by …"
            print_hanging("  ", f"If it happened all the same: {irregular}")
        if refused.code == "inspection_exists":
            print_hanging("  ", "`inspections list` lists those that are known, `inspections open` plans one")
        return
    out.print(f"[bold]{inspection}[/bold] is at stage {in_words(answer.standing.stage)}.")
    for event in answer.recorded:
        subject = f": {deadline_in_words(*_about(event.subject))}" if event.subject else ""
        print_hanging(
            f"  {event.version:>3}  {london_date(event.occurred_at)}  ", in_words(event.type) + subject
        )
    if answer.standing.draft:
        out.print(
            f"  current draft: {answer.standing.draft.version} {answer.standing.draft.digest}", soft_wrap=True
        )
    for due in answer.due:
        print_hanging(f"  due {due.due}  ", f"{deadline_in_words(due.kind, due.subject)}: {due.status}")


def _about(subject: str) -> tuple[str, str | None]:
    kind, _, item = subject.partition(":")
    return kind, item or None
