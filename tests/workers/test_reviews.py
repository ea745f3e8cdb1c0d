"""The thematic reviews as a whole: what concerns them all."""

from datetime import date
from uuid import uuid4

from domain.streams import StreamKind
from eventstore.codecs import CODECS
from eventstore.ledger import Append
from eventstore.memory import MemoryLedger
from tests.domain.thematic.story import Story
from tests.workers.test_statistics import PROVENANCE
from workers.reviews import Reviews, read_reviews, to_have_election

ELECTION = date(2024, 7, 4)


async def _reviews(*stories: Story) -> Reviews:
    ledger = MemoryLedger()
    for story in stories:
        bodies = tuple(CODECS[StreamKind.THEMATIC_REVIEW].encode(event, PROVENANCE) for event in story.events)
        await ledger.append([Append(story.review, uuid4(), bytes(32), 0, "{}", "{}", bodies)])
    return await read_reviews(ledger)


async def test_a_general_election_concerns_each_open_review_that_does_not_have_it() -> None:
    """Also one whose report is out, and may be corrected. No report comes before the year of its review."""
    published, planned = Story().until("publish_review_report"), Story("THEMATIC-2024")
    planned.do("plan_review", at=date(2024, 1, 15))
    later = Story("THEMATIC-2025").do("plan_review", at=date(2025, 1, 13))
    reviews = await _reviews(published, planned, later)
    told = to_have_election(reviews, ELECTION)
    assert [(one.stream, one.commands[0]["polls_on"]) for one in told] == [
        ("THEMATIC-2023", "2024-07-04"),
        ("THEMATIC-2024", "2024-07-04"),
    ]


async def test_whoever_has_it_or_is_given_up_is_told_nothing() -> None:
    """So the same call again tells only those that were planned since."""
    has = Story().do("plan_review").do("record_general_election", polls_on=ELECTION)
    given_up = Story("THEMATIC-2024").do("plan_review", at=date(2024, 1, 15)).do("withdraw_review")
    assert to_have_election(await _reviews(has, given_up), ELECTION) == ()
