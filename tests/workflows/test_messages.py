"""The messages are additive only: what was ever written is read by this code, field for field.

The golden payloads were written when a message was first released. A new message or field adds to them;
nothing that is there is changed.
"""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from temporalio.contrib.pydantic import pydantic_data_converter

from domain import messages
from domain.messages import Message, MilestoneRequest, tick_id, unreadable_id
from domain.messages import publication_id as id_of_publication

GOLDEN: dict[str, list[dict[str, Any]]] = json.loads(
    Path(__file__).with_name("golden_messages.json").read_text(encoding="utf-8")
)


def _models() -> dict[str, type[Message]]:
    return {
        name: kind
        for name, kind in vars(messages).items()
        if isinstance(kind, type) and issubclass(kind, Message) and kind is not Message
    }


CASES = [(name, number) for name, payloads in GOLDEN.items() for number in range(len(payloads))]


def test_every_message_has_a_golden_payload() -> None:
    assert set(GOLDEN) == set(_models())


@pytest.mark.parametrize("name", GOLDEN)
def test_the_golden_payloads_show_every_field(name: str) -> None:
    """A field that no payload shows could be renamed without anybody noticing."""
    shown = {field for payload in GOLDEN[name] for field in payload}
    assert shown == set(_models()[name].model_fields)


@pytest.mark.parametrize(("name", "number"), CASES)
async def test_a_golden_payload_is_read_whole(name: str, number: int) -> None:
    """By the production converter; what was written comes back, and nothing else is lost or changed."""
    golden = GOLDEN[name][number]
    (payload,) = pydantic_data_converter.payload_converter.to_payloads([golden])
    (read,) = pydantic_data_converter.payload_converter.from_payloads([payload], [_models()[name]])
    dumped = read.model_dump(mode="json")
    assert {field: dumped.get(field) for field in golden} == golden


@pytest.mark.parametrize("name", GOLDEN)
def test_a_field_that_was_added_has_a_default(name: str) -> None:
    """The first golden payload is the oldest: what it lacks must not be asked for."""
    required = {field for field, info in _models()[name].model_fields.items() if info.is_required()}
    assert required <= set(GOLDEN[name][0])


@pytest.mark.parametrize("name", GOLDEN)
def test_a_later_version_may_say_more(name: str) -> None:
    """A worker of this version reads what a later one wrote."""
    later = {**GOLDEN[name][0], "added_later": {"by": "somebody"}}
    assert "added_later" not in _models()[name].model_validate(later).model_dump()


def test_ids_and_digests_stay_the_same() -> None:
    """They lie in ledgers; computed otherwise, what is known would be done again."""
    request = MilestoneRequest.model_validate(GOLDEN["MilestoneRequest"][0])
    tick = messages.TickQuestion.model_validate(GOLDEN["TickQuestion"][0])
    assert request.digest() == "01c4f2277f34d1fef30789798db19292bb65409d68491812046fdab7f942f929"
    assert tick_id("SFK-2023-F1", 7, tick.now) == UUID("c56aba18-686e-556f-b253-924d2451d4e9")
    assert id_of_publication("SFK-2023-F1", 1, "a" * 64, tick.now) == UUID(
        "a630fcac-ed3c-543f-9328-475264232f20"
    )
    assert unreadable_id("SFK-2023-F1", "b" * 64, "MALFORMED") == UUID("785cb232-3c53-5c70-92ff-a0bc2ac0027e")


@pytest.mark.parametrize(
    ("command_id", "command"),
    [
        ("one", {}),
        ("00000000-0000-0000-0000-000000000001", {"points": 1.0}),
        ("00000000-0000-0000-0000-000000000001", {"points": [{"deep": float("nan")}]}),
        ("00000000-0000-0000-0000-000000000001", {"text": "\ud800"}),
    ],
)
def test_what_cannot_be_stored_is_a_problem(command_id: str, command: dict[str, Any]) -> None:
    request = MilestoneRequest(inspection="SFK-2023-F1", command_id=command_id, command=command)
    assert request.problem() is not None


def test_a_good_request_has_no_problem() -> None:
    assert MilestoneRequest.model_validate(GOLDEN["MilestoneRequest"][0]).problem() is None
