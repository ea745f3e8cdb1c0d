"""The post of a fleet: who is written to, and whether anybody is written to twice."""

from collections import Counter
from typing import Self

from activities.notices.letters import Letter
from activities.notices.post import Post
from eventstore.codecs import CODEC
from eventstore.notices import SUBSCRIBER, NoticeWriter, PostgresOutbox
from eventstore.subscription import catch_up, enrol
from tests.journeys.house import House
from workers.notices import hearings_of
from workers.rehearsal.script import PARTNERSHIP, PEOPLE


class Letters:
    """Sends nothing on, and remembers what was to be sent."""

    reaches_people = False

    def __init__(self, house: House) -> None:
        self._house = house
        self.ids: list[str] = []

    @classmethod
    async def of(cls, house: House) -> Self:
        """Give the inspectors and the national bodies addresses, and hear of all from the beginning."""
        stores = house.stores
        for role, (ref, organisation) in PEOPLE.items():
            if organisation != PARTNERSHIP:
                address = f"{ref}@example.gov.uk"
                await stores.directory.add(
                    name=ref, role=role, organisation=organisation, ref=ref, email=address
                )
        await enrol(stores.pool, SUBSCRIBER)
        return cls(house)

    async def deliver(self) -> None:
        """Write down who is to hear of what has happened, and send it."""
        stores = self._house.stores
        await catch_up(stores.pool, stores.ledger, NoticeWriter(hearings_of))
        outbox = PostgresOutbox(stores.pool)
        await Post(outbox, stores.ledger, CODEC, self._house.rules, stores.directory, self).deliver()

    async def told(self) -> Counter[tuple[str, str, str]]:
        """Count how often somebody was to hear of an inspection for a reason, but for warnings."""
        rows = await self._house.stores.pool.fetch(
            "SELECT inspection, recipient, reason FROM ledger.notices WHERE reason <> 'deadline_approaching'"
        )
        return Counter(map(tuple, rows))

    async def send(self, letter: Letter, *, again: bool) -> bytes:
        """Remember a letter."""
        assert not again
        self.ids.append(letter.id)
        return letter.words.text.encode()

    async def check(self) -> None:
        """It can always be sent."""
