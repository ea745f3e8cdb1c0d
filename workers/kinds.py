"""Which workflow looks after a stream, by what the stream is about."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from domain.messages import StartInspection
from domain.streams import StreamKind, require_kind
from workflows.area_cycle import AreaCycleWorkflow
from workflows.inspection import InspectionWorkflow
from workflows.programme import ProgrammeWorkflow
from workflows.thematic_review import ThematicReviewWorkflow

WORKFLOWS: Final[dict[StreamKind, type[Any]]] = {
    StreamKind.INSPECTION: InspectionWorkflow,
    StreamKind.AREA: AreaCycleWorkflow,
    StreamKind.THEMATIC_REVIEW: ThematicReviewWorkflow,
    StreamKind.PROGRAMME: ProgrammeWorkflow,
}

TYPES: Final = ("Inspection", "AreaCycle", "ThematicReview", "Programme")
"""The names under which Temporal lists them."""


def running_on(task_queue: str) -> str:
    """Return the query by which Temporal lists the processes that run on a task queue."""
    return f"TaskQueue = '{task_queue}' AND WorkflowType IN {TYPES} AND ExecutionStatus = 'Running'"


Run = Callable[[Any, StartInspection], Awaitable[None]]


def run_of(stream: str) -> Run:
    """Return the run method of the workflow that looks after a stream.

    Raises:
        MalformedError: by its name the stream is none of ours.
    """
    run: Run = WORKFLOWS[require_kind(stream)].run
    return run
