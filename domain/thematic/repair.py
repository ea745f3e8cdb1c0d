"""Putting entries of a thematic review right: another moment, or struck."""

from datetime import date

from domain.london import london_date
from domain.thematic import commands as c
from domain.thematic import events as e
from domain.thematic.register import BY_THE_CLOCK, day_of, foundations, recorded_before, resting_on
from domain.thematic.situation import Situation, require_no_embargo, require_own_time
from domain.thematic.state import Fact
from domain.thematic.vocabulary import EntryKind


def rectify(situation: Situation, command: c.RectifyReviewEntry) -> e.Event:
    """A wrong date is put right within the order of things; what is wrong otherwise is struck.

    A plan is not struck: it is made anew, or the review is withdrawn.
    """
    fact = _standing(situation, command)
    if command.happened_at is None:
        _require_strikable(situation, fact)
    else:
        day = london_date(command.happened_at)
        situation.require(
            command.happened_at <= command.now,
            "not_in_the_future",
            f"{day} is in the future",
            "a moment that has passed",
        )
        require_own_time(situation, day)
        _require_in_order(situation, fact, day)
        if fact.entry.kind in {EntryKind.REVIEW_REPORT_RELEASED, EntryKind.REVIEW_REPORT_PUBLISHED}:
            require_no_embargo(situation, day)
    return situation.record(e.ReviewEntryRectified, was=fact.at)


def _standing(situation: Situation, command: c.RectifyReviewEntry) -> Fact:
    known = {str(fact.entry): fact for fact in situation.state.facts if fact.entry.kind not in BY_THE_CLOCK}
    named = str(command.entry)
    situation.require(
        named in known, "entry_recorded", f"{named} does not stand", "one of " + ", ".join(sorted(known))
    )
    return known[named]


def _require_strikable(situation: Situation, fact: Fact) -> None:
    resting = ", ".join(str(one.entry) for one in resting_on(situation.state, fact.entry))
    situation.require(
        not resting and fact.entry.kind is not EntryKind.REVIEW_PLANNED,
        "nothing_rests_on_it",
        f"{resting} rests on {fact.entry}" if resting else "the review rests on its plan",
        f"rectify_review_entry for {resting} first" if resting else "plan_review or withdraw_review",
    )


def _require_in_order(situation: Situation, fact: Fact, day: date) -> None:
    """A moment lies after what the entry rested on when it was recorded, and before what rests on it."""
    state, entry = situation.state, fact.entry
    before = recorded_before(state, entry)
    for kind in sorted(fact.event.rests_on):
        first = min(foundations(before, fact.event, kind), key=lambda one: one.at, default=None)
        situation.require(
            first is None or london_date(first.at) <= day,
            "order",
            day_of(first) if first else "",
            f"{london_date(first.at)} or later" if first else "",
        )
    for later in resting_on(state, entry):
        on = london_date(later.at)
        situation.require(later in before or day <= on, "order", day_of(later), f"{on} or earlier")
