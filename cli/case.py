"""Everybody: one inspection, and why each of its deadlines falls on its day."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import to_jsonable_python

from audit.points import Look
from cli.erased import as_data, instead_of, read_texts, told
from cli.output import (
    console,
    deadline_in_words,
    in_words,
    print_hanging,
    print_table,
)
from domain.deadline import Status
from domain.handbook import DeadlineRule
from domain.inspection.deadlines import Deadline, bound_rules, deadlines
from domain.inspection.progress import current_draft, held_by, stage
from domain.inspection.state import State
from domain.london import london_date
from domain.rulebook import Rulebook
from domain.values import Instant, SealedText
from eventstore.erasures import Erasure
from workers.stores import Stores
from workers.summary import Irregular, Miss, irregular, misses


async def print_inspection(look: Look, stores: Stores, *, skipped: bool) -> None:
    """Print where an inspection stands, what has happened in it, what is due and why."""
    case = await _read(look, stores)
    _print_case(case)
    _print_irregular(case)
    _print_deadlines(case.state, Rulebook.released(), case.now, skipped=skipped)
    _print_misses(case)


async def inspection_as_data(look: Look, stores: Stores) -> dict[str, Any]:
    """Write the same for scripts."""
    return _as_data(await _read(look, stores), Rulebook.released())


@dataclass(frozen=True, slots=True)
class _Case:
    """One inspection at the moment of reading, with the names and texts that lie beside the ledger."""

    inspection: str
    state: State
    now: Instant
    irregular: tuple[Irregular, ...]
    misses: tuple[Miss, ...]
    names: dict[str, str]
    bodies: dict[str, str]
    gone: dict[str, Erasure]
    """Those among the people who were erased from the directory."""
    reasons: Mapping[SealedText, tuple[str | None, Erasure | None]]

    def person(self, ref: str) -> str:
        """Name somebody by reference, and by name if the directory has one."""
        if ref in self.gone:
            return f"{ref} ({told(self.gone[ref])})"
        return f"{ref} ({self.names[ref]})" if ref in self.names else ref


async def _read(look: Look, stores: Stores) -> _Case:
    against = irregular(look.entries)
    state: State = look.state
    named = [one.person for one in state.team] + [one.irregularity.authorised_by for one in against]
    return _Case(
        inspection=look.name,
        state=state,
        now=look.now,
        irregular=against,
        misses=misses(look.entries),
        names=await stores.directory.names(named),
        bodies=await stores.directory.bodies(),
        gone=await stores.erasures.of(named),
        reasons=await read_texts(stores, [one.irregularity.reason for one in against]),
    )


def _print_case(case: _Case) -> None:
    state = case.state
    draft = current_draft(state)
    facts = [
        ("stage", in_words(stage(state)) + "".join(f", held by {in_words(one)}" for one in held_by(state))),
        ("follows", f"{state.follows}, as a {state.kind} inspection" if state.follows else ""),
        ("area", f"{state.area}: " + ", ".join(case.bodies.get(one, one) for one in state.bodies)),
        *_scope(case),
        *_team(case),
        ("on site", f"{state.on_site.first} to {state.on_site.last}" if state.on_site else ""),
        ("paused", _pause(state)),
        ("complaints", f"open: {', '.join(state.open_complaints)}" if state.open_complaints else ""),
        (
            "bound to",
            f"handbook {state.handbook.version}" if state.handbook else "none before notification",
        ),
        ("outcome", state.outcome or ""),
        ("result", in_words(state.result or "")),
        ("draft", f"version {draft.version}, digest {draft.digest}" if draft else ""),
        ("published", ", ".join(f"{one.address} (SHA-256 {one.sha256})" for one in state.published)),
        ("as of", f"{case.now:%Y-%m-%d %H:%M} UTC, version {state.version}"),
    ]
    console().print(f"[bold]{case.inspection}[/bold]")
    for name, value in facts:
        if value:
            print_hanging(f"  {name:10} ", value)
    rows = sorted(state.facts.items(), key=lambda item: item[1].version)
    print_table(
        ("on", "milestone", "decided by", "version"),
        [(london_date(fact.at), in_words(name), fact.decided_by, fact.version) for name, fact in rows],
    )


def _scope(case: _Case) -> list[tuple[str, str]]:
    """Say of each area for priority action in the scope who answers for it, and once decided its result."""
    state = case.state
    found = state.draft.findings.actions if state.draft and state.result else ()
    results = {one.area: in_words(one.result) for one in found}
    return [
        (
            "" if number > 1 else "scope",
            f"{number}: {', '.join(case.bodies.get(body, body) for body in area.bodies)}"
            + (f"; {results[number]}" if number in results else ""),
        )
        for number, area in enumerate(state.scope, start=1)
    ]


def _team(case: _Case) -> list[tuple[str, str]]:
    """Say who inspects, each on a line; only the first says what the lines are about."""
    return [
        (
            "" if number else "team",
            f"{case.person(one.person)}, {one.inspectorate}{', lead' if one.lead else ''}",
        )
        for number, one in enumerate(case.state.team)
    ]


def _pause(state: State) -> str:
    if state.paused_until is None:
        return ""
    return f"since {london_date(state.pauses[-1].paused_at)}, agreed until {state.paused_until}"


def _print_irregular(case: _Case) -> None:
    for version, kind, irregularity in case.irregular:
        against = f"{in_words(kind)} (version {version}) against {', '.join(irregularity.rules)}"
        print_hanging("irregular: ", against)
        print_hanging("    reason      ", instead_of(*case.reasons[irregularity.reason]))
        print_hanging("    authority   ", case.person(irregularity.authorised_by))


def _print_misses(case: _Case) -> None:
    for miss in case.misses:
        print_hanging("miss: ", f"{deadline_in_words(miss.kind, miss.subject)} due {miss.due}")
        print_hanging("    recorded    ", str(london_date(miss.recorded_at)))
        if miss.taken_back_at:
            met = f", met on {miss.met_on}" if miss.met_on else ""
            print_hanging("    taken back  ", f"{london_date(miss.taken_back_at)}{met}")


def _print_deadlines(state: State, rules: Rulebook, now: Instant, *, skipped: bool) -> None:
    out = console()
    for one in deadlines(rules, state):
        out.print(
            f"[bold]{deadline_in_words(one.kind, one.subject)}[/bold] due {one.due}: {_status(one, now)}"
        )
        for line in _why(one, state, rules):
            print_hanging("    ", line)
        if skipped:
            for day in _days_not_counted(one, state, rules):
                print_hanging(f"    not counted  {day['day']}  ", day["reason"])


def _status(one: Deadline, now: Instant) -> str:
    status = one.status(now)
    if one.met_on is None:
        return status
    return f"met on {one.met_on}" if status is Status.MET else f"{status}, met on {one.met_on}"


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


def _as_data(case: _Case, rules: Rulebook) -> dict[str, Any]:
    state, now = case.state, case.now
    return {
        "inspection_id": case.inspection,
        "stage": stage(state).value,
        "held_by": list(held_by(state)),
        "as_of": now.isoformat(),
        "team": [
            {**one.model_dump(mode="json", exclude={"interests"}), "name": case.names.get(one.person)}
            for one in state.team
        ],
        "irregular": [
            {
                "version": version,
                "milestone": kind,
                "rules": list(irregularity.rules),
                "reason": case.reasons[irregularity.reason][0],
                "reason_erased": as_data(case.reasons[irregularity.reason][1]),
                "authorised_by": irregularity.authorised_by,
            }
            for version, kind, irregularity in case.irregular
        ],
        "misses": [
            {
                "kind": miss.kind,
                "subject": miss.subject,
                "due": miss.due.isoformat(),
                "recorded_at": miss.recorded_at.isoformat(),
                "taken_back_at": miss.taken_back_at.isoformat() if miss.taken_back_at else None,
                "met_on": miss.met_on.isoformat() if miss.met_on else None,
            }
            for miss in case.misses
        ],
        "state": to_jsonable_python(state, exclude={"extensions", "warned", "missed"}),
        "deadlines": [
            {
                **to_jsonable_python(one, exclude={"void", "lapses"}),
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
