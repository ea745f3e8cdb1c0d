"""The same question for cycles: is each inspection opened once, and does each cycle know the truth?"""

import asyncio
from datetime import datetime
from typing import Final

from domain.aggregates import aggregate_of
from domain.area.news import news_of
from domain.area.planning import to_open
from domain.streams import StreamKind, kind_of
from eventstore.folding import state_of
from tests.faults.processes import PATIENCE
from tests.faults.sound import check_commands, check_entries, whole
from tests.journeys.cycles import Cycle
from tests.journeys.house import House

_OF_THE_MOMENT: Final = {"next_wake", "next_due"}


async def cycles_are_sound(house: House, *cycles: Cycle) -> None:
    """Check that nothing is planned twice and nothing forgotten. A worker must be at work."""
    for cycle in cycles:
        await asyncio.wait_for(cycle.until(lambda standing: not standing.errands), PATIENCE)
        await asyncio.wait_for(cycle.look(), PATIENCE)
    entries = await whole(house.stores.ledger)
    check_entries(entries)
    await check_commands(house, entries)
    for cycle in cycles:
        await _is_sound(cycle, entries[-1].recorded_at)


async def _is_sound(cycle: Cycle, now: datetime) -> None:
    ledger = cycle.house.stores.ledger
    streams = {
        name: await ledger.read_stream(name)
        for name in await ledger.stream_versions(f"{cycle.area}-")
        if kind_of(name) is StreamKind.INSPECTION
    }
    for entries in streams.values():
        assert [entry.type for entry in entries].count("inspection_planned") == 1
    own = [entry.parsed()["body"] for entry in await ledger.read_stream(cycle.area)]
    scheduled = [one["event"]["inspection"] for one in own if one["type"] == "inspection_scheduled"]
    taken_back = [one["event"]["inspection"] for one in own if one["type"] == "inspection_not_opened"]
    assert len(set(scheduled)) == len(scheduled)
    assert len(set(taken_back)) == len(taken_back)
    assert set(scheduled) == (streams.keys() & set(scheduled)) ^ set(taken_back)
    state = await cycle.state()
    assert to_open(state) == ()
    assert state.news == {name: news_of(name, state_of(name, told)) for name, told in streams.items()}
    stood = aggregate_of(cycle.area).stands(cycle.house.rules, state, now).standing
    known = await cycle.until(lambda standing: standing.version >= state.version)
    assert known.model_dump(exclude=_OF_THE_MOMENT) == stood.model_dump(exclude=_OF_THE_MOMENT)
