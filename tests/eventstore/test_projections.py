"""Projections follow the ledger: nothing is left out, nothing counts twice."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from domain.errors import IntegrityError, MalformedError
from eventstore.envelope import Entry
from eventstore.pool import open_pool
from eventstore.postgres import PostgresLedger
from eventstore.projections import Unreadable
from eventstore.worklist import CaseRow, CaseSummary, DeadlineRow, DeadlineStatus, Worklist
from tests.eventstore.making import appended, body, command, number_in

DUE = date(2024, 3, 1)
DUE_AT = datetime(2024, 3, 1, 23, 59, 59, tzinfo=UTC)


def deadline(inspection: str = "SFK-2023-F1", *, subject: str | None = None, **other: object) -> DeadlineRow:
    """Make an open deadline, with changes."""
    fields: dict[str, object] = {
        "inspection": inspection,
        "kind": "strategic_plan",
        "subject": subject,
        "rule": "30 working days",
        "origin_on": date(2024, 1, 18),
        "due": DUE,
        "due_at": DUE_AT,
        "met_on": None,
        "void": False,
        "lapses": False,
        "missed": False,
        "handbook": "2023-01-01",
        "calendar": "england-2026.1",
        **other,
    }
    return DeadlineRow(**fields)  # type: ignore[arg-type]  # one field of many


def summarise(entries: Sequence[Entry]) -> CaseSummary | None:
    """Fold a stream: as many deadlines as the last event's number says."""
    last = entries[-1]
    if not last.stream.startswith("SFK"):
        return None
    number = number_in(last.text)
    assert isinstance(number, int)
    case = CaseRow(
        inspection=last.stream,
        area="SFK",
        kind="full",
        stage="fieldwork" if number else "planned",
        outcome=None,
        version=last.version,
        notified_on=None,
        next_due=DUE_AT if number else None,
        next_due_kind="strategic_plan" if number else None,
        held=None,
    )
    rows = (deadline(last.stream, subject=f"item_{n}" if n else None) for n in range(number))
    return CaseSummary(case, tuple(rows))


@pytest.fixture
async def ledger(pool: asyncpg.Pool) -> PostgresLedger:
    return await PostgresLedger.open(pool)


async def test_the_worklist_catches_up(pool: asyncpg.Pool, ledger: PostgresLedger) -> None:
    worklist = Worklist(pool, ledger, summarise)
    assert await worklist.catch_up() == 0
    await ledger.append(
        [
            command("SFK-2023-F1", 0, body(0), body(2)),
            command("SFK-2023-F2", 0, body(0)),
            command("area-SFK", 0, body(0)),
        ]
    )
    assert await worklist.lag() == 4
    assert await worklist.catch_up() == 4
    assert await worklist.lag() == 0
    assert [(case.inspection, case.version) for case in await worklist.cases(DUE_AT)] == [
        ("SFK-2023-F1", 2),
        ("SFK-2023-F2", 1),
    ]
    assert [case.inspection for case in await worklist.cases(DUE_AT, stage="planned")] == ["SFK-2023-F2"]
    assert [row.subject for row in await worklist.deadlines("SFK-2023-F1")] == [None, "item_1"]


async def test_what_a_stream_no_longer_has_disappears(pool: asyncpg.Pool, ledger: PostgresLedger) -> None:
    worklist = Worklist(pool, ledger, summarise)
    await appended(ledger, command("SFK-2023-F1", 0, body(3)))
    await worklist.catch_up()
    assert len(await worklist.deadlines()) == 3
    await appended(ledger, command("SFK-2023-F1", 1, body(1)))
    await worklist.catch_up()
    assert await worklist.deadlines() == [deadline()]


async def test_more_than_a_page_is_taken_in(pool: asyncpg.Pool, ledger: PostgresLedger) -> None:
    await ledger.append([command(f"SFK-2023-F{n % 7}", n // 7, body(n % 7)) for n in range(2100)])
    worklist = Worklist(pool, ledger, summarise)
    assert await worklist.catch_up() == 2100
    assert [case.version for case in await worklist.cases(DUE_AT)] == [300] * 7
    assert await worklist.catch_up() == 0


async def test_many_may_catch_up_at_once_through_one_connection(database_url: str) -> None:
    async with await open_pool(database_url, maximum=1) as pool:
        ledger = await PostgresLedger.open(pool)
        await ledger.append([command(f"SFK-2023-F{n % 7}", n // 7, body(n % 7)) for n in range(2100)])
        worklist = Worklist(pool, ledger, summarise)
        taken = await asyncio.gather(*(worklist.catch_up() for _ in range(8)))
        assert sum(taken) == 2100
        assert await worklist.lag() == 0


async def test_a_fold_that_fails_leaves_the_checkpoint_where_it_was(
    pool: asyncpg.Pool, ledger: PostgresLedger
) -> None:
    def fail_on_the_second(entries: Sequence[Entry]) -> CaseSummary | None:
        if entries[0].stream == "SFK-2023-F2":
            raise ArithmeticError
        return summarise(entries)

    await ledger.append([command("SFK-2023-F1", 0, body(1)), command("SFK-2023-F2", 0, body(1))])
    with pytest.raises(ArithmeticError):
        await Worklist(pool, ledger, fail_on_the_second).catch_up()
    worklist = Worklist(pool, ledger, summarise)
    assert await worklist.cases(DUE_AT) == []
    assert await worklist.catch_up() == 2


async def test_a_stream_that_cannot_be_read_keeps_nobody_from_the_others(
    pool: asyncpg.Pool, ledger: PostgresLedger
) -> None:
    """It is named with its problem, and listed again once it can be read, without a new event."""

    def refuse_the_second(entries: Sequence[Entry]) -> CaseSummary | None:
        if entries[0].stream == "SFK-2023-F2":
            raise IntegrityError("event type unheard_of is unknown")
        return summarise(entries)

    await ledger.append([command("SFK-2023-F1", 0, body(1)), command("SFK-2023-F2", 0, body(1))])
    older = Worklist(pool, ledger, refuse_the_second)
    assert await older.catch_up() == 2
    assert [case.inspection for case in await older.cases(DUE_AT)] == ["SFK-2023-F1"]
    assert await older.unreadable() == [Unreadable("SFK-2023-F2", "event type unheard_of is unknown")]

    newer = Worklist(pool, ledger, summarise)
    assert await newer.catch_up() == 0
    assert [case.inspection for case in await newer.cases(DUE_AT)] == ["SFK-2023-F1", "SFK-2023-F2"]
    assert await newer.unreadable() == []


async def test_a_rebuild_takes_the_place_of_what_is_read_in_one_step(
    pool: asyncpg.Pool, ledger: PostgresLedger, superuser: asyncpg.Connection
) -> None:
    """Whatever was wrong with the rows is gone."""
    await ledger.append([command(f"SFK-2023-F{n}", 0, body(n)) for n in range(1, 4)])
    worklist = Worklist(pool, ledger, summarise)
    await worklist.catch_up()
    right = (await worklist.cases(DUE_AT), await worklist.deadlines())
    await superuser.execute("UPDATE ledger.cases SET stage = 'spoilt'; DELETE FROM ledger.deadlines")

    told: list[tuple[int, int]] = []
    assert await worklist.rebuild(lambda done, of: told.append((done, of))) == 3
    assert told == [(3, 3)]
    assert (await worklist.cases(DUE_AT), await worklist.deadlines()) == right
    assert await worklist.lag() == 0
    assert await superuser.fetchval("SELECT count(DISTINCT generation) FROM ledger.cases") == 1
    assert await superuser.fetchval("SELECT count(*) FROM ledger.subscribers") == 1
    await appended(ledger, command("SFK-2023-F9", 0, body(1)))
    assert await worklist.catch_up() == 1


async def test_of_two_rebuilds_the_later_one_wins_and_the_other_says_so(
    pool: asyncpg.Pool, ledger: PostgresLedger
) -> None:
    await ledger.append([command(f"SFK-2023-F{n}", 0, body(n)) for n in range(1, 4)])
    ends = await asyncio.gather(
        *(Worklist(pool, ledger, summarise).rebuild() for _ in range(3)), return_exceptions=True
    )
    assert sorted(str(type(end).__name__) for end in ends) == ["UnavailableError", "UnavailableError", "int"]
    worklist = Worklist(pool, ledger, summarise)
    assert len(await worklist.cases(DUE_AT)) == 3
    assert await worklist.lag() == 0


async def test_a_rebuild_that_was_broken_off_leaves_what_the_next_one_clears_away(
    pool: asyncpg.Pool, ledger: PostgresLedger, superuser: asyncpg.Connection
) -> None:
    def fail(_: int, __: int) -> None:
        raise ArithmeticError

    await ledger.append([command(f"SFK-2023-F{n}", 0, body(n)) for n in range(1, 4)])
    worklist = Worklist(pool, ledger, summarise)
    await worklist.catch_up()
    with pytest.raises(ArithmeticError):
        await worklist.rebuild(fail)
    assert len(await worklist.cases(DUE_AT)) == 3
    await worklist.rebuild()
    assert await superuser.fetchval("SELECT count(*) FROM ledger.cases") == 3


async def test_what_is_asked_for_is_found_as_the_status_says(
    pool: asyncpg.Pool, ledger: PostgresLedger
) -> None:
    """The questions and `DeadlineRow.status` say the same of every kind of deadline."""
    kinds: dict[str, dict[str, Any]] = {
        "open": {},
        "missed": {"missed": True},
        "void": {"void": True},
        "lapses": {"lapses": True},
        "met": {"met_on": DUE},
        "met late": {"met_on": DUE + timedelta(days=1), "missed": True},
    }
    names = {f"SFK-2023-F{n}": kind for n, kind in enumerate(kinds, start=1)}

    def one_of_each(entries: Sequence[Entry]) -> CaseSummary | None:
        summary = summarise(entries)
        assert summary is not None
        name = entries[0].stream
        return CaseSummary(summary.case, (deadline(name, **kinds[names[name]]),))

    await ledger.append([command(name, 0, body(1)) for name in names])
    worklist = Worklist(pool, ledger, one_of_each)
    await worklist.catch_up()
    rows = {names[row.inspection]: row for row in await worklist.deadlines()}
    for now in (DUE_AT, DUE_AT + timedelta(seconds=1)):
        owed = {kind: row for kind, row in rows.items() if row.met_on is None and not row.void}
        overdue = {kind for kind, row in owed.items() if row.status(now) in {"overdue", "missed"}}
        assert {names[row.inspection] for row in await worklist.overdue(now)} == overdue
        assert {names[c.inspection] for c in await worklist.cases(now, overdue=True)} == overdue
        later = now + timedelta(days=1)
        due = {kind for kind, row in owed.items() if row.status(now) == "open"}
        assert {names[c.inspection] for c in await worklist.cases(now, due_before=later)} == due
        assert await worklist.cases(now, due_before=DUE_AT - timedelta(days=1)) == []
        assert await worklist.owed(now) == {"strategic_plan": (len(due), len(overdue))}


@pytest.mark.parametrize(
    ("row", "before", "after"),
    [
        (deadline(), "open", "overdue"),
        (deadline(missed=True), "missed", "missed"),
        (deadline(void=True), "void", "void"),
        (deadline(lapses=True), "open", "open"),
        (deadline(met_on=DUE), "met", "met"),
        (deadline(met_on=DUE, missed=True), "met", "met"),
        (deadline(met_on=DUE + timedelta(days=1)), "missed", "missed"),
    ],
)
def test_how_a_deadline_stands_depends_on_the_reader(row: DeadlineRow, before: str, after: str) -> None:
    assert row.status(DUE_AT) == DeadlineStatus(before)
    assert row.status(DUE_AT + timedelta(seconds=1)) == DeadlineStatus(after)
    with pytest.raises(MalformedError):
        row.status(datetime(2024, 3, 1))  # noqa: DTZ001  no zone, on purpose
