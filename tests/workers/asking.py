"""Requests to a live inspection, which is planned and then planned again as often as one likes."""

from typing import Any
from uuid import uuid4

from domain.messages import MilestoneRequest

_COORDINATOR = {"person": "p-coord", "role": "coordinator", "organisation": "ofsted"}


def plan(inspection: str) -> MilestoneRequest:
    """Ask for an inspection to be planned, or planned anew."""
    return _request(
        inspection,
        type="plan_inspection",
        area=inspection[:3],
        kind="full",
        bodies=["la-xyz"],
        notify_on="2023-10-30",
        on_site={"first": "2023-11-13", "last": "2023-11-17"},
    )


def begin_fieldwork(inspection: str) -> MilestoneRequest:
    """Ask for what is refused, since the area has not been notified."""
    return _request(inspection, type="begin_fieldwork")


def _request(inspection: str, **command: Any) -> MilestoneRequest:
    said = {
        **command,
        "occurred_at": "2023-10-16T12:00:00Z",
        "decided_by": _COORDINATOR,
        "recorded_by": {"person": "p-coord"},
    }
    return MilestoneRequest(inspection=inspection, command_id=str(uuid4()), command=said)
