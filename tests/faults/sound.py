"""The one question after every fault: is everything there, once, and did everybody hear the truth?"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from domain.inspection.standing import stands
from domain.inspection.state import evolve, initial
from domain.messages import Answer, MilestoneRequest, Recorded, Standing, Verdict
from domain.rulebook import Rulebook
from eventstore.codecs import CODEC
from eventstore.envelope import Entry, verify_entry
from eventstore.ledger import Ledger
from eventstore.worklist import Worklist
from tests.faults.callers import concern, told
from tests.faults.processes import PATIENCE
from tests.journeys.house import House, Life
from workers.summary import summariser

_OF_THE_MOMENT: Final = {"next_wake", "next_due"}
"""What of a standing depends on when somebody looks."""


async def is_sound(house: House, *lives: Life) -> None:
    """Check that nothing is lost, nothing twice and nothing stuck, and that no caller was told a lie.

    A worker must be at work: first each inspection has to go on, without any help.
    """
    await asyncio.gather(*(_goes_on(life) for life in lives))
    entries = await whole(house.stores.ledger)
    check_entries(entries)
    await check_commands(house, entries)
    streams: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        streams[entry.stream].append(entry)
    for life in lives:
        stood = _standings(house.rules, streams[life.inspection])
        _same(await _learnt(life, len(stood) - 1), stood[-1])
        await check_told(house.stores.ledger, streams[life.inspection], stood, told(life))
    await _check_worklist(house)


async def _goes_on(life: Life) -> None:
    """See that the process comes to know what the ledger knows, and takes what is new."""
    await _learnt(life, len(await life.names()))
    answer = await asyncio.wait_for(life.hand_in(concern(life)), PATIENCE)
    assert answer.result == "recorded", answer.refused


async def _learnt(life: Life, version: int) -> Standing:
    """Wait until the process has learnt of a version."""
    await asyncio.wait_for(life.until(lambda now: now.version >= version), PATIENCE)
    return life.standing


async def whole(ledger: Ledger) -> list[Entry]:
    """Read the whole ledger, page by page."""
    entries: list[Entry] = []
    while page := await ledger.read_all(after=len(entries)):
        entries += page
    assert await ledger.head() == len(entries)
    return entries


def check_entries(entries: Sequence[Entry]) -> None:
    """Check that positions are dense, versions contiguous, times in order, and that every leaf verifies."""
    assert [entry.position for entry in entries] == list(range(1, len(entries) + 1))
    versions: dict[str, int] = defaultdict(int)
    for entry in entries:
        verify_entry(entry)
        versions[entry.stream] += 1
        assert entry.version == versions[entry.stream], entry
    instants = [entry.recorded_at for entry in entries]
    assert instants == sorted(instants)


async def check_commands(house: House, entries: Sequence[Entry]) -> None:
    """Check that commands are numbered without gaps, and that each event is of one command and no other."""
    rows = await house.stores.pool.fetch(
        "SELECT number, stream, command_id, first_position, events, answer, recorded_at "
        "FROM ledger.commands ORDER BY number"
    )
    assert [row["number"] for row in rows] == list(range(1, len(rows) + 1))
    assert await house.stores.pool.fetchval("SELECT commands FROM ledger.head") == len(rows)
    assert len({(row["stream"], row["command_id"]) for row in rows}) == len(rows)
    instants = [row["recorded_at"] for row in rows]
    assert instants == sorted(instants)
    accounted = 0
    for row in rows:
        verdict = Verdict.model_validate_json(row["answer"])
        assert (verdict.result == "refused") is (verdict.refused is not None)
        if not row["events"]:
            assert not verdict.recorded
            continue
        # Commands and events are numbered in the same order, so what one has follows what the last one had.
        assert row["first_position"] == accounted + 1
        its_own = entries[accounted : accounted + row["events"]]
        accounted += row["events"]
        assert {entry.stream for entry in its_own} == {row["stream"]}
        assert {_command_of(entry) for entry in its_own} == {str(row["command_id"])}
        _are(verdict.recorded, its_own)
    assert accounted == len(entries)


def _command_of(entry: Entry) -> Any:
    return json.loads(entry.text)["body"]["provenance"]["command_id"]


def _are(recorded: Sequence[Recorded], entries: Sequence[Entry]) -> None:
    assert [(one.version, one.type) for one in recorded] == [(one.version, one.type) for one in entries]


def _standings(rules: Rulebook, entries: Iterable[Entry]) -> list[Standing]:
    """Fold a stream, and say for each of its versions where the inspection stood."""
    state = initial()
    stood = [Standing()]
    for entry in entries:
        state = evolve(state, CODEC.decode(entry))
        stood.append(stands(rules, state, entry.recorded_at).standing)
    return stood


def _same(learnt: Standing, folded: Standing) -> None:
    """What a worker has in its cache, and says, is what the fold of the ledger says."""
    assert learnt.model_dump(exclude=_OF_THE_MOMENT) == folded.model_dump(exclude=_OF_THE_MOMENT)


async def check_told(
    ledger: Ledger,
    entries: Sequence[Entry],
    stood: Sequence[Standing],
    answers: Sequence[tuple[MilestoneRequest, Answer]],
) -> None:
    """Hold what callers were told against the ledger: what was recorded is there, what was refused is not."""
    if not answers:
        return
    kept = {str(record.command_id): record for record in await ledger.commands(entries[0].stream)}
    for request, answer in answers:
        assert answer.command_id == request.command_id
        record = kept[request.command_id]
        _same(answer.standing, stood[answer.standing.version])
        if answer.refused and answer.refused.code == "command_reused":
            assert record.digest.hex() == answer.request_digest != request.digest()
            continue
        assert record.digest.hex() == answer.request_digest == request.digest()
        assert MilestoneRequest.model_validate_json(record.request) == request
        assert Verdict.model_validate_json(record.answer) == Verdict.model_validate(
            answer.model_dump(include=set(Verdict.model_fields))
        )
        its_own = [entries[one.version - 1] for one in answer.recorded]
        _are(answer.recorded, its_own)
        assert all(_command_of(entry) == request.command_id for entry in its_own)


async def _check_worklist(house: House) -> None:
    """Check that what is derived of the ledger as it grew is what is derived of it from nothing."""
    worklist = Worklist(house.stores.pool, house.stores.ledger, summariser(house.rules))
    await worklist.catch_up()
    assert await worklist.unreadable() == []
    grown = await _listed(worklist)
    await worklist.rebuild()
    assert await _listed(worklist) == grown
    assert {row.inspection: row.version for row in grown[0]} == await house.stores.ledger.stream_versions()


async def _listed(worklist: Worklist) -> tuple[list[Any], list[Any]]:
    return await worklist.cases(datetime.now(UTC)), await worklist.deadlines()
