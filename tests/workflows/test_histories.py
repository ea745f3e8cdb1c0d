"""What was recorded in the past is replayed: a process that runs since then must go on with this code."""

import json
from pathlib import Path
from typing import Any

import pytest
from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from tests.workflows.changed_process import Careless, Guarded
from tests.workflows.record_histories import FOLDER, NAMES
from workers.audit.determinism import replayer_of
from workers.kinds import TYPES
from workflows.process import Process

RECORDED = sorted(FOLDER.glob("*.json"))


def _history(file: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(file.stem, file.read_text(encoding="utf-8"))


def _first_event(file: Path) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))["events"][0]
    return event


def _replayer(*changed: type[Process], sandboxed: bool = True) -> Replayer:
    return replayer_of(pydantic_data_converter, *changed, sandboxed=sandboxed)


def test_every_path_is_recorded() -> None:
    assert {file.stem.rpartition("-")[0] for file in RECORDED} == set(NAMES)


def test_every_process_has_a_path() -> None:
    """What an inspection's histories guard, those of a cycle, a review and the programme guard for these."""
    begun = [_first_event(file)["workflowExecutionStartedEventAttributes"] for file in RECORDED]
    assert {one["workflowType"]["name"] for one in begun} == set(TYPES)


@pytest.mark.parametrize("sandboxed", [True, False], ids=["sandboxed", "as in production"])
@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
async def test_history_replays(file: Path, sandboxed: bool) -> None:
    await _replayer(sandboxed=sandboxed).replay_workflow(_history(file))


@pytest.mark.parametrize("name", ["outcome_2-1", "continued_as_new-2"])
async def test_a_change_of_commands_replays_if_it_is_guarded(name: str) -> None:
    history = _history(FOLDER / f"{name}.json")
    await _replayer(Guarded).replay_workflow(history)
    careless = await _replayer(Careless).replay_workflow(history, raise_on_replay_failure=False)
    assert isinstance(careless.replay_failure, workflow.NondeterminismError)


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("ledger_away-1", "handle_command"),
        ("area_cycle-1", "see_to_errands"),
        ("programme-1", "plan_due_review"),
    ],
)
async def test_a_history_of_another_process_does_not_replay(name: str, asked: str) -> None:
    """The replay does find differences: an activity that was asked for and is not any more."""
    text = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    assert f'"{asked}"' in text
    result = await _replayer().replay_workflow(
        WorkflowHistory.from_json("other", text.replace(f'"{asked}"', '"other"')),
        raise_on_replay_failure=False,
    )
    assert result.replay_failure is not None


def test_histories_show_what_they_are_for() -> None:
    """The ledger's absence is answered by an ordinary activity, the long history by a new run."""
    away = json.loads((FOLDER / "ledger_away-1.json").read_text(encoding="utf-8"))
    scheduled = [one for one in away["events"] if "activityTaskScheduledEventAttributes" in one]
    assert {one["activityTaskScheduledEventAttributes"]["activityType"]["name"] for one in scheduled} >= {
        "handle_command"
    }
    for name in ("continued_as_new-1", "area_cycle-1"):
        outgrown = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
        assert "workflowExecutionContinuedAsNewEventAttributes" in outgrown["events"][-1]
