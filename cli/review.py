"""Everybody: one thematic review, its areas and visits, and its two long waits."""

from collections.abc import Iterator
from typing import Any

from pydantic_core import to_jsonable_python

from audit.points import Look
from cli.erased import as_data, instead_of, read_texts
from cli.output import console, in_words, print_hanging, print_table
from domain.deadline import Status
from domain.handbook import Sourced
from domain.london import london_date
from domain.rulebook import Rulebook
from domain.terms import ThematicTerms
from domain.thematic import events as e
from domain.thematic.deadlines import Deadline, deadlines
from domain.thematic.register import areas, awaiting_publication, concerns, current_report, stage
from domain.thematic.state import Fact, State
from domain.thematic.vocabulary import ReviewDeadline
from domain.values import AreaCode
from workers.stores import Stores


async def print_review(look: Look, stores: Stores) -> None:
    """Print what a review is about, who takes part, what has happened in it, what is due and why."""
    told = await read_texts(stores, [one.text for one in concerns(look.state)])
    _print_facts(look)
    _print_areas(look.state)
    _print_entries(look.state)
    for one in concerns(look.state):
        print_hanging(f"concern {one.number}: ", f"{one.area}, {in_words(one.reason)}")
        print_hanging("    ", instead_of(*told[one.text]))
    _print_deadlines(look, Rulebook.released())


async def review_as_data(look: Look, stores: Stores) -> dict[str, Any]:
    """Write the same for scripts."""
    return _as_data(look, await _raised(look.state, stores), Rulebook.released())


async def _raised(state: State, stores: Stores) -> list[dict[str, Any]]:
    told = await read_texts(stores, [one.text for one in concerns(state)])
    return [
        {
            "number": one.number,
            "area": one.area,
            "reason": one.reason.value,
            "text": told[one.text][0],
            "text_erased": as_data(told[one.text][1]),
            "raised_at": one.raised_at.isoformat(),
        }
        for one in concerns(state)
    ]


def _print_facts(look: Look) -> None:
    state: State = look.state
    plan, report = state.one(e.ReviewPlanned), current_report(state)
    elections = sorted(one.polls_on for one in state.all(e.GeneralElectionRecorded))
    waiting = ", ".join(str(one.number) for one in awaiting_publication(state))
    facts = [
        ("stage", in_words(stage(state)) + (f", report {waiting} awaits publication" if waiting else "")),
        ("theme", f"{plan.theme.name} ({plan.theme.theme})" if plan else ""),
        ("guidance", _guidance(state)),
        ("report", f"number {report.number}, digest {report.digest}" if report else ""),
        *[("published", f"{one.address} (SHA-256 {one.sha256})") for one in _published(state)],
        ("elections", ", ".join(map(str, elections))),
        ("bound to", f"terms {plan.terms.version}" if plan else ""),
        ("as of", f"{look.now:%Y-%m-%d %H:%M} UTC, version {state.version}"),
    ]
    console().print(f"[bold]{look.name}[/bold]")
    for name, value in facts:
        if value:
            print_hanging(f"  {name:10} ", value)


def _guidance(state: State) -> str:
    guidance, at = state.one(e.ReviewGuidancePublished), state.at(e.ReviewGuidancePublished)
    return f"published on {london_date(at)}: {guidance.address or ''}".rstrip(": ") if guidance and at else ""


def _published(state: State) -> tuple[e.ReviewReportPublished, ...]:
    return state.all(e.ReviewReportPublished)


def _print_areas(state: State) -> None:
    rows = [
        (
            area,
            in_words(chosen.season or ""),
            _day_of(state, e.ReviewVisitBegun, area),
            _day_of(state, e.ReviewVisitEnded, area),
            f"{in_words(chosen.consent.role)} of {chosen.consent.body}",
        )
        for area in areas(state)
        for chosen in state.all(e.ReviewAreaChosen)
        if chosen.area == area
    ]
    if rows:
        print_table(("area", "planned for", "visit from", "to", "consent given by"), rows)


def _day_of(state: State, kind: type[e.ReviewVisitBegun | e.ReviewVisitEnded], area: AreaCode) -> str | None:
    found = (fact for fact in state.facts if isinstance(fact.event, kind) and fact.event.area == area)
    return next((str(london_date(fact.at)) for fact in found), None)


def _print_entries(state: State) -> None:
    """Print what has happened, but for what the areas' own table says."""
    visits = e.ReviewAreaChosen | e.ReviewVisitBegun | e.ReviewVisitEnded
    rows = [
        (london_date(fact.at), in_words(str(fact.entry)), _decided_by(fact))
        for fact in state.facts
        if not isinstance(fact.event, visits)
    ]
    print_table(("on", "milestone", "decided by"), sorted(rows))


def _decided_by(fact: Fact) -> str:
    return fact.event.decided_by.person


def _print_deadlines(look: Look, rules: Rulebook) -> None:
    for one in deadlines(rules, look.state):
        console().print(f"[bold]{in_words(one.kind)}[/bold] due {one.due}: {_status(one, look)}")
        for line in _why(one, look.state, rules):
            print_hanging("    ", line)


def _status(one: Deadline, look: Look) -> str:
    status = one.status(look.now)
    if one.met_on is None:
        return status
    return f"met on {one.met_on}" if status is Status.MET else f"{status}, met on {one.met_on}"


def _why(one: Deadline, state: State, rules: Rulebook) -> Iterator[str]:
    plan = state.one(e.ReviewPlanned)
    assert plan is not None, "what is due in a review rests on its plan"
    counted, number = _number(one.kind, rules.pinned_terms(plan.terms))
    yield f"{counted} {in_words(one.origin)} on {one.origin_on}; terms {one.handbook}"
    yield f"source: {number.source} (sureness {number.sureness})"


def _number(kind: ReviewDeadline, terms: ThematicTerms) -> tuple[str, Sourced[Any]]:
    """Say how a deadline is counted, and by which number of the terms."""
    match kind:
        case ReviewDeadline.PUBLICATION:
            return "the day named with", terms.publication_planned_for
        case ReviewDeadline.SURVEY_DATA_RETENTION:
            kept = terms.survey_data_kept_months
            return f"{kept.value} months from", kept
        case ReviewDeadline.SURVEY_DATA_DELETION:
            return f"{terms.deletion_days.value} days from", terms.deletion_days


def _as_data(look: Look, raised: list[dict[str, Any]], rules: Rulebook) -> dict[str, Any]:
    state: State = look.state
    plan = state.one(e.ReviewPlanned)
    return {
        "review": look.name,
        "stage": stage(state).value,
        "as_of": look.now.isoformat(),
        "version": state.version,
        "theme": plan.theme.model_dump(mode="json") if plan else None,
        "publish_by": plan.publish_by.isoformat() if plan else None,
        "areas": [
            {
                "area": area,
                "visit_begun_on": _day_of(state, e.ReviewVisitBegun, area),
                "visit_ended_on": _day_of(state, e.ReviewVisitEnded, area),
            }
            for area in areas(state)
        ],
        "report": to_jsonable_python(current_report(state)),
        "awaiting_publication": to_jsonable_python(awaiting_publication(state)),
        "published": [
            {"report": one.report.number, "address": one.address, "sha256": one.sha256}
            for one in _published(state)
        ],
        "concerns": raised,
        "entries": [
            {"entry": str(fact.entry), "at": fact.at.isoformat(), "decided_by": _decided_by(fact)}
            for fact in state.facts
        ],
        "deadlines": [
            {
                **to_jsonable_python(one, exclude={"void", "lapses"}),
                "status": one.status(look.now).value,
                "why": list(_why(one, state, rules)),
            }
            for one in deadlines(rules, state)
        ],
    }
