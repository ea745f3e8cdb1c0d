"""The thematic reviews as a whole: read from the ledger, and told what concerns them all."""

from collections.abc import Mapping
from datetime import date

from domain.streams import StreamKind
from domain.thematic import State
from domain.thematic.events import GeneralElectionRecorded
from domain.thematic.matters import year_of
from domain.thematic.register import is_open
from domain.values import ThematicReviewId
from eventstore.folding import state_of
from eventstore.ledger import Ledger
from workers.reading import streams_of
from workers.telling import Telling

Reviews = Mapping[ThematicReviewId, State]


async def read_reviews(ledger: Ledger) -> Reviews:
    """Read the streams of all thematic reviews.

    Raises:
        IntegrityError: an entry cannot be read.
        UnavailableError: the ledger cannot be reached.
    """
    streams = streams_of(ledger, StreamKind.THEMATIC_REVIEW)
    return {name: state_of(name, entries) async for name, entries in streams}


def to_have_election(reviews: Reviews, day: date) -> tuple[Telling, ...]:
    """Say what records a general election for every open review that may publish around it and lacks it."""
    recording = {"type": "record_general_election", "polls_on": day.isoformat()}
    return tuple(
        Telling(name, state.version, (recording,))
        for name, state in reviews.items()
        if is_open(state) and year_of(name) <= day.year and not _has_election(state, day)
    )


def _has_election(state: State, day: date) -> bool:
    return any(one.polls_on == day for one in state.all(GeneralElectionRecorded))
