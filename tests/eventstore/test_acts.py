"""Acts with the record, and the commands that were refused: both kept, neither in a stream."""

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest

from domain.errors import IntegrityError
from eventstore.acts import Acts
from eventstore.ledger import Append
from eventstore.postgres import PostgresLedger
from eventstore.refusals import refused_commands
from tests.eventstore.making import appended, body, command


async def test_acts_are_kept_in_order_with_who_and_what(pool: asyncpg.Pool) -> None:
    """By name, and by when they were done: the end of a span is not in it."""
    acts = Acts(pool)
    await acts.note("export", "p-audit", {"inspections": ["SFK-2023-F1"]})
    await acts.note("verify", "ana", {})
    first, second = await acts.all()
    assert (first.act, first.by_whom, first.detail) == ("export", "p-audit", {"inspections": ["SFK-2023-F1"]})
    assert [one.number for one in await acts.all("verify")] == [second.number]
    assert await acts.all(since=first.done_at, until=second.done_at) == [first]
    assert await acts.all(since=datetime.now(UTC) + timedelta(hours=1)) == []


async def test_nobody_takes_an_act_back(pool: asyncpg.Pool) -> None:
    await Acts(pool).note("export", "ana", {})
    for statement in ("DELETE FROM ledger.acts", "UPDATE ledger.acts SET by_whom = 'bob'"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute(statement)


def _asked(stream: str, answer: object) -> Append:
    request = {"command": {"type": "begin_fieldwork"}, "command_id": str(uuid4()), "inspection": stream}
    return Append(stream, uuid4(), bytes(32), 0, json.dumps(request), json.dumps(answer), ())


_REFUSED = {
    "code": "order",
    "rule": "First things first.",
    "because": "nobody was notified",
    "accepted": "after that",
}


async def test_refused_commands_are_listed_and_others_are_not(pool: asyncpg.Pool) -> None:
    """What brought events, or brought nothing and was not refused, is left out."""
    ledger = await PostgresLedger.open(pool)
    await appended(ledger, command("A", 0, body(1)))
    refused = {"result": "refused", "refused": _REFUSED}
    await ledger.append([_asked("B", refused), _asked("B", {"result": "recorded"}), _asked("C", refused)])
    found = await refused_commands(pool)
    assert [one.stream for one in found] == ["B", "C"]
    assert found[0].command == {"type": "begin_fieldwork"}
    assert (found[0].refused.code, found[0].refused.because) == ("order", "nobody was notified")
    assert [one.stream for one in await refused_commands(pool, "C")] == ["C"]


async def test_a_refusal_that_cannot_be_read_is_named(pool: asyncpg.Pool) -> None:
    """Rather than left out."""
    ledger = await PostgresLedger.open(pool)
    await ledger.append([_asked("B", {"result": "refused"})])
    with pytest.raises(IntegrityError, match=r"B: refused command .* does not say by which rule"):
        await refused_commands(pool)
