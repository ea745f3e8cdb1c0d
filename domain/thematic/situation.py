"""What a decision about a thematic review looks at, and the rules that several decisions put."""

from datetime import date
from typing import Final

from domain import deciding
from domain.due import embargoing_polls
from domain.london import london_date
from domain.thematic import events as e
from domain.thematic.commands import Command
from domain.thematic.matters import year_of
from domain.thematic.register import authors, day_of, foundations
from domain.thematic.rules import RULES
from domain.thematic.state import State
from domain.thematic.vocabulary import Entry, EntryKind
from domain.values import PersonRef

YEARS_BEFORE: Final = 1
YEARS_AFTER: Final = 10
"""How many years around its own a review's milestones lie in: a guard against slips of the pen, no rule of
anybody's. Planning begins in the year before, and survey data is gone within five."""


class Situation(deciding.Situation[State, Command]):
    """One command before one review under one set of rules."""

    texts = RULES
    aggregate = "review"

    @property
    def year(self) -> int:
        """The year of the review."""
        return year_of(self.command.review)

    def next_number(self, kind: EntryKind) -> int:
        """Return the number that the next entry of a kind gets."""
        return self.state.numbers.get(kind, 0) + 1

    def own_work(self, person: PersonRef) -> str | None:
        """Whoever has written the report does not authorise what goes against its rules."""
        return "has written the report of this review" if person in authors(self.state) else None


def require_own_time(situation: Situation, day: date, *, years_before: int = YEARS_BEFORE) -> None:
    """Refuse a day that lies years away from the review."""
    first, last = situation.year - years_before, situation.year + YEARS_AFTER
    situation.require(
        first <= day.year <= last,
        "own_time",
        f"{day} is not in the time of {situation.command.review}",
        f"a day from {first} to {last}",
    )


def require_once(situation: Situation, made: Entry | None) -> None:
    """Refuse an entry that stands already."""
    situation.require(
        made is None or situation.state.place(made) is None,
        "recorded_once",
        f"{made} stands already",
        "rectify_review_entry for it, if it is wrong",
    )


def require_in_order(situation: Situation, event: e.Event) -> None:
    """Refuse what happened on an earlier day than what it rests on, or without it."""
    day = london_date(event.occurred_at)
    for kind in sorted(event.rests_on):
        found = foundations(situation.state.facts, event, kind)
        first = min(found, key=lambda fact: fact.at, default=None)
        about = event.rests_about()
        situation.require(
            first is not None and london_date(first.at) <= day,
            "order",
            day_of(first) if first else f"{kind}{f' {about}' if about else ''} has not happened",
            f"{kind} on record, and no later than this",
        )


def require_no_embargo(situation: Situation, day: date) -> None:
    """Refuse a day in the weeks before a general election, thematic reports too (section 3 of the facts, S).

    How many days these are, the handbook in force on the day says. A report does not come before its year,
    so there is one.
    """
    require_own_time(situation, day, years_before=0)
    polls = sorted(one.polls_on for one in situation.state.all(e.GeneralElectionRecorded))
    if not polls:
        return
    handbook = situation.rules.in_force(day)
    election = embargoing_polls(handbook, polls, day)
    situation.require(
        election is None,
        "no_embargo",
        f"{day} is within {handbook.embargo_days_before_polls.value} days before the polls on {election}",
        f"a day after {election}",
    )
