"""A ledger full of inspections, most of them closed, as it would be after long use.

Each inspection is a copy of a recorded one under a name of its own, and comes in by the append function
like any other; only that one command carries all its events, and many inspections come in one call.
"""

import re
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final, Self
from uuid import uuid4

from bench.lives import area_of
from bench.measure import Figures
from bench.options import Options
from bench.recorded import Recording, record, rulebook
from bench.servers import Servers
from domain.canonical import canonical_model
from domain.messages import MilestoneRequest, Verdict
from eventstore.ledger import Append, Appended
from eventstore.worklist import Worklist
from workers.stores import Stores, open_stores
from workers.summary import summariser

OPEN_IN_A_THOUSAND: Final = 12
"""Two at each of six stages; a hundred thousand inspections have 1,200 open ones."""

_CUTS: Final = (2, 4, 7, 10, 14, 20)
_BATCH: Final = 100
_COMMAND_ID: Final = re.compile('"command_id":"[^"]+"')


@dataclass
class Filled:
    """The ledger, how many inspections it holds, and how long it took to get there."""

    stores: Stores
    worklist: Worklist
    closed: Recording
    opened: Sequence[Recording]
    database: str
    inspections: int = 0
    fills: list[Figures] = field(default_factory=list)

    @classmethod
    async def on(cls, servers: Servers, parts: AsyncExitStack) -> Self:
        """Open the ledger of this run, made when it is first asked for."""
        found = servers.kept.get("filled")
        database = found.database if found else await servers.database(rehearsal=True)
        stores = await parts.enter_async_context(open_stores(database))
        text = await stores.texts.seal("The partnership asked for another week.", "bench")
        filled = cls(
            stores,
            Worklist(stores.pool, stores.ledger, summariser(rulebook())),
            await record(strategic_plan_published=date(2024, 2, 1), close=True, text=text),
            [await record(steps=steps, text=text) for steps in _CUTS],
            database,
            found.inspections if found else 0,
            found.fills if found else [],
        )
        servers.kept["filled"] = filled
        return filled

    async def grow_to(self, inspections: int, options: Options) -> None:
        """Append inspections until there are so many, then let the worklist catch up."""
        if inspections <= self.inspections:
            return
        before, began = await self.stores.ledger.head(), time.perf_counter()
        while self.inspections < inspections:
            count = min(_BATCH, inspections - self.inspections)
            batch = [self.copy(self.inspections + number) for number in range(count)]
            results = await self.stores.ledger.append(batch)
            assert all(isinstance(result, Appended) for result in results)
            self.inspections += count
            if self.inspections % 10_000 == 0:
                options.tell(f"filling the ledger: {self.inspections:,} inspections")
        filled = time.perf_counter() - began
        options.tell(f"worklist: catching up with {inspections:,} inspections")
        began = time.perf_counter()
        events = await self.worklist.catch_up()
        caught_up = time.perf_counter() - began
        self.fills.append(
            {
                "inspections": inspections,
                "events": await self.stores.ledger.head(),
                "appended_per_second": (await self.stores.ledger.head() - before) / filled,
                "caught_up_per_second": events / caught_up,
            }
        )

    def copy(self, number: int) -> Append:
        """Return the command that brings in the inspection with this number."""
        place = number % 1_000
        is_open = place < OPEN_IN_A_THOUSAND
        like = self.opened[place % len(self.opened)] if is_open else self.closed
        return _renamed(like, name_of(number), area_of(number % 17_576))

    @property
    def moment(self) -> datetime:
        """A moment at which the plans of those last published fall due within a fortnight."""
        last = self.opened[-1].appends[-1].at
        assert last is not None
        return last + timedelta(days=45)


def _answer_to_all(like: Recording) -> str:
    answers = [Verdict.model_validate_json(append.answer) for append in like.appends]
    recorded = tuple(event for answer in answers for event in answer.recorded)
    return canonical_model(Verdict(result="recorded", recorded=recorded))


def name_of(number: int) -> str:
    """Return the name of the inspection with this number."""
    return f"{area_of(number % 17_576)}-2023-F{number // 17_576 + 1}"


def _renamed(like: Recording, name: str, area: str) -> Append:
    command_id = uuid4()

    def under_its_name(text: str) -> str:
        text = text.replace(like.inspection, name)
        return text.replace(f'"{like.area}"', f'"{area}"').replace(
            f"-{like.area.lower()}", f"-{area.lower()}"
        )

    first = like.appends[0]
    told = MilestoneRequest.model_validate_json(under_its_name(first.request))
    request = told.model_copy(update={"command_id": str(command_id)})
    return replace(
        first,
        stream=name,
        command_id=command_id,
        digest=bytes.fromhex(request.digest()),
        expected_version=0,
        request=canonical_model(request),
        answer=_answer_to_all(like),
        bodies=tuple(
            _COMMAND_ID.sub(f'"command_id":"{command_id}"', under_its_name(body)) for body in like.bodies()
        ),
        at=datetime(2024, 6, 1, tzinfo=UTC),
    )
