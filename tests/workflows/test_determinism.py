"""A folder of exported histories is replayed: each that does not fit is named with where it parts."""

import json
from pathlib import Path
from typing import Any

import pytest

from domain.errors import MalformedError
from tests.workflows.record_histories import FOLDER
from workers.audit.determinism import Replayed, exported, files_in, replay, replayer_of
from workers.payloads.codec import converter_with


async def _replay_all(folder: Path) -> list[Replayed]:
    return [one async for one in replay(exported(files_in(folder)), replayer_of(converter_with(None)))]


async def test_the_recorded_histories_are_a_folder_that_replays() -> None:
    replayed = await _replay_all(FOLDER)
    assert len(replayed) == len(list(FOLDER.glob("*.json")))
    assert [one for one in replayed if one.reason or one.event] == []


@pytest.mark.parametrize("name", ["ledger_away-1", "area_cycle-1"])
async def test_a_history_that_parts_in_the_middle_is_named_with_the_place(name: str, tmp_path: Path) -> None:
    """The task that asked for something which this code does not ask for; all before it replays."""
    told: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    scheduled = [
        attributes
        for event in told["events"]
        if (attributes := event.get("activityTaskScheduledEventAttributes"))
    ]
    scheduled[0]["activityType"]["name"] = "other_than_asked"
    (tmp_path / "changed.json").write_text(json.dumps(told), encoding="utf-8")
    (tmp_path / "as-it-was.json").write_text(
        (FOLDER / f"{name}.json").read_text(encoding="utf-8"), encoding="utf-8"
    )
    as_it_was, changed = await _replay_all(tmp_path)
    begun = told["events"][0]["workflowExecutionStartedEventAttributes"]
    assert as_it_was == Replayed(begun["workflowId"], begun["originalExecutionRunId"])
    assert (changed.workflow_id, changed.run_id) == (as_it_was.workflow_id, as_it_was.run_id)
    assert changed.event == int(scheduled[0]["workflowTaskCompletedEventId"]) > 4
    assert "other_than_asked" in str(changed.reason)


@pytest.mark.parametrize("content", ["", "[]", '{"events": []}', '{"events": [{"eventId": "7"}]}', "\0"])
async def test_a_file_that_holds_no_history_is_named(content: str, tmp_path: Path) -> None:
    (tmp_path / "nothing.json").write_text(content, encoding="utf-8")
    with pytest.raises(MalformedError, match=r"nothing\.json holds no history"):
        await _replay_all(tmp_path)


def test_a_folder_without_histories_says_what_is_accepted(tmp_path: Path) -> None:
    with pytest.raises(MalformedError, match="temporal workflow show --output json"):
        files_in(tmp_path)
