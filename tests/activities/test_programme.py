"""The programme has a year's review planned, also when others are at it at the same moment."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.commands import Context
from activities.programme import ProgrammeActivities
from domain.messages import Answer, MilestoneRequest, Question, TickQuestion
from eventstore.memory import MemoryLedger
from tests.activities.playing import handler_on

NEW_YEAR = datetime(2024, 1, 2, 9, tzinfo=UTC)
BY = {"person": "p-ada", "role": "coordinator", "organisation": "ofsted"}


def _request(stream: str, milestone: str, at: datetime, **matter: Any) -> MilestoneRequest:
    command = {
        "type": milestone,
        "occurred_at": at.isoformat(),
        "decided_by": BY,
        "recorded_by": {"person": "p-ada"},
        **matter,
    }
    return MilestoneRequest(inspection=stream, command_id=str(uuid4()), command=command)


async def test_a_review_that_somebody_else_is_just_planning_is_asked_for_again() -> None:
    """That plan may be refused, and then the programme's own is handed in: no year is forgotten."""
    ledger = MemoryLedger(rehearsal=True)
    handler = handler_on(ledger)
    begun = _request("PROGRAMME", "begin_programme", datetime(2023, 12, 1, 9, tzinfo=UTC))
    context = Context(now=NEW_YEAR, rehearsal=True)
    assert (await handler.handle(begun, context)).refused is None
    others_are_at_it = True

    async def open_new(request: MilestoneRequest, _asked: Question) -> Answer | None:
        return None if others_are_at_it else await handler.handle(request, context)

    activities = ProgrammeActivities(handler, open_new)
    question = TickQuestion(inspection="PROGRAMME", now=NEW_YEAR, rehearsal=True)
    with pytest.raises(ApplicationError, match="THEMATIC-2024") as told:
        await ActivityEnvironment().run(activities.plan_due_review, question)
    assert not told.value.non_retryable
    assert len(await ledger.read_stream("PROGRAMME")) == 1
    others_are_at_it = False
    await ActivityEnvironment().run(activities.plan_due_review, question)
    assert len(await ledger.read_stream("THEMATIC-2024")) == 1
    assert len(await ledger.read_stream("PROGRAMME")) == 2
