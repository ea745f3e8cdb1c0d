"""Temporal loses everything in the middle of a fleet, and the fleet ends with the ledger of its twin."""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from temporalio.client import Client
from temporalio.testing import TimeSkipper

from domain.canonical import canonical_json
from domain.streams import StreamKind
from eventstore.envelope import Entry
from tests.faults.fleet import AREAS, Fleet
from tests.faults.houses import OwnTemporal
from tests.faults.letters import Letters
from tests.faults.sound import check_commands, check_entries, whole
from tests.journeys.house import House, fresh_database, unused_area
from workers.processes import Processes
from workers.recovery import Fate, recover
from workers.stores import open_stores
from workers.worker import connect

pytestmark = [pytest.mark.faults, pytest.mark.timeout(180)]


async def test_a_fleet_whose_temporal_was_lost_ends_with_the_ledger_of_its_twin(
    postgres_url: str, skipper: TimeSkipper, tmp_path: Path
) -> None:
    """What fell due meanwhile was missed at the same time. Nothing is published or sent twice.

    One thing differs: nobody can be warned any more of what fell due while there was nobody to warn.
    """
    areas = [unused_area() for _ in range(AREAS)]
    async with OwnTemporal.running(tmp_path / "temporal") as server:
        own = await connect(server.address, None)
        async with _twin_houses(postgres_url, own, skipper, tmp_path) as (house, twins_house):
            fleet, twin = Fleet(house, areas), Fleet(twins_house, areas)
            letters, twins_letters = await Letters.of(house), await Letters.of(twins_house)
            async with twins_house.worker():
                await twin.live_to_the_middle()
                await twin.let_time_pass()
                await twin.play_to_the_end()
                await twin.terminate()
            await twins_letters.deliver()

            async with house.worker():
                await fleet.live_to_the_middle()
                await letters.deliver()
                published = _pages(house.folder)
                server.lose()
                await server.start()
                assert await _recovered(fleet) == {
                    StreamKind.INSPECTION: {Fate.RAISED: 10, Fate.OVER: 1},
                    StreamKind.AREA: {Fate.RAISED: 1},
                    StreamKind.THEMATIC_REVIEW: {Fate.RAISED: 1},
                    StreamKind.PROGRAMME: {Fate.RAISED: 1},
                }
                await fleet.play_to_the_end()
            await letters.deliver()

            told, twins_told = await _told(house), await _told(twins_house)
            warnings = {name: _in_vain(events) for name, events in twins_told.items()}
            assert any(warnings.values())
            for name, events in twins_told.items():
                assert told.pop(name) == [one for one in events if one not in warnings[name]]
            assert told == {}
            assert published
            assert published.items() <= _pages(house.folder).items(), "none was written again"
            assert _texts(house.folder) == _texts(twins_house.folder)
            assert letters.ids
            assert len(set(letters.ids)) == len(letters.ids)
            assert await letters.told() == await twins_letters.told()


@asynccontextmanager
async def _twin_houses(
    server: str, own: Client, skipper: TimeSkipper, folder: Path
) -> AsyncIterator[tuple[House, House]]:
    """Open two houses in which the same text has the same reference; the second one has virtual clocks."""
    async with (
        fresh_database(server) as url,
        fresh_database(server) as twins_url,
        open_stores(url) as stores,
        open_stores(twins_url) as twins_stores,
    ):
        text = await stores.texts.seal("none", "tests/none")
        columns = "digest, sealed_for, fingerprint, salt, content"
        (row,) = await stores.pool.fetch(f"SELECT {columns} FROM ledger.sealed")
        await twins_stores.pool.execute(
            f"INSERT INTO ledger.sealed ({columns}) VALUES ($1, $2, $3, $4, $5)", *row
        )
        folders = folder / "published", folder / "twin"
        for one in folders:
            one.mkdir()
        yield (
            House(own, None, stores, folders[0], text, url),
            House(skipper.client, skipper, twins_stores, folders[1], text, twins_url),
        )


async def _recovered(fleet: Fleet) -> dict[StreamKind, dict[Fate, int]]:
    house = fleet.house
    processes = Processes(house.client, house.queue, house.stores.ledger, house.rules, fleet.start_later)
    recovered = await recover(processes, house.stores.ledger, dry_run=False)
    return {kind: dict(fates) for kind, fates in recovered.fates.items()}


class Told(NamedTuple):
    """What an entry says, but for what differs from one run to the next."""

    type: str
    event: str
    rules: str
    deadline: tuple[str, ...]
    """Which one it is about, if the clock has brought it."""


async def _told(house: House) -> dict[str, list[Told]]:
    """Check a whole ledger, and return what it says of each stream."""
    entries = await whole(house.stores.ledger)
    check_entries(entries)
    await check_commands(house, entries)
    told: dict[str, list[Told]] = defaultdict(list)
    for entry in entries:
        told[entry.stream].append(_without_ids(entry))
    return dict(told)


def _without_ids(entry: Entry) -> Told:
    body = entry.body
    event = dict(body.event)
    by_clock = entry.type.endswith(("deadline_approaching", "deadline_missed"))
    if not by_clock:
        # What is done at the very moment is done some seconds earlier or later; the day is the same.
        event["occurred_at"] = event["occurred_at"][:10]
    rules = body.provenance.model_dump_json(include={"handbook", "calendar"})
    deadline = tuple(str(event[name]) for name in ("kind", "subject", "due")) if by_clock else ()
    return Told(entry.type, canonical_json(event), rules, deadline)


def _in_vain(events: Sequence[Told]) -> list[Told]:
    """Return the warnings of what was missed afterwards, without anything having happened in between."""
    missed = {one.deadline for one in events if one.type.endswith("deadline_missed")}
    return [one for one in events if one.type.endswith("deadline_approaching") and one.deadline in missed]


def _pages(folder: Path) -> dict[str, int]:
    """Return when each published page was written, to the nanosecond."""
    return {str(file.relative_to(folder)): file.stat().st_mtime_ns for file in folder.rglob("*.html")}


def _texts(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in _pages(folder)}
