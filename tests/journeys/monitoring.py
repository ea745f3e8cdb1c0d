"""A monitoring inspection after a full one, at days of its own: for journeys and for frozen ledgers."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from domain.inspection.state import State
from domain.values import MonitoringResult
from tests.journeys.house import Life
from workers.rehearsal.cases import Case
from workers.rehearsal.script import Script, Step, write_script

DAYS: Final = {
    "fieldwork_start": date(2025, 7, 7),
    "fieldwork_end": date(2025, 7, 11),
    "published": date(2025, 9, 12),
    "polls": (),
}
"""Nottinghamshire was monitored in July 2025, and action was effective; the days of the month are made up."""

EFFECTIVE: Final = MonitoringResult.EFFECTIVE


async def monitored(followed: Life, results: Sequence[MonitoringResult] = (EFFECTIVE,)) -> Life:
    """Prepare the monitoring inspection that follows one, with a result for each area of its scope."""
    case = Case.model_validate(followed.script.case.model_dump() | DAYS)
    script = write_script(case, 1, followed.house.rules)
    state = await followed.state()
    steps = tuple(_monitoring(step, followed.inspection, state, results) for step in script.steps)
    own: Script = replace(script, inspection=f"{case.area}-2025-M1", steps=steps)
    return Life(followed.house, own, len(steps) - 1)


def _monitoring(step: Step, followed: str, state: State, results: Sequence[MonitoringResult]) -> Step:
    """Turn a step of a full inspection into that of a monitoring one."""
    if "findings" in step.matter:
        return replace(step, matter={**step.matter, "findings": _findings(results)})
    if step.milestone != "plan_inspection":
        return step
    assert state.draft is not None
    scope = [area.model_dump(mode="json") for area in state.draft.findings.areas_for_priority_action]
    return replace(step, matter={**step.matter, "kind": "monitoring", "follows": followed, "scope": scope})


def _findings(results: Sequence[MonitoringResult]) -> dict[str, Any]:
    return {
        "result": results[0].value,
        "actions": [{"area": area, "result": one.value} for area, one in enumerate(results, start=1)],
    }
