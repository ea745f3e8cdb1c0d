"""What the process of an inspection asks of the command handler, made from what it was sent."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from domain.messages import (
        HandleQuestion,
        MilestoneRequest,
        PublishQuestion,
        StartInspection,
        TickQuestion,
        UnreadableQuestion,
    )


class Questions:
    """Asks in the name of one process."""

    def __init__(self, start: StartInspection) -> None:
        self._inspection = start.inspection
        self._rehearsal = start.rehearsal

    def tick(self, now: datetime) -> TickQuestion:
        """Ask what time has brought."""
        return TickQuestion(inspection=self._inspection, now=now, rehearsal=self._rehearsal)

    def publish(self, now: datetime) -> PublishQuestion:
        """Ask for the publication of what is released."""
        return PublishQuestion(inspection=self._inspection, now=now, rehearsal=self._rehearsal)

    def handle(self, request: MilestoneRequest, now: datetime) -> HandleQuestion:
        """Ask for a request to be judged and recorded."""
        return HandleQuestion(
            inspection=self._inspection, now=now, rehearsal=self._rehearsal, request=request
        )

    def in_signal(
        self, name: str, args: Sequence[RawValue], now: datetime
    ) -> HandleQuestion | UnreadableQuestion:
        """Ask for the request in a signal, or for a note that there is none that can be read."""
        try:
            request = _read(name, args)
            self.refuse_malformed(request)
        except Exception as error:
            return self._note(args, error, now)
        return self.handle(request, now)

    def refuse_malformed(self, request: MilestoneRequest) -> None:
        """Refuse a request that is not for this inspection, or cannot be stored.

        Raises:
            ApplicationError: names what is wrong.
        """
        if request.inspection != self._inspection:
            raise ApplicationError(
                f"inspection is {request.inspection}; this is {self._inspection}", type="MALFORMED"
            )
        if problem := request.problem():
            raise ApplicationError(problem, type="MALFORMED")

    def _note(self, args: Sequence[RawValue], error: Exception, now: datetime) -> UnreadableQuestion:
        content = b"".join(arg.payload.data for arg in args)
        return UnreadableQuestion(
            inspection=self._inspection,
            now=now,
            rehearsal=self._rehearsal,
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            problem=(isinstance(error, ApplicationError) and error.type) or type(error).__name__,
        )


def _read(name: str, args: Sequence[RawValue]) -> MilestoneRequest:
    if name != "record":
        raise ApplicationError("record is the only signal with a request", type="UNKNOWN_SIGNAL")
    if len(args) != 1:
        raise ApplicationError("one request to a signal is accepted", type="NOT_ONE_PAYLOAD")
    return workflow.payload_converter().from_payload(args[0].payload, MilestoneRequest)
