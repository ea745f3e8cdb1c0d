"""Events are written with their schema version and read back whatever version they were written in."""

from datetime import UTC, datetime
from typing import Any, ClassVar, Literal
from uuid import UUID

import pytest

from domain.actors import ENGINE, ENGINE_RECORDER
from domain.errors import IntegrityError, MalformedError
from domain.handbook import DeadlineKind
from domain.inspection.events import DeadlineMissed
from domain.values import Value
from eventstore.codec import Codec
from eventstore.codecs import CODEC as OF_INSPECTIONS
from eventstore.envelope import Entry, Provenance, compose, leaf_of

AT = datetime(2024, 3, 1, 9, 30, tzinfo=UTC)
PROVENANCE = Provenance(command_id=UUID(int=1), correlation_id=UUID(int=2), causation_id=UUID(int=3))


class Noted(Value):
    """An event in its third form."""

    schema_version: ClassVar[int] = 3
    type: Literal["noted"] = "noted"
    subject: str
    pages: int


class Stranger(Value):
    """An event that no codec here knows."""

    type: Literal["stranger"] = "stranger"


def _split_title(old: dict[str, Any]) -> dict[str, Any]:
    return {"type": "noted", "topic": old["title"].lower(), "pages": 0}


def _rename_topic(old: dict[str, Any]) -> dict[str, Any]:
    return {"type": "noted", "subject": old["topic"], "pages": old["pages"]}


UPCASTERS = {("noted", 1): _split_title, ("noted", 2): _rename_topic}
CODEC = Codec({"noted": Noted}, UPCASTERS)


def entry(body: str) -> Entry:
    """Store a body as the forty-second entry."""
    text = compose(body, 42, AT, "A", 1)
    return Entry(42, "A", 1, "noted", AT, text, leaf_of(text))


def written(version: object, event: str, name: str = "noted") -> Entry:
    """Store an event as a schema version had it."""
    return entry(f'{{"event":{event},"provenance":{{}},"schema_version":{version},"type":"{name}"}}')


def test_what_is_written_is_read() -> None:
    noted = Noted(subject="Grüße", pages=3)
    text = CODEC.encode(noted, PROVENANCE)
    assert text.startswith('{"event":{"pages":3,"subject":"Grüße","type":"noted"},"provenance":{')
    assert text.endswith(',"schema_version":3,"type":"noted"}')
    assert CODEC.decode(entry(text)) == noted
    assert entry(text).body.provenance == PROVENANCE


def test_the_domains_own_events_are_written_and_read() -> None:
    missed = DeadlineMissed(
        occurred_at=AT,
        decided_by=ENGINE,
        recorded_by=ENGINE_RECORDER,
        kind=DeadlineKind.STRATEGIC_PLAN,
        due=AT.date(),
    )
    assert OF_INSPECTIONS.decode(entry(OF_INSPECTIONS.encode(missed, PROVENANCE))) == missed


def test_an_old_event_is_lifted_from_version_to_version() -> None:
    expected = Noted(subject="plan", pages=0)
    assert CODEC.decode(written(1, '{"title":"Plan","type":"noted"}')) == expected
    assert CODEC.decode(written(2, '{"pages":0,"topic":"plan","type":"noted"}')) == expected


@pytest.mark.parametrize("version", [0, -1, '"3"', "null"])
def test_a_version_that_never_was_is_named(version: object) -> None:
    with pytest.raises(IntegrityError, match=r"position 42, noted in schema version .*: this code knows"):
        CODEC.decode(written(version, "{}"))


@pytest.mark.parametrize("version", [4, 5, 1_000])
def test_a_version_that_is_yet_to_come_is_named(version: int) -> None:
    newer = rf"position 42, noted in schema version {version}: written by a newer version .* 1 to 3"
    with pytest.raises(IntegrityError, match=newer):
        CODEC.decode(written(version, '{"pages":1,"subject":"plan","type":"noted"}'))


@pytest.mark.parametrize("old", ['{"type":"noted"}', '{"title":3}', "[]", "null"])
def test_data_that_cannot_be_lifted_is_named(old: str) -> None:
    with pytest.raises(IntegrityError, match=r"position 42, noted in schema version 1: .* from version 1"):
        CODEC.decode(written(1, old))


def test_an_unknown_type_is_named_and_not_skipped() -> None:
    with pytest.raises(IntegrityError, match=r"position 42, stranger in schema version 1: .*type"):
        CODEC.decode(written(1, "{}", "stranger"))


def test_the_text_decides_and_not_the_index() -> None:
    with pytest.raises(IntegrityError, match="stranger"):
        CODEC.decode(written(1, "{}", "stranger")._replace(type="noted"))


def test_the_text_decides_between_types_that_are_both_known() -> None:
    codec = Codec[Value]({"noted": Noted, "stranger": Stranger}, UPCASTERS)
    mislabelled = written(1, '{"type":"stranger"}', "stranger")._replace(type="noted")
    assert codec.decode(mislabelled) == Stranger()


def test_data_that_does_not_fit_is_named() -> None:
    with pytest.raises(IntegrityError, match=r"position 42, noted in schema version 3: pages"):
        CODEC.decode(written(3, '{"subject":"plan","type":"noted"}'))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"body":null}', '{"body":{"type":"noted"}}'])
def test_a_text_without_a_body_is_named(text: str) -> None:
    with pytest.raises(IntegrityError, match="position 42"):
        CODEC.decode(written(1, "{}")._replace(text=text))


def test_an_event_that_is_not_known_is_not_written() -> None:
    with pytest.raises(MalformedError, match="Stranger"):
        Codec[Value]({"noted": Noted}, UPCASTERS).encode(Stranger(), PROVENANCE)


def test_a_codec_without_a_way_from_an_old_version_is_not_made() -> None:
    with pytest.raises(ValueError, match="noted from schema version 2"):
        Codec({"noted": Noted}, {("noted", 1): _split_title})
