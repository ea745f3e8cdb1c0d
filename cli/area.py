"""Everybody: one area, its lineage and its inspections, and what its cycle brings next."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from pydantic_core import to_jsonable_python

from audit.points import Look
from cli.output import (
    console,
    deadline_in_words,
    in_words,
    print_hanging,
    print_table,
)
from domain.area.cycle import (
    DUE_KIND,
    MONTHS_BETWEEN_MEETINGS,
    Deadline,
    Next,
    deadlines,
    inspections_to_come,
    next_inspections,
)
from domain.area.planning import to_open
from domain.area.register import (
    Kin,
    bodies_on,
    code_on,
    is_open,
    name_on,
    partners_on,
    predecessors,
    successors,
)
from domain.area.state import (
    Agreed,
    BroughtForward,
    Entered,
    Intervention,
    Met,
    Polls,
    Scheduled,
    SchoolTerm,
    State,
    Visited,
)
from domain.area.vocabulary import CodeKind
from domain.deadline import Status
from domain.handbook import NextInspectionRule
from domain.london import london_date
from domain.rulebook import Rulebook
from workers.stores import Stores

_CODES: Final = {CodeKind.GSS: "GSS", CodeKind.DFE: "DfE"}


async def print_area(look: Look, stores: Stores) -> None:
    """Print who an area is, what its inspections came to, and what comes next, when and why."""
    _print_facts(look, await stores.directory.bodies())
    _print_inspections(look.state)
    _print_timeline(look.state)
    _print_to_come(look, Rulebook.released())


def stands(state: State, day: date) -> str:
    """Say in words where an area stands on a day."""
    if state.one(Entered) is None:
        return "not in the register"
    if is_open(state, day):
        return "in its cycle"
    gone = any(kin.since and kin.since <= day for kin in successors(state))
    return "replaced" if gone else "still to come"


def _print_facts(look: Look, names: dict[str, str]) -> None:
    state, day = look.state, london_date(look.now)
    entered = state.one(Entered)
    names = {**names, **{partner.body: partner.name for partner in partners_on(state, day)}}
    codes = [f"{told} {code}" for kind, told in _CODES.items() if (code := code_on(state, kind, day))]
    facts = [
        ("stands", stands(state, day)),
        ("region", in_words(entered.region or "") if entered else ""),
        ("since", str(entered.since) if entered and entered.since else ""),
        ("codes", ", ".join(codes)),
        *_each("bodies", [_named(body, names) for body in bodies_on(state, day)]),
        ("follows", _lineage(predecessors(state))),
        ("replaced by", _lineage(successors(state))),
        *_each("polls", [f"{polls.on}, {polls.kind}" for polls in _polls_to_come(state, day)]),
        *_each("terms", [f"{one.first} to {one.last}" for one in _terms_to_come(state, day)]),
        *_each("scheduled", [_scheduled(one) for one in to_open(state)]),
        *_each("meetings", [f"held on {met}" for met in sorted(one.on for one in state.all(Met))]),
        *_each("", [f"by {one.due_by}, as agreed on {one.on}" for one in state.all(Agreed)]),
        ("visits", ", ".join(f"{one.on}" for one in state.all(Visited))),
        ("as of", f"{look.now:%Y-%m-%d %H:%M} UTC, version {state.version}"),
    ]
    console().print(f"[bold]{look.name}[/bold]  {name_on(state, day) or ''}")
    for name, value in facts:
        if value:
            print_hanging(f"  {name:11} ", value)


def _each(name: str, values: list[str]) -> list[tuple[str, str]]:
    """Give each value a line of its own; only the first says what the lines are about."""
    return [("" if number else name, value) for number, value in enumerate(values)]


def _named(body: str, names: dict[str, str]) -> str:
    return f"{body} ({names[body]})" if body in names else body


def _lineage(kin: tuple[Kin, ...]) -> str:
    return ", ".join(f"{one.area} since {one.since}" if one.since else one.area for one in kin)


def _polls_to_come(state: State, day: date) -> list[Polls]:
    return sorted((one for one in state.all(Polls) if one.on >= day), key=lambda one: one.on)


def _terms_to_come(state: State, day: date) -> list[Any]:
    return sorted(
        (one.term for one in state.all(SchoolTerm) if one.term.last >= day), key=lambda term: term.first
    )


def _scheduled(one: Scheduled) -> str:
    return (
        f"{one.inspection}, {one.kind}: notified {one.notify_on}, on site {one.on_site.first} to "
        f"{one.on_site.last}; not opened yet"
    )


def _print_inspections(state: State) -> None:
    rows = [
        (
            one.inspection,
            one.kind,
            one.on_site.first if one.on_site else None,
            one.published_on,
            "withdrawn" if one.withdrawn else in_words(one.outcome or one.result or ""),
        )
        for one in sorted(state.news.values(), key=lambda one: one.inspection)
    ]
    if rows:
        print_table(("inspection", "kind", "on site", "published", "outcome"), rows)


def _print_timeline(state: State) -> None:
    rows = sorted((one.on, in_words(one.kind), one.reference) for one in state.all(Intervention))
    if rows:
        print_table(("on", "by DfE", "reference"), rows)


def _print_to_come(look: Look, rules: Rulebook) -> None:
    """Print what is due in the cycle and not met, each with its reasons."""
    brought = next_inspections(rules, look.state)
    owed = _owed(look, rules)
    if not owed:
        console().print("Nothing is due in its cycle.")
    for one in owed:
        what = deadline_in_words(one.kind, None)
        console().print(f"[bold]{what}[/bold] due {one.due}: {_status(one, look)}")
        for line in _why(one, _inspection_of(one, brought), look.state, rules):
            print_hanging("    ", line)


def _owed(look: Look, rules: Rulebook) -> list[Deadline]:
    register = deadlines(rules, look.state)
    return [one for one in register if one.is_owed(look.now)]


def _status(one: Deadline, look: Look) -> str:
    """An approximate target that is past is overdue, which is reported and is no failure."""
    return "overdue" if one.status(look.now) is Status.MISSED else one.status(look.now)


def _inspection_of(one: Deadline, brought: tuple[Next, ...]) -> Next | None:
    same = (one.kind, one.due, one.origin_on)
    return next((n for n in brought if (DUE_KIND[n.kind], n.target, n.origin_on) == same), None)


def _why(one: Deadline, coming: Next | None, state: State, rules: Rulebook) -> Iterator[str]:
    if coming is None:
        yield from _why_meeting(one, rules)
        return
    after = f" of {coming.after}" if coming.after else ""
    rule = _rule(coming, state, rules)
    if rule:
        about = "about " if rule.approximate else ""
        yield (
            f"{about}{rule.months.value} months from {in_words(coming.origin)}{after} on "
            f"{coming.origin_on}; handbook {coming.handbook}"
        )
        yield f"source: {rule.months.source} (sureness {rule.months.sureness})"
    for wanted in state.all(BroughtForward):
        if wanted.due_by == coming.target:
            yield f"brought forward on {wanted.on} because of {in_words(wanted.because)}"
    yield f"its window is {coming.opens} to {coming.closes}"


def _why_meeting(one: Deadline, rules: Rulebook) -> Iterator[str]:
    if one.origin == "engagement_meeting_agreed":
        yield f"as agreed on {one.origin_on}"
        return
    annual = rules.handbook(one.handbook).engagement_meetings
    yield (
        f"{MONTHS_BETWEEN_MEETINGS} months from {in_words(one.origin)} on {one.origin_on}; "
        f"handbook {one.handbook}"
    )
    yield f"source: {annual.source} (sureness {annual.sureness})"


def _rule(coming: Next, state: State, rules: Rulebook) -> NextInspectionRule | None:
    """Return the rule of the handbook that brings an inspection, as the inspection before it has its outcome.

    One that repeats a monitoring inspection goes by the rule for the first.
    """
    if coming.after is None:
        return None
    outcome = state.news[coming.after].outcome
    found = (one for one in rules.handbook(coming.handbook).next_inspections if one.kind is coming.kind)
    return next((one for one in found if outcome is None or outcome in one.outcomes), None)


def area_as_data(look: Look) -> dict[str, Any]:
    """Write the same for scripts."""
    rules = Rulebook.released()
    state, day = look.state, london_date(look.now)
    entered = state.one(Entered)
    brought = next_inspections(rules, state)
    return {
        "area": look.name,
        "name": name_on(state, day),
        "stands": stands(state, day),
        "as_of": look.now.isoformat(),
        "version": state.version,
        "region": entered.region if entered else None,
        "since": to_jsonable_python(entered.since) if entered else None,
        "codes": {kind.value: code_on(state, kind, day) for kind in CodeKind},
        "bodies": [
            {"body": body, "name": {one.body: one.name for one in partners_on(state, day)}.get(body)}
            for body in bodies_on(state, day)
        ],
        "follows": to_jsonable_python(predecessors(state)),
        "replaced_by": to_jsonable_python(successors(state)),
        "polls": [{"on": one.on.isoformat(), "kind": one.kind} for one in _polls_to_come(state, day)],
        "terms": to_jsonable_python(_terms_to_come(state, day)),
        "scheduled": [
            to_jsonable_python(one, exclude={"entry", "decided_by", "recorded_by"}) for one in to_open(state)
        ],
        "meetings": {
            "held": sorted(one.on.isoformat() for one in state.all(Met)),
            "agreed": [{"by": one.due_by.isoformat(), "on": one.on.isoformat()} for one in state.all(Agreed)],
        },
        "visits": [one.on.isoformat() for one in state.all(Visited)],
        "interventions": [to_jsonable_python(one, exclude={"entry"}) for one in state.all(Intervention)],
        "inspections": [
            one.model_dump(mode="json") for one in sorted(state.news.values(), key=lambda one: one.inspection)
        ],
        "next": to_jsonable_python(inspections_to_come(rules, state)),
        "deadlines": [
            {
                **to_jsonable_python(one, exclude={"void", "lapses"}),
                "status": one.status(look.now).value,
                "why": list(_why(one, _inspection_of(one, brought), state, rules)),
            }
            for one in deadlines(rules, state)
        ],
    }
