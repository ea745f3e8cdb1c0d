"""What every ledger does, whatever it is kept in."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest

from domain.errors import MalformedError
from eventstore.envelope import compose, leaf_of, verify_entry
from eventstore.errors import RehearsalError
from eventstore.ledger import AlreadyKnown, Append, Appended, Conflict, Ledger
from tests.eventstore.making import DIGEST, appended, body, command, number_in

AWKWARD = '“quotes” "straight" back\\slash /solidus \u2028\u2029 \x7f\x01 tab\t é e\u0301 😀 \' -- $1 %s %'


async def test_an_empty_ledger_holds_nothing(ledger: Ledger) -> None:
    assert await ledger.head() == 0
    assert await ledger.stream_versions() == {}
    assert await ledger.read_all() == []
    assert await ledger.read_stream("SFK-2023-F1") == []
    assert await ledger.commands("SFK-2023-F1") == []
    assert not ledger.rehearsal


async def test_what_is_appended_is_read_back(ledger: Ledger) -> None:
    result = await appended(ledger, command("A", 0, body(1), body(2)))
    assert (result.version, result.first_position) == (2, 1)
    entries = await ledger.read_stream("A")
    assert [(e.position, e.stream, e.version, e.type) for e in entries] == [
        (1, "A", 1, "noted"),
        (2, "A", 2, "noted"),
    ]
    assert {e.recorded_at for e in entries} == {result.recorded_at}
    assert result.recorded_at.utcoffset() == timedelta(0)


async def test_several_streams_are_read_whole_and_apart(ledger: Ledger) -> None:
    await ledger.append(
        [command("B", 0, body(1), body(2)), command("A", 0, body(3)), command("C", 0, body(4))]
    )
    await appended(ledger, command("B", 2, body(5)))
    found = await ledger.read_streams(["B", "nobody", "A"])
    assert {name: [number_in(e.text) for e in entries] for name, entries in found.items()} == {
        "A": [3],
        "B": [1, 2, 5],
    }
    assert await ledger.read_streams([]) == {}


async def test_the_stored_text_covers_what_the_ledger_adds(ledger: Ledger) -> None:
    result = await appended(ledger, command("A", 0, body(1)))
    (entry,) = await ledger.read_all()
    moment = result.recorded_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert entry.text == (
        f'{{"body":{body(1)},"position":1,"recorded_at":"{moment}","stream":"A","version":1}}'
    )
    assert entry.text == compose(body(1), 1, result.recorded_at, "A", 1)
    assert entry.leaf == leaf_of(entry.text)
    verify_entry(entry)


async def test_bytes_are_kept_exactly(ledger: Ledger) -> None:
    kept = body(1, text=AWKWARD, **{'ke"y\\ü': [None, True, 10**30, "\u0000 escaped"]})
    await appended(ledger, command("A", 0, kept))
    (entry,) = await ledger.read_all()
    assert entry.text.startswith('{"body":' + kept + ',"position":1,')
    verify_entry(entry)
    assert entry.parsed()["body"]["event"]["text"] == AWKWARD


async def test_of_two_writers_that_expect_the_same_version_one_has_a_conflict(ledger: Ledger) -> None:
    await appended(ledger, command("A", 0, body(1)))
    late = command("A", 0, body(2))
    assert await ledger.append([late]) == [Conflict(1)]
    assert await ledger.head() == 1
    assert await ledger.find_command("A", late.command_id) is None


async def test_a_version_that_is_not_reached_yet_is_a_conflict(ledger: Ledger) -> None:
    assert await ledger.append([command("A", 3, body(1))]) == [Conflict(0)]


async def test_a_command_happens_once(ledger: Ledger) -> None:
    first = command("A", 0, body(1), body(2))
    result = await appended(ledger, first)
    (again,) = await ledger.append([first])
    assert isinstance(again, AlreadyKnown)
    record = again.record
    assert (record.stream, record.command_id, record.digest) == ("A", first.command_id, DIGEST)
    assert (record.request, record.answer) == (first.request, first.answer)
    assert (record.first_position, record.events, record.refused) == (1, 2, False)
    assert record.recorded_at == result.recorded_at
    assert await ledger.find_command("A", first.command_id) == record
    assert await ledger.head() == 2


async def test_another_request_under_a_known_id_gets_the_record_that_is_there(ledger: Ledger) -> None:
    first = command("A", 0, body(1))
    await appended(ledger, first)
    other = command("A", 1, body(9), command_id=first.command_id, digest=b"\xff" * 32)
    (result,) = await ledger.append([other])
    assert isinstance(result, AlreadyKnown)
    assert result.record.digest == DIGEST != other.digest
    assert await ledger.head() == 1


async def test_a_command_is_known_to_its_stream_alone(ledger: Ledger) -> None:
    first = command("A", 0, body(1))
    await appended(ledger, first)
    elsewhere = await appended(ledger, command("B", 0, body(1), command_id=first.command_id))
    assert elsewhere.first_position == 2


async def test_a_refusal_is_recorded_apart_from_the_streams(ledger: Ledger) -> None:
    refusal = command("A", 0)
    result = await appended(ledger, refusal)
    assert (result.version, result.first_position) == (0, None)
    assert await ledger.head() == 0
    assert await ledger.stream_versions() == {}
    (record,) = await ledger.commands("A")
    assert (record.refused, record.first_position, record.events) == (True, None, 0)
    assert await ledger.append([refusal]) == [AlreadyKnown(record)]


async def test_a_refusal_of_a_stale_state_is_a_conflict(ledger: Ledger) -> None:
    await appended(ledger, command("A", 0, body(1)))
    assert await ledger.append([command("A", 0)]) == [Conflict(1)]
    assert len(await ledger.commands("A")) == 1


async def test_commands_come_in_the_order_of_their_recording(ledger: Ledger) -> None:
    given = [command("A", 0), command("A", 0, body(1)), command("A", 1), command("B", 0), command("A", 1)]
    await ledger.append(given)
    recorded = await ledger.commands("A")
    assert [record.command_id for record in recorded] == [
        append.command_id for append in given if append.stream == "A"
    ]


async def test_a_conflict_in_a_batch_touches_nobody_else(ledger: Ledger) -> None:
    known = command("C", 0, body(0))
    await appended(ledger, known)
    results = await ledger.append(
        [
            command("A", 0, body(1), body(2)),
            command("B", 7, body(3)),
            known,
            command("A", 1, body(4)),
            command("A", 2, body(5)),
            command("B", 0, body(6)),
            command("A", 3),
        ]
    )
    kinds = [Appended, Conflict, AlreadyKnown, Conflict, Appended, Appended, Appended]
    assert [type(result) for result in results] == kinds
    assert [r.first_position for r in results if isinstance(r, Appended)] == [2, 4, 5, None]
    assert [r.version for r in results if isinstance(r, Appended)] == [2, 3, 1, 3]
    assert [r.current_version for r in results if isinstance(r, Conflict)] == [0, 2]
    assert [number_in(entry.text) for entry in await ledger.read_all()] == [0, 1, 2, 5, 6]
    assert await ledger.stream_versions() == {"A": 3, "B": 1, "C": 1}
    assert await ledger.stream_versions("B") == {"B": 1}
    assert await ledger.stream_versions("BB") == {}


async def test_a_command_that_comes_twice_in_a_batch_happens_once(ledger: Ledger) -> None:
    twice = command("A", 0, body(1))
    first, second = await ledger.append([twice, twice])
    assert isinstance(first, Appended)
    assert isinstance(second, AlreadyKnown)
    assert second.record.recorded_at == first.recorded_at
    assert await ledger.head() == 1


async def test_a_command_that_conflicts_first_may_go_through_later_in_the_batch(ledger: Ledger) -> None:
    name = uuid4()
    results = await ledger.append(
        [
            command("A", 1, body(1), command_id=name),
            command("A", 0, body(2)),
            command("A", 1, body(3), command_id=name),
            command("A", 2, body(4), command_id=name),
        ]
    )
    assert [type(result) for result in results] == [Conflict, Appended, Appended, AlreadyKnown]
    assert [number_in(entry.text) for entry in await ledger.read_all()] == [2, 3]


async def test_an_empty_batch_does_nothing(ledger: Ledger) -> None:
    assert await ledger.append([]) == []


async def test_a_huge_batch_is_one_append(ledger: Ledger) -> None:
    batch = [command(f"S-{n % 50}", n // 50, body(n)) for n in range(5000)]
    results = await ledger.append(batch)
    assert all(isinstance(result, Appended) for result in results)
    entries = await ledger.read_all(limit=10_000)
    assert [entry.position for entry in entries] == list(range(1, 5001))
    assert [number_in(entry.text) for entry in entries] == list(range(5000))
    assert set((await ledger.stream_versions()).values()) == {100}


async def test_a_command_may_bring_very_many_events(ledger: Ledger) -> None:
    result = await appended(ledger, command("A", 0, *(body(n) for n in range(3000))))
    assert result.version == 3000
    assert [number_in(entry.text) for entry in await ledger.read_stream("A")] == list(range(3000))


async def test_reading_takes_bounds(ledger: Ledger) -> None:
    await ledger.append([command("A", n, body(n)) for n in range(5)])
    await appended(ledger, command("B", 0, body(5)))
    assert [e.version for e in await ledger.read_stream("A", after=1, up_to=3)] == [2, 3]
    assert [e.version for e in await ledger.read_stream("A", after=4)] == [5]
    assert await ledger.read_stream("A", after=5) == []
    assert [e.position for e in await ledger.read_all(after=2, limit=2)] == [3, 4]
    assert await ledger.read_all(after=6) == []
    assert await ledger.head() == 6


async def test_recorded_at_never_goes_back(ledger: Ledger) -> None:
    for number in range(20):
        await appended(ledger, command("A", number, body(number)))
    moments = [entry.recorded_at for entry in await ledger.read_all()]
    assert moments == sorted(moments)


async def test_what_was_known_at_a_moment_is_a_prefix(ledger: Ledger) -> None:
    first = await appended(ledger, command("A", 0, body(1)))
    second = await appended(ledger, command("A", 1, body(2)))
    just_before = first.recorded_at - timedelta(microseconds=1)
    assert await ledger.known_at("A", just_before) == []
    assert len(await ledger.known_at("A", second.recorded_at)) == 2
    elsewhere = first.recorded_at.astimezone(timezone(timedelta(hours=5)))
    assert await ledger.known_at("A", elsewhere) == await ledger.known_at("A", first.recorded_at)


async def test_a_moment_without_a_time_zone_is_refused(ledger: Ledger) -> None:
    with pytest.raises(MalformedError, match="time zone"):
        await ledger.known_at("A", datetime(2024, 1, 1))  # noqa: DTZ001  no zone, on purpose


async def test_a_live_ledger_refuses_a_rehearsed_instant(ledger: Ledger) -> None:
    with pytest.raises(RehearsalError):
        await ledger.append([command("A", 0, body(1)), command("B", 0, body(1), at=datetime.now(UTC))])
    assert await ledger.head() == 0
    assert await ledger.commands("A") == []


async def test_a_rehearsal_refuses_to_go_without_an_instant(rehearsal: Ledger) -> None:
    assert rehearsal.rehearsal
    with pytest.raises(RehearsalError):
        await rehearsal.append([command("A", 0, body(1), at=datetime.now(UTC)), command("B", 0, body(1))])
    assert await rehearsal.head() == 0


async def test_a_rehearsal_is_told_the_time_and_never_goes_back(rehearsal: Ledger) -> None:
    noon = datetime(2024, 3, 1, 12, 0, 0, 7, tzinfo=timezone(timedelta(hours=1)))
    later = noon + timedelta(days=400)
    results = [
        await appended(rehearsal, command("A", 0, body(1), at=noon)),
        await appended(rehearsal, command("A", 1, body(2), at=later)),
        await appended(rehearsal, command("A", 2, body(3), at=noon)),
        await appended(rehearsal, command("A", 3, at=noon)),
    ]
    assert [result.recorded_at for result in results] == [noon, later, later, later]
    first = (await rehearsal.read_all())[0]
    assert '"recorded_at":"2024-03-01T11:00:00.000007Z"' in first.text
    assert [e.version for e in await rehearsal.known_at("A", noon)] == [1]
    for entry in await rehearsal.read_all():
        verify_entry(entry)


async def test_times_within_a_rehearsed_batch_do_not_go_back_either(rehearsal: Ledger) -> None:
    noon = datetime(2024, 3, 1, 12, tzinfo=UTC)
    hour = timedelta(hours=1)
    moments = [noon, noon + hour, noon - hour]
    await rehearsal.append([command("A", n, body(n), at=at) for n, at in enumerate(moments)])
    assert [e.recorded_at for e in await rehearsal.read_all()] == [noon, noon + hour, noon + hour]


@pytest.mark.parametrize(
    "bad",
    [
        {"stream": ""},
        {"stream": 'A","version":9,"x":"'},
        {"stream": "A\n"},
        {"stream": "A" * 101},
        {"stream": "Ä"},
        {"digest": b"short"},
        {"expected_version": -1},
        {"expected_version": 2**31 - 1},
        {"request": "{"},
        {"answer": "\x00"},
        {"answer": "NaN"},
        {"answer": '"\\ud800"'},
        {"answer": "\ud800"},
        {"bodies": ("[]",)},
        {"bodies": ("{}",)},
        {"bodies": (" " + body(),)},
        {"bodies": (body() + "\n",)},
        {"bodies": ('{"a":1},"position":5,"x":{"y":1,"type":"noted"}',)},
        {"bodies": ('{"a":"\x00","type":"noted"}',)},
        {"bodies": ('{"a":"\ud800","type":"noted"}',)},
        {"bodies": ('{"a":1,"type":"Noted"}',)},
        {"bodies": (body(), "nothing")},
        {"at": datetime(2024, 1, 1)},  # noqa: DTZ001  no zone, on purpose
    ],
)
def test_what_cannot_be_stored_is_refused_before_any_ledger_sees_it(bad: dict[str, object]) -> None:
    fitting: dict[str, object] = {
        "stream": "A",
        "command_id": UUID(int=1),
        "digest": DIGEST,
        "expected_version": 0,
        "request": "{}",
        "answer": "{}",
        "bodies": (body(),),
    }
    Append(**fitting)  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(MalformedError):
        Append(**{**fitting, **bad})  # type: ignore[arg-type]  # wrong on purpose
