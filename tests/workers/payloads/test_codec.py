"""A payload comes back to the process that it belongs to, with the key that it was encrypted with, or not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import ActivitySerializationContext, DataConverter, WorkflowSerializationContext
from temporalio.exceptions import ApplicationError

from domain.errors import IntegrityError
from domain.messages import StartInspection
from workers.payloads.codec import EncryptingCodec, MissingKeyError, converter_with
from workers.payloads.keys import Keyring, PayloadKey, new_key

OLD, NEW = PayloadKey(bytes(range(32))), PayloadKey(bytes(range(1, 33)))
PLAIN = Payload(metadata={"encoding": b"json/plain"}, data=b'{"outcome": 3}')

payloads = st.builds(
    Payload, metadata=st.dictionaries(st.text(max_size=9), st.binary(max_size=9)), data=st.binary()
)
in_any_time = settings(deadline=None)

processes = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)


def codec(*keys: PayloadKey, process: str = "SFK-2023-F1") -> EncryptingCodec:
    """Return the codec of one process."""
    return EncryptingCodec(Keyring(keys) if keys else None).with_context(
        WorkflowSerializationContext("default", process)
    )


async def encrypted(payload: Payload = PLAIN, process: str = "SFK-2023-F1") -> Payload:
    """Encrypt a payload with the old key."""
    (sealed,) = await codec(OLD, process=process).encode([payload])
    return sealed


@in_any_time
@given(payloads, processes)
async def test_any_payload_comes_back_and_none_of_it_is_seen_on_the_way(
    payload: Payload, process: str
) -> None:
    sealed = await encrypted(payload, process)
    assert await codec(NEW, OLD, process=process).decode([sealed]) == [payload]
    assert sealed.metadata["encryption-key-id"] == OLD.id.encode()
    assert len(payload.data) < 8 or payload.data not in sealed.data


@in_any_time
@given(processes, processes)
async def test_no_process_takes_what_belongs_to_another(mine: str, other: str) -> None:
    """Whoever moves payloads in Temporal's database is found out, also if the stated process is changed."""
    if mine == other:
        return
    sealed = await encrypted(process=mine)
    with pytest.raises(IntegrityError, match="it belongs to"):
        await codec(OLD, process=other).decode([sealed])
    sealed.metadata["encryption-process"] = other.encode()
    with pytest.raises(IntegrityError, match="it was changed"):
        await codec(OLD, process=other).decode([sealed])


@in_any_time
@given(st.data())
async def test_no_bit_can_be_flipped(data: st.DataObject) -> None:
    sealed = await encrypted()
    bit = data.draw(st.integers(0, 8 * len(sealed.data) - 1))
    changed = bytearray(sealed.data)
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(IntegrityError, match="it was changed"):
        await codec(OLD).decode([Payload(metadata=sealed.metadata, data=bytes(changed))])


@in_any_time
@given(st.integers(0, 41))
async def test_what_was_cut_off_is_no_payload(length: int) -> None:
    sealed = await encrypted()
    with pytest.raises(IntegrityError):
        await codec(OLD).decode([Payload(metadata=sealed.metadata, data=sealed.data[:length])])


async def test_another_key_under_the_same_name_is_refused() -> None:
    sealed = await encrypted()
    sealed.metadata["encryption-key-id"] = NEW.id.encode()
    with pytest.raises(IntegrityError):
        await codec(NEW).decode([sealed])


async def test_a_key_that_is_not_there_is_named_with_those_that_are() -> None:
    sealed = await encrypted()
    with pytest.raises(MissingKeyError, match=f"with key {OLD.id}, and known are {NEW.id}: add it"):
        await codec(NEW).decode([sealed])
    with pytest.raises(MissingKeyError, match=f"with key {OLD.id}, and no key is set: add it"):
        await codec().decode([sealed])


async def test_the_first_key_encrypts_and_each_payload_differently() -> None:
    """The same twice would show that the same was said twice."""
    one, other = await codec(NEW, OLD).encode([PLAIN, PLAIN])
    assert one.metadata["encryption-key-id"] == NEW.id.encode()
    assert one.data != other.data


async def test_what_was_never_encrypted_is_read_and_without_keys_nothing_is_encrypted() -> None:
    assert await codec(OLD).decode([PLAIN]) == [PLAIN]
    assert await codec().encode([PLAIN]) == [PLAIN]
    assert await codec().decode([PLAIN]) == [PLAIN]


async def test_an_activity_shares_the_payloads_of_its_process() -> None:
    context = ActivitySerializationContext("default", "1", "tick", "queue", "SFK-2023-F1", "inspection", True)
    (sealed,) = await EncryptingCodec(Keyring((OLD,))).with_context(context).encode([PLAIN])
    assert await codec(OLD).decode([sealed]) == [PLAIN]


async def test_nothing_is_encrypted_for_nobody_but_a_reader_without_a_process_takes_what_is_stated() -> None:
    """As the codec server does, which is never told from where a payload comes."""
    unbound = EncryptingCodec(Keyring((OLD,)))
    with pytest.raises(ValueError, match="none was named"):
        await unbound.encode([PLAIN])
    sealed = await encrypted()
    assert await unbound.decode([sealed]) == [PLAIN]
    sealed.metadata["encryption-process"] = b"TRF-2023-F1"
    with pytest.raises(IntegrityError):
        await unbound.decode([sealed])


def _converter(*keys: PayloadKey) -> DataConverter:
    converter = converter_with(Keyring(keys) if keys else None)
    return converter.with_context(WorkflowSerializationContext("default", "SFK-2023-F1"))


async def test_what_failures_say_is_encrypted_too_and_their_type_is_not() -> None:
    """The type is a code of ours, by which whoever asked tells the error."""
    failure = Failure()
    await _converter(OLD).encode_failure(ApplicationError("six children", type="MALFORMED"), failure)
    assert b"six children" not in failure.SerializeToString()
    error = await _converter(OLD).decode_failure(failure)
    assert isinstance(error, ApplicationError)
    assert (error.message, error.type) == ("six children", "MALFORMED")


async def test_without_keys_what_goes_to_temporal_is_what_went_before() -> None:
    start = StartInspection(inspection="SFK-2023-F1")
    assert await _converter().encode([start]) == await pydantic_data_converter.encode([start])
    ours, theirs = Failure(), Failure()
    await _converter().encode_failure(ApplicationError("no"), ours)
    await pydantic_data_converter.encode_failure(ApplicationError("no"), theirs)
    assert ours == theirs


def test_keys_are_read_as_they_are_written_and_never_shown() -> None:
    key, other = new_key(), new_key()
    ring = Keyring.read(f" {key.written}\n{other.written}\n")
    assert (ring.first, ring.ids) == (key, (key.id, other.id))
    assert key.written.partition(":")[2] not in repr(ring) + str(ring)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "accepted are keys from"),
        ("hunter2", "key 1 is no key; accepted are keys from"),
        (f"{OLD.written} {NEW.written[:-1]}", "key 2 is no key"),
        (f"{NEW.id}:{OLD.written.partition(':')[2]}", f"key 1 is not the one that {NEW.id} names"),
        (f"{OLD.written} {OLD.written}", "a key is there twice"),
    ],
)
def test_what_is_no_key_is_refused_without_being_repeated(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as refused:
        Keyring.read(text)
    assert "hunter2" not in str(refused.value)
    assert OLD.written.partition(":")[2] not in str(refused.value)
