"""Where a thematic review stands, which areas take part, and what was found: derived from what counts now."""

from dataclasses import dataclass

from domain.london import london_date
from domain.thematic import events as e
from domain.thematic.state import Fact, State
from domain.thematic.vocabulary import ConcernReason, Entry, EntryKind, ReportRef, Stage
from domain.values import AreaCode, Instant, PersonRef, SealedText

BY_THE_CLOCK = frozenset({EntryKind.SURVEY_DATA_DELETION_DUE})
"""Entries that the clock makes. Nobody puts them right: they follow the dates that are."""


@dataclass(frozen=True, slots=True)
class Concern:
    """A serious concern about an area. Its number stays, so that the area's cycle can refer to it."""

    number: int
    area: AreaCode
    reason: ConcernReason
    text: SealedText
    raised_at: Instant


def stage(state: State) -> Stage:
    """Say at which stage a review stands."""
    if state.version == 0:
        return Stage.UNKNOWN
    if state.one(e.ReviewWithdrawn):
        return Stage.WITHDRAWN
    if state.one(e.SurveyDataDeleted):
        return Stage.COMPLETED
    if state.one(e.ReviewReportPublished):
        return Stage.PUBLISHED
    if state.one(e.ReviewReportSubmitted):
        return Stage.REPORTING
    return Stage.VISITS if state.one(e.ReviewVisitBegun) else Stage.PLANNED


def is_open(state: State) -> bool:
    """Say whether a review still needs somebody to watch over it. It does until survey data is deleted."""
    return stage(state) not in {Stage.UNKNOWN, Stage.COMPLETED, Stage.WITHDRAWN}


def areas(state: State) -> tuple[AreaCode, ...]:
    """List the areas that take part: chosen, and their consent stands. No others are named."""
    return tuple(
        sorted(one.area for one in state.all(e.ReviewAreaChosen) if not has_withdrawn(state, one.area))
    )


def concerned(state: State) -> tuple[AreaCode, ...]:
    """List the areas that a review touches: who takes part, was visited, or gave cause for concern."""
    visited = {one.area for one in state.all(e.ReviewVisitBegun)}
    return tuple(sorted({*areas(state), *visited, *(one.area for one in concerns(state))}))


def has_withdrawn(state: State, area: AreaCode) -> bool:
    """Say whether an area took its consent back, and was not chosen again since."""
    chosen = state.place(Entry(kind=EntryKind.REVIEW_AREA_CHOSEN, about=area))
    withdrawn = state.place(Entry(kind=EntryKind.REVIEW_CONSENT_WITHDRAWN, about=area))
    return withdrawn is not None and (chosen is None or chosen < withdrawn)


def under_visit(state: State) -> tuple[AreaCode, ...]:
    """List the areas whose visit has begun and not ended."""
    ended = {one.area for one in state.all(e.ReviewVisitEnded)}
    return tuple(one.area for one in state.all(e.ReviewVisitBegun) if one.area not in ended)


def concerns(state: State) -> tuple[Concern, ...]:
    """List the serious concerns that count, in the order of their numbers."""
    return tuple(
        Concern(fact.event.number, fact.event.area, fact.event.reason, fact.event.text, fact.at)
        for fact in state.facts
        if isinstance(fact.event, e.ConcernRaised)
    )


def authors(state: State) -> frozenset[PersonRef]:
    """Name those who have written the report, or one before it."""
    return frozenset(one.decided_by.person for one in state.all(e.ReviewReportSubmitted))


def current_report(state: State) -> ReportRef | None:
    """Return the report that a release has to name: the one submitted last."""
    found = [one.report for one in state.all(e.ReviewReportSubmitted)]
    return max(found, key=lambda report: report.number, default=None)


def awaiting_publication(state: State) -> tuple[ReportRef, ...]:
    """List the reports that are released and not published."""
    published = {one.report.number for one in state.all(e.ReviewReportPublished)}
    released = (one.report for one in state.all(e.ReviewReportReleased))
    return tuple(report for report in released if report.number not in published)


def foundations(facts: tuple[Fact, ...], event: e.Event, kind: str) -> tuple[Fact, ...]:
    """List the facts of a kind that an event can rest on: those that concern the same."""
    return tuple(fact for fact in facts if fact.entry.kind == kind and event.can_rest_on(fact.event))


def resting_on(state: State, entry: Entry) -> tuple[Fact, ...]:
    """List the facts that make no sense without an entry, as nothing else stands that they could rest on."""
    others = tuple(fact for fact in state.facts if fact.entry != entry)
    return tuple(
        fact
        for fact in others
        if entry.kind in fact.event.rests_on
        and foundations(state.facts, fact.event, entry.kind)
        and not foundations(others, fact.event, entry.kind)
        and fact.entry.kind not in BY_THE_CLOCK
    )


def recorded_before(state: State, entry: Entry) -> tuple[Fact, ...]:
    """List the facts that were recorded before an entry."""
    place = state.place(entry)
    return state.facts[:place] if place is not None else ()


def day_of(fact: Fact) -> str:
    """Say what happened and on which day, for a refusal."""
    return f"{fact.entry} happened on {london_date(fact.at)}"
