"""What was recorded in the past is replayed: a process that runs since then must go on with this code."""

import json
from pathlib import Path

import pytest
from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from tests.workflows.changed_process import Careless, Guarded
from tests.workflows.record_histories import FOLDER, NAMES
from workers.worker import workflow_runner
from workflows.inspection import InspectionWorkflow

RECORDED = sorted(FOLDER.glob("*.json"))


def _history(file: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(file.stem, file.read_text(encoding="utf-8"))


def _replayer(process: type[InspectionWorkflow] = InspectionWorkflow, *, sandboxed: bool = True) -> Replayer:
    return Replayer(
        workflows=[process],
        data_converter=pydantic_data_converter,
        workflow_runner=workflow_runner(sandboxed=sandboxed),
    )


def test_every_path_is_recorded() -> None:
    assert {file.stem.rpartition("-")[0] for file in RECORDED} == set(NAMES)


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


async def test_a_history_of_another_process_does_not_replay() -> None:
    """The replay does find differences: an activity that was asked for and is not any more."""
    text = (FOLDER / "ledger_away-1.json").read_text(encoding="utf-8").replace('"handle_command"', '"other"')
    result = await _replayer().replay_workflow(
        WorkflowHistory.from_json("other", text), raise_on_replay_failure=False
    )
    assert result.replay_failure is not None


def test_histories_show_what_they_are_for() -> None:
    """The ledger's absence is answered by an ordinary activity, the long history by a new run."""
    away = json.loads((FOLDER / "ledger_away-1.json").read_text(encoding="utf-8"))
    scheduled = [one for one in away["events"] if "activityTaskScheduledEventAttributes" in one]
    assert {one["activityTaskScheduledEventAttributes"]["activityType"]["name"] for one in scheduled} >= {
        "handle_command"
    }
    outgrown = json.loads((FOLDER / "continued_as_new-1.json").read_text(encoding="utf-8"))
    assert "workflowExecutionContinuedAsNewEventAttributes" in outgrown["events"][-1]
