"""`audit replay --all`: what is stored for quick reading is what the ledger folds to, or is named."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import asyncpg
import pytest

from domain.rulebook import Rulebook
from eventstore.standstill import standstill
from eventstore.worklist import WorklistProjection
from tests.cli.conftest import Inspections
from workers.audit import recount as recounting
from workers.embedded.postgres import Postgres
from workers.summary import summariser

Rehearsed = tuple[Inspections, dict[str, Any]]


@pytest.fixture
def database(rehearsed: Rehearsed) -> Iterator[str]:
    """The ledger of the rehearsal, whose worklist has caught up."""
    inspections, _ = rehearsed
    assert inspections("list", "--rehearsal").code == 0
    with Postgres(inspections.folder / "rehearsal" / "postgres", durable=False) as postgres:
        yield postgres.url("rehearsal_1")


@pytest.fixture
async def superuser(database: str) -> AsyncIterator[asyncpg.Connection]:
    """The owner of its server."""
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


def _replay(inspections: Inspections) -> tuple[int, dict[str, Any]]:
    ended = inspections("audit", "replay", "--all", "--rehearsal", "--format", "json")
    return ended.code, ended.data


async def test_a_falsified_row_is_named(rehearsed: Rehearsed, superuser: asyncpg.Connection) -> None:
    """By stream and field, with what is stored and what the ledger says; once it is put back, all is well."""
    inspections, results = rehearsed
    code, data = _replay(inspections)
    assert (code, data["differences"], data["lagging"]) == (0, [], [])
    assert data["streams"] >= len(results)

    async with superuser.transaction():
        await superuser.execute("UPDATE ledger.cases SET outcome = '1' WHERE inspection = 'SFK-2023-F1'")
        await superuser.execute(
            "UPDATE ledger.deadlines SET due = '2024-04-07' "
            "WHERE inspection = 'SFK-2023-F1' AND kind = 'priority_action_plan_submission'"
        )
        await superuser.execute(
            "UPDATE ledger.deadlines SET inspection = 'ZZZ-2023-F1' WHERE inspection = 'SRY-2023-F1'"
        )
    told = inspections("audit", "replay", "--all", "--rehearsal")
    assert told.code == 4
    assert "2024-03-07" in told.out
    _, data = _replay(inspections)
    named = {(one["stream"], one["field"]): (one["stored"], one["folded"]) for one in data["differences"]}
    assert named["SFK-2023-F1", "outcome"] == ("1", "3")
    assert named["SFK-2023-F1", "due"] == ("2024-04-07", "2024-03-07")
    assert named["SRY-2023-F1", "row"] == ("nothing", "there")
    assert named["ZZZ-2023-F1", "row"] == ("there", "nothing")
    assert {stream for stream, _ in named} == {"SFK-2023-F1", "SRY-2023-F1", "ZZZ-2023-F1"}

    async with superuser.transaction():
        await superuser.execute("UPDATE ledger.cases SET outcome = '3' WHERE inspection = 'SFK-2023-F1'")
        await superuser.execute(
            "UPDATE ledger.deadlines SET due = '2024-03-07' "
            "WHERE inspection = 'SFK-2023-F1' AND kind = 'priority_action_plan_submission'"
        )
        await superuser.execute(
            "UPDATE ledger.deadlines SET inspection = 'SRY-2023-F1' WHERE inspection = 'ZZZ-2023-F1'"
        )
    assert _replay(inspections)[0] == 0


async def test_what_has_not_been_taken_in_lags_and_differs_not(
    rehearsed: Rehearsed, database: str, superuser: asyncpg.Connection
) -> None:
    """What is right up to where the worklist has come is no difference. What is false is one all the same."""
    inspections, _ = rehearsed
    summarise = summariser(Rulebook.released())
    async with standstill(database) as moment:
        entries = (await moment.entries(["TRF-2023-F1"]))["TRF-2023-F1"]
        taken_in = await moment.taken_in()

    async def list_up_to(version: int, position: int) -> None:
        summary = summarise(entries[:version])
        assert summary is not None
        await WorklistProjection(summarise).write(superuser, 1, [summary])
        await superuser.execute(
            "UPDATE ledger.subscribers SET checkpoint = $1 WHERE name = 'worklist.1'", position
        )

    await list_up_to(len(entries) - 1, entries[-1].position - 1)
    code, data = _replay(inspections)
    assert (code, data["differences"]) == (0, [])
    assert data["lagging"] == ["TRF-2023-F1"]

    await superuser.execute("UPDATE ledger.cases SET stage = 'closed' WHERE inspection = 'TRF-2023-F1'")
    code, data = _replay(inspections)
    assert (code, data["lagging"]) == (4, [])
    assert "stage" in {one["field"] for one in data["differences"]}

    await list_up_to(len(entries), taken_in)
    assert _replay(inspections)[0] == 0


def test_all_of_them_are_folded_as_they_are_now(rehearsed: Rehearsed) -> None:
    """A point in time goes with one stream, and one of the two has to be named."""
    inspections, _ = rehearsed
    for arguments in (("--all", "--known", "2024-01-01"), ("SFK-2023-F1", "--all"), ()):
        refused = inspections("audit", "replay", *arguments, "--rehearsal")
        assert (refused.code, "accepted" in refused.err) == (2, True)


async def test_several_processes_share_one_moment(
    database: str, superuser: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each folds some of the streams; one that cannot be read is named and keeps nobody from the others."""
    monkeypatch.setattr(recounting, "_EVENTS_OF_A_PART", 40)
    told: list[tuple[int, int]] = []
    await superuser.execute(_renamed("fieldwork_begun", "fieldwork_dreamt"))
    try:
        found = await recounting.recount(database, 2, lambda done, of: told.append((done, of)))
    finally:
        await superuser.execute(_renamed("fieldwork_dreamt", "fieldwork_begun"))
    assert (found.streams, found.lagging) == (
        await superuser.fetchval("SELECT count(DISTINCT stream) FROM ledger.events"),
        [],
    )
    (difference,) = found.differences
    assert (difference.stream, "fieldwork_dreamt" in difference.folded) == ("GRE-2023-F1", True)
    assert len(told) > 2
    assert told[-1] == (found.events, found.events)


def _renamed(known: str, unknown: str) -> str:
    """Give events of an inspection another type, with the triggers off."""
    return (
        "ALTER TABLE ledger.events DISABLE TRIGGER append_only; "
        f'UPDATE ledger.events SET entry = replace(entry, \'"type":"{known}"\', \'"type":"{unknown}"\') '
        "WHERE stream = 'GRE-2023-F1'; "
        "ALTER TABLE ledger.events ENABLE ALWAYS TRIGGER append_only"
    )


async def test_a_stream_in_which_an_entry_is_missing_is_named_by_whoever_reads_it(
    rehearsed: Rehearsed, superuser: asyncpg.Connection
) -> None:
    """Whatever else it folds to; and nobody is told that the ledger is right."""
    inspections, _ = rehearsed
    move = "UPDATE ledger.events SET stream = '{}' WHERE stream = '{}' AND version = 4"
    off, on = (f"ALTER TABLE ledger.events {how} TRIGGER append_only" for how in ("DISABLE", "ENABLE ALWAYS"))
    await superuser.execute("; ".join([off, move.format("ZZZ-1999-F1", "SFK-2023-F1"), on]))
    try:
        told = inspections("audit", "replay", "--all", "--rehearsal")
        assert (told.code, "version 4 of SFK-2023-F1 is missing" in " ".join(told.out.split())) == (4, True)
        assert "The ledger is right" not in told.out
        looked = inspections("audit", "replay", "SFK-2023-F1", "--rehearsal")
        assert (looked.code, "version 4 of SFK-2023-F1 is missing" in looked.err) == (4, True)
    finally:
        await superuser.execute("; ".join([off, move.format("SFK-2023-F1", "ZZZ-1999-F1"), on]))
