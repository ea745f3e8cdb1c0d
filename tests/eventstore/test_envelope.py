"""What is hashed is what is stored is what is read."""

from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from uuid import UUID

import pytest
from pydantic import ValidationError

from domain.errors import IntegrityError
from eventstore.envelope import Body, Entry, Provenance, compose, instant_text, leaf_of, verify_entry

AT = datetime(2024, 3, 1, 9, 30, tzinfo=UTC)
PROVENANCE = Provenance(command_id=UUID(int=1), correlation_id=UUID(int=2), causation_id=UUID(int=3))
BODY = Body(type="noted", schema_version=1, event={"b": "ü", "a": 1}, provenance=PROVENANCE)


def entry(text: str | None = None) -> Entry:
    """Make an entry whose leaf fits its text."""
    text = text or compose(BODY.text, 7, AT, "SFK-2023-F1", 3)
    return Entry(7, "SFK-2023-F1", 3, "noted", AT, text, leaf_of(text))


def test_a_body_has_one_text() -> None:
    assert BODY.text == (
        '{"event":{"a":1,"b":"ü"},"provenance":{"calendar":null,'
        '"causation_id":"00000000-0000-0000-0000-000000000003",'
        '"command_id":"00000000-0000-0000-0000-000000000001",'
        '"correlation_id":"00000000-0000-0000-0000-000000000002",'
        '"handbook":null,"run_id":null,"workflow_id":null},"schema_version":1,"type":"noted"}'
    )


def test_the_leaf_is_that_of_a_merkle_tree() -> None:
    assert leaf_of("ü") == sha256(b"\x00\xc3\xbc").digest()


def test_an_instant_has_one_text() -> None:
    assert instant_text(AT) == "2024-03-01T09:30:00.000000Z"
    assert instant_text(AT.astimezone(timezone(timedelta(hours=-7)))) == instant_text(AT)
    assert instant_text(datetime(45, 3, 15, tzinfo=UTC)) == "0045-03-15T00:00:00.000000Z"


def test_the_body_is_read_from_the_text() -> None:
    assert entry().body == BODY
    with pytest.raises(IntegrityError, match="position 7"):
        _ = entry('{"body":{}}').body
    with pytest.raises(IntegrityError, match="position 7"):
        _ = entry("nothing").body


def test_a_float_has_no_place_in_a_body() -> None:
    broken = Body(type="noted", schema_version=1, event={"a": 1.5}, provenance=PROVENANCE)
    with pytest.raises(ValueError, match="float"):
        _ = broken.text


def test_a_workflow_is_named_by_an_identifier() -> None:
    with pytest.raises(ValidationError):
        Provenance(**{**PROVENANCE.model_dump(), "workflow_id": "Ms Smith's inspection"})


def test_an_entry_that_fits_is_verified() -> None:
    verify_entry(entry())


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"leaf": b"\x00" * 32}, "leaf"),
        ({"position": 8}, "position is 8 but 7"),
        ({"stream": "SFK-2023-F2"}, "stream is 'SFK-2023-F2'"),
        ({"version": 4}, "version is 4 but 3"),
        ({"recorded_at": AT + timedelta(microseconds=1)}, "recorded_at"),
        ({"type": "other"}, "type"),
    ],
)
def test_verifying_names_what_differs(changed: dict[str, object], named: str) -> None:
    with pytest.raises(IntegrityError, match=f"position {changed.get('position', 7)}: .*{named}"):
        verify_entry(entry()._replace(**changed))  # type: ignore[arg-type]  # one field of many


@pytest.mark.parametrize(
    "body",
    [
        '{"type":"noted"},"position":99,"x":{"type":"noted"}',
        '["noted"]',
        '{"type":',
        "",
    ],
)
def test_verifying_sees_a_body_that_is_not_one_object(body: str) -> None:
    with pytest.raises(IntegrityError, match="position 7"):
        verify_entry(entry(compose(body, 7, AT, "SFK-2023-F1", 3)))


def test_verifying_sees_a_text_that_is_put_together_otherwise() -> None:
    with pytest.raises(IntegrityError, match="not composed"):
        verify_entry(entry(entry().text.replace('"position":7', '"position": 7')))
