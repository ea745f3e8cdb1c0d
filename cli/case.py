"""Everybody: one inspection, and why each of its deadlines falls on its day."""

from typing import Annotated, Any

from cyclopts import Parameter

from cli.access import reading
from cli.output import Format, console, in_words, print_json, print_table
from domain.errors import NotFoundError
from domain.handbook import DeadlineRule
from domain.inspection.deadlines import Deadline, bound_rules, deadlines
from domain.inspection.progress import current_draft, held_by, stage
from domain.inspection.state import State
from domain.london import london_date
from domain.rulebook import Rulebook
from domain.values import InspectionId, Instant
from workers.summary import fold, moment_of_reading


async def show(
    inspection: InspectionId,
    /,
    *,
    skipped: Annotated[bool, Parameter(negative=())] = False,
    format: Format = Format.TABLE,
    rehearsal: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """Show one inspection: where it stands, what has happened, and its deadlines explained.

    Parameters
    ----------
    inspection
        Such as SFK-2023-F1.
    skipped
        Name each day that was not counted.
    format
        table for people, json for scripts.
    rehearsal
        That of the newest rehearsal.
    """
    async with reading(rehearsal=rehearsal) as stores:
        entries = await stores.ledger.read_stream(inspection)
        if not entries:
            raise NotFoundError(f"{inspection} is not in this ledger")
        state = fold(entries)
        now = moment_of_reading(entries, rehearsal=stores.ledger.rehearsal)
        bodies = await stores.directory.bodies()
    rules = Rulebook.released()
    if format is Format.JSON:
        print_json(_as_data(inspection, state, rules, now))
    else:
        _print_case(inspection, state, now, bodies)
        _print_deadlines(state, rules, now, skipped=skipped)


def _print_case(inspection: str, state: State, now: Instant, bodies: dict[str, str]) -> None:
    out = console()
    draft = current_draft(state)
    findings = state.draft.findings if state.draft else None
    facts = [
        ("stage", in_words(stage(state)) + "".join(f", held by {in_words(one)}" for one in held_by(state))),
        ("area", f"{state.area}: " + ", ".join(bodies.get(one, one) for one in state.bodies)),
        ("on site", f"{state.on_site.first} to {state.on_site.last}" if state.on_site else ""),
        (
            "bound to",
            f"handbook {state.handbook.version}" if state.handbook else "none before notification",
        ),
        ("outcome", findings.outcome if findings and state.has("outcome_decided") else ""),
        ("draft", f"version {draft.version}, digest {draft.digest}" if draft else ""),
        ("published", ", ".join(f"{one.address} (SHA-256 {one.sha256})" for one in state.published)),
        ("as of", f"{now:%Y-%m-%d %H:%M} UTC, version {state.version}"),
    ]
    out.print(f"[bold]{inspection}[/bold]")
    for name, value in facts:
        if value:
            out.print(f"  {name:10} {value}", soft_wrap=True, markup=False)
    rows = sorted(state.facts.items(), key=lambda item: item[1].version)
    print_table(
        ("on", "milestone", "decided by", "version"),
        [(london_date(fact.at), in_words(name), fact.decided_by, fact.version) for name, fact in rows],
    )


def _print_deadlines(state: State, rules: Rulebook, now: Instant, *, skipped: bool) -> None:
    out = console()
    for one in deadlines(rules, state):
        subject = f" ({in_words(one.subject)})" if one.subject else ""
        met = f", met on {one.met_on}" if one.met_on else ""
        out.print(f"[bold]{in_words(one.kind)}{subject}[/bold] due {one.due}: {one.status(now)}{met}")
        for line in _why(one, state, rules):
            out.print(f"    {line}", markup=False)
        if skipped:
            for day in _days_not_counted(one, state, rules):
                out.print(f"    not counted  {day['day']}  {day['reason']}", markup=False)


def _why(one: Deadline, state: State, rules: Rulebook) -> list[str]:
    rule = _rule(one, state, rules)
    counted = (
        f"{rule.interval.value} {in_words(rule.unit)} from {in_words(one.origin)}"
        if rule.interval.value
        else f"the day that was stated with {in_words(one.origin)}"
    )
    lines = [
        f"{counted} on {one.origin_on}; handbook {one.handbook}, calendar {one.calendar}",
        f"source: {rule.interval.source} (sureness {rule.interval.sureness})",
    ]
    if one.extended_from:
        lines.append(f"extended; it was due {one.extended_from}")
    return lines


def _rule(one: Deadline, state: State, rules: Rulebook) -> DeadlineRule:
    bound = bound_rules(rules, state)
    rule = bound[0].rule(one.kind) if bound else None
    assert rule is not None, "a deadline is derived from a rule of the bound handbook"
    return rule


def _days_not_counted(one: Deadline, state: State, rules: Rulebook) -> list[dict[str, str]]:
    bound = bound_rules(rules, state)
    if bound is None or _rule(one, state, rules).interval.value is None:
        return []
    return [
        {"day": day.day.isoformat(), "reason": day.reason} for day in bound[1].skipped(one.origin_on, one.due)
    ]


def _as_data(inspection: str, state: State, rules: Rulebook, now: Instant) -> dict[str, Any]:
    return {
        "inspection_id": inspection,
        "stage": stage(state).value,
        "held_by": list(held_by(state)),
        "as_of": now.isoformat(),
        "state": state.model_dump(mode="json", exclude={"extensions", "warned", "missed"}),
        "deadlines": [
            {
                **one.model_dump(mode="json", exclude={"void", "lapses"}),
                "status": one.status(now).value,
                "explained": {
                    "interval": _rule(one, state, rules).interval.model_dump(mode="json"),
                    "unit": _rule(one, state, rules).unit.value,
                    "skipped": _days_not_counted(one, state, rules),
                },
            }
            for one in deadlines(rules, state)
        ],
    }
