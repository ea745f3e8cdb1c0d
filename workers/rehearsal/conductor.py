"""The conductor: lets every inspection of a file live at its own dates, all in the order of the calendar.

Each inspection is a real workflow with a virtual clock of its own. The conductor always moves the one
whose next moment comes first, be it a milestone of the script or an instant at which the process wakes
by itself. So the ledger of a rehearsal is in the order of time.
"""

import asyncio
import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid5

from temporalio.client import WorkflowHandle
from temporalio.testing import TimeSkipper

from domain.actors import Role
from domain.errors import IntegrityError
from domain.messages import NAMESPACE, MilestoneRequest, Standing, StartInspection
from domain.values import SealedText
from workers.desk import Desk, start_ahead
from workers.embedded.clock import A_MOMENT
from workers.rehearsal.script import CURRENT_DRAFT, PARTNERSHIP, PEOPLE, UNWRITTEN, Script, Step
from workflows.inspection import InspectionWorkflow


@dataclass
class Part:
    """One inspection in the rehearsal: its script, how far it has come, and its clock."""

    script: Script
    started: datetime
    done: int = 0
    standing: Standing = field(default_factory=Standing)
    irregular: list[dict[str, str]] = field(default_factory=list)
    clock_set: asyncio.Task[None] | None = None

    @property
    def offset(self) -> int:
        """Seconds by which this inspection's days are ahead of Temporal's; negative for the past."""
        return int((self.script.steps[0].at - self.started).total_seconds())

    @property
    def next_step(self) -> Step | None:
        """The next thing that somebody does, if anything is left."""
        return self.script.steps[self.done] if self.done < len(self.script.steps) else None

    @property
    def next_moment(self) -> datetime | None:
        """When the next thing happens, by script or by itself; none when the script has ended."""
        step = self.next_step
        if step is None:
            return None
        wake = self.standing.next_wake
        return min(step.at, wake) if wake else step.at


@dataclass(frozen=True, slots=True)
class Words:
    """The two sealed texts that a rehearsal needs: for what it cannot know, and for why it goes on."""

    unwritten: SealedText
    irregular: SealedText


class Conductor:
    """Plays a rehearsal on a server with virtual clocks."""

    def __init__(self, skipper: TimeSkipper, task_queue: str, words: Words) -> None:
        self._skipper = skipper
        self._words = words
        self._parts: dict[str, Part] = {}
        self._desk = Desk(skipper.client, task_queue, self._start)

    async def play(self, scripts: Sequence[Script], tell: Callable[[Part], None]) -> list[Part]:
        """Let all scripts run to their ends, side by side, and tell of each step.

        Raises:
            IntegrityError: a step is refused by a rule that does not yield; names step and rule.
        """
        self._parts = {script.inspection: Part(script, datetime.now(UTC)) for script in scripts}
        agenda = [(script.steps[0].at, script.inspection) for script in scripts]
        heapq.heapify(agenda)
        while agenda:
            moment, inspection = heapq.heappop(agenda)
            part = self._parts[inspection]
            await (part.clock_set or self._set_clock(part, moment))
            part.clock_set = None
            await self._do_what_is_due(part, moment)
            tell(part)
            if (following := part.next_moment) is not None:
                heapq.heappush(agenda, (following, inspection))
                self._set_clock_ahead(part, following)
        return list(self._parts.values())

    def _set_clock_ahead(self, part: Part, moment: datetime) -> None:
        """Set a clock to the next step while others have their turn; a move takes a tenth of a second.

        Nothing happens between two steps, so nobody sees that the clock is early. A clock that is to wake
        its process has to wait for its turn, or the ledger would lose the order of time.
        """
        if part.next_step is not None and moment == part.next_step.at:
            part.clock_set = asyncio.create_task(self._set_clock(part, moment))

    def _start(self, inspection: str) -> StartInspection:
        return start_ahead(timedelta(seconds=self._parts[inspection].offset))(inspection)

    async def _set_clock(self, part: Part, moment: datetime) -> None:
        if part.done == 0:
            return
        handle = self._handle(part)
        shown = await self._skipper.get_current_time(handle) + timedelta(seconds=part.offset)
        ahead = moment - shown
        if ahead > timedelta():
            await self._skipper.fast_forward(handle, ahead + A_MOMENT)
        part.standing = await handle.query(InspectionWorkflow.get_standing)

    async def _do_what_is_due(self, part: Part, moment: datetime) -> None:
        while (step := part.next_step) is not None and step.at <= moment:
            await self._do(part, step)
            part.done += 1

    async def _do(self, part: Part, step: Step) -> None:
        """Do a step; what a rule speaks against is done all the same, as irregular, if the rule yields."""
        contrary: list[str] = []
        while True:
            answer = await self._desk.record(self._request(part, step, contrary))
            part.standing = answer.standing
            refused = answer.refused
            if refused is None:
                break
            if not refused.waivable or refused.code in contrary:
                raise IntegrityError(
                    f"{part.script.inspection}: {step.milestone} on {step.at:%Y-%m-%d} is refused by rule "
                    f"{refused.code}: {refused.because}; accepted is {refused.accepted}"
                )
            contrary.append(refused.code)
            part.irregular.append(
                {"milestone": step.milestone, "rule": refused.code, "because": refused.because}
            )
        if part.standing.publication_pending:
            await self._until_published(part)

    async def _until_published(self, part: Part) -> None:
        """Wait for the system to publish what has just been released."""
        handle = self._handle(part)
        while part.standing.publication_pending:
            await asyncio.sleep(0.01)
            part.standing = await handle.query(InspectionWorkflow.get_standing)

    def _request(self, part: Part, step: Step, contrary: Sequence[str]) -> MilestoneRequest:
        person, organisation = PEOPLE[step.by]
        body = f"la-{part.script.case.area.lower()}" if organisation == PARTNERSHIP else organisation
        command: dict[str, Any] = {
            "type": step.milestone,
            "occurred_at": step.at.isoformat(),
            "decided_by": {"person": person, "role": step.by.value, "organisation": body},
            "recorded_by": {"person": person},
            **self._filled_in(part, step.matter),
        }
        if contrary:
            command["contrary_to"] = {
                "rules": list(contrary),
                "reason": self._words.irregular.model_dump(mode="json"),
                "authorised_by": _somebody_else(step.by),
            }
        name = f"{part.script.inspection}/{part.done}/{','.join(contrary)}"
        return MilestoneRequest(
            inspection=part.script.inspection,
            command_id=str(uuid5(NAMESPACE, f"rehearsal/{name}")),
            command=command,
        )

    def _filled_in(self, part: Part, matter: Any) -> Any:
        """Put in what the script cannot know: the current draft, and references of sealed texts."""
        if matter == CURRENT_DRAFT:
            return part.standing.draft.model_dump(mode="json") if part.standing.draft else None
        if matter == UNWRITTEN:
            return self._words.unwritten.model_dump(mode="json")
        if isinstance(matter, dict):
            return {name: self._filled_in(part, value) for name, value in matter.items()}
        if isinstance(matter, list):
            return [self._filled_in(part, value) for value in matter]
        return matter

    def _handle(self, part: Part) -> WorkflowHandle[InspectionWorkflow, None]:
        return self._skipper.client.get_workflow_handle_for(InspectionWorkflow.run, part.script.inspection)


def _somebody_else(than: Role) -> str:
    """Name a director who authorises what was done against a rule: nobody authorises his or her own deed."""
    return PEOPLE[Role.CQC_DIRECTOR if than is Role.OFSTED_DIRECTOR else Role.OFSTED_DIRECTOR][0]
