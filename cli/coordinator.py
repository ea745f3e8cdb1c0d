"""Coordinators: plan an inspection and record what happens in it."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

from cyclopts import Parameter, Token

from cli.access import acting, not_here, reading
from cli.catalogue import Milestone, milestone_named
from cli.deed import Deed
from cli.exits import Exit
from cli.handing_in import completed, foretell, hand_in, sealed
from cli.matter import Given, check, read_matter
from cli.output import in_words
from domain.actors import Verb, may, roles_that_may
from domain.aggregates import AGGREGATES
from domain.errors import MalformedError
from domain.streams import StreamKind, require_kind
from domain.thematic.register import current_report
from domain.values import AreaCode, BodyRef, InspectionId, Kind, PersonRef, StreamName
from eventstore.folding import state_of
from eventstore.people import Directory
from workers.stores import Stores
from workers.summary import fold

if TYPE_CHECKING:
    from workers.desk import Desk

# A message repeats this when nothing was given, and only what is said here is known by then.
MILESTONE: Final = "Such as begin_fieldwork; `inspections milestones` lists all."
PLAN: Final = milestone_named("plan_inspection")

Several = Annotated[tuple[str, ...], Parameter(negative=())]


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
        command = {**matter, **await deed.who_and_when(stores.directory)}
        check(PLAN, await completed(PLAN, command, f"{prefix}1", deed.command_id))
        taken = [name for name in await stores.ledger.stream_versions() if name.startswith(prefix)]
        for name in taken:
            if await stores.ledger.find_command(name, deed.command_id):
                return await hand_in(desk.record, PLAN, name, deed, command)
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
            return await hand_in(desk.open, PLAN, f"{prefix}{number}", deed, command)
        except NameTakenError:
            number += 1


def _as_given(kind: Any, tokens: Sequence[Token] | dict[str, Any]) -> list[Given]:
    """Take the texts of an option, and of those that reach inside its field (`--on-site.first`)."""
    if isinstance(tokens, dict):
        return [given for inner in tokens.values() for given in _as_given(kind, inner)]
    return [(token.keys[1:], token.value) for token in tokens]


async def record(
    name: StreamName,
    milestone: Annotated[str, Parameter(help=MILESTONE)],
    /,
    *,
    deed: Deed,
    file: Path | None = None,
    contrary_to: Several = (),
    reason: str | None = None,
    authorised_by: PersonRef | None = None,
    dry_run: Annotated[bool, Parameter(negative=())] = False,
    **fields: Annotated[list[Any], Parameter(show=False, converter=_as_given)],
) -> Exit:
    """Record a milestone of an inspection, an area or a thematic review.

    A milestone's own fields are options too: `inspections milestones NAME` lists them with an example.

    Parameters
    ----------
    name
        Such as SFK-2023-F1 for an inspection, SFK for an area, THEMATIC-2025 for a thematic review.
    file
        A JSON object with the milestone's fields.
    contrary_to
        The code of a rule against which it happened all the same; may be repeated.
    reason
        With --contrary-to, why it happened against the rule; otherwise the milestone's own field.
    authorised_by
        On whose authority it happened against the rule.
    dry_run
        Say what would be recorded, and which deadlines would move and which stay. Nothing is recorded.
    """
    chosen = milestone_named(milestone, require_kind(name))
    if reason is not None and not contrary_to:
        fields, reason = {**fields, "reason": [((), reason)]}, None
    contravention = _contravention(chosen, contrary_to, reason, authorised_by)

    async def read(stores: Stores) -> dict[str, Any]:
        matter = read_matter(chosen, file, fields, await _current_document(name, stores))
        return await _whole(chosen, name, deed, matter | contravention, stores)

    if dry_run:
        async with reading(rehearsal=deed.rehearsal) as stores:
            return await foretell(stores, chosen, name, deed, await read(stores))
    async with acting(rehearsal=deed.rehearsal) as (desk, stores):
        command = await read(stores)
        whole = await sealed(chosen, command, stores.texts, deed.command_id)
        return await hand_in(desk.record, chosen, name, deed, whole)


async def _whole(
    milestone: Milestone, name: str, deed: Deed, matter: dict[str, Any], stores: Stores
) -> dict[str, Any]:
    """Add who decided and when, and check the whole before anything is sealed or handed in."""
    command = matter | await deed.who_and_when(stores.directory)
    if "contrary_to" in command:
        await _check_authority(stores.directory, command["contrary_to"]["authorised_by"])
    check(milestone, await completed(milestone, command, name, deed.command_id))
    return command


async def _current_document(name: str, stores: Stores) -> dict[str, Any] | None:
    """Return the draft of an inspection or the report of a review, as a milestone names it."""
    state = state_of(name, await stores.ledger.read_stream(name))
    match require_kind(name):
        case StreamKind.INSPECTION:
            current = state.draft.ref if state.draft else None
        case StreamKind.THEMATIC_REVIEW:
            current = current_report(state)
        case _:
            current = None
    return current.model_dump(mode="json") if current else None


def _contravention(
    milestone: Milestone, rules: tuple[str, ...], reason: str | None, authorised_by: str | None
) -> dict[str, Any]:
    given = (bool(rules), reason is not None, authorised_by is not None)
    if not any(given):
        return {}
    if not all(given):
        raise MalformedError("--contrary-to, --reason and --authorised-by go together")
    for rule in rules:
        if rule not in AGGREGATES[milestone.of].rules:
            raise MalformedError(
                f"--contrary-to {rule} is no rule; accepted is the code that the refusal names, "
                "such as permission"
            )
    return {"contrary_to": {"rules": list(rules), "reason": reason, "authorised_by": authorised_by}}


async def _check_authority(directory: Directory, person: str) -> None:
    """Refuse somebody whom the directory does not know as one who authorises: the rules have no directory."""
    known = await directory.find(person)
    if known is None or not may(known.role, Verb.AUTHORISE):
        found = f"is {in_words(known.role)} in the directory" if known else "is not in the directory"
        roles = " or ".join(in_words(role) for role in roles_that_may(Verb.AUTHORISE))
        raise MalformedError(f"--authorised-by {person} {found}; accepted is somebody who is {roles} there")
