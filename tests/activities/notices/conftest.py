"""A ledger with an inspection in it, and people who are to hear of it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import uuid4

import pytest

from domain.inspection.events import Event
from eventstore.codecs import CODEC
from eventstore.envelope import Provenance
from eventstore.ledger import Append, Ledger
from eventstore.notices import SUBSCRIBER, NoticeWriter
from eventstore.subscription import catch_up, enrol
from tests.domain.inspection.story import INSPECTION, Story
from tests.domain.notices.looking import NAMES, PEOPLE
from tests.journeys.house import fresh_database
from workers.notices import hearings_of
from workers.stores import Stores, open_stores

Tell = Callable[[Story], Awaitable[None]]


async def enter_people(stores: Stores) -> None:
    """Enter people with their addresses, and what the bodies are called."""
    for one in PEOPLE:
        await stores.directory.add(**one.model_dump(exclude={"email"}), email=address(one.ref))
    for ref, name in NAMES.items():
        await stores.directory.put_body(ref, name)


async def record(ledger: Ledger, events: list[Event], inspection: str = INSPECTION) -> None:
    """Append what a live ledger lacks of an inspection."""
    version = len(await ledger.read_stream(inspection))
    for number, event in enumerate(events[version:], start=version):
        command = uuid4()
        provenance = Provenance(command_id=command, correlation_id=command, causation_id=command)
        await ledger.append(
            [
                Append(
                    stream=inspection,
                    command_id=command,
                    digest=bytes(32),
                    expected_version=number,
                    request="{}",
                    answer="{}",
                    bodies=(CODEC.encode(event, provenance),),
                )
            ]
        )


@pytest.fixture
async def database_url(postgres_url: str) -> AsyncIterator[str]:
    """The URL of a live database that is the test's own."""
    async with fresh_database(postgres_url, rehearsal=False) as url:
        yield url


@pytest.fixture
async def stores(database_url: str) -> AsyncIterator[Stores]:
    """A live ledger, and a directory in which everybody has an address."""
    async with open_stores(database_url) as opened:
        await enter_people(opened)
        yield opened


@pytest.fixture
async def tell(stores: Stores) -> Tell:
    """Records what a story has told so far, and writes down who hears of it."""
    await enrol(stores.pool, SUBSCRIBER)

    async def told(story: Story) -> None:
        await record(stores.ledger, story.events)
        await catch_up(stores.pool, stores.ledger, NoticeWriter(hearings_of))

    return told


def address(ref: str) -> str:
    """Say under which address somebody is reached."""
    return f"{ref}@example.gov.uk"
