"""What the invented people of a rehearsal do: steps of a script, handed in at the desk."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import uuid5

from temporalio.testing import TimeSkipper

from domain.actors import Role
from domain.errors import IntegrityError
from domain.messages import NAMESPACE, MilestoneRequest, Standing
from domain.values import SealedText
from workers.desk import Desk, Start
from workers.rehearsal.script import CURRENT_DRAFT, PARTNERSHIP, PEOPLE, UNWRITTEN, Step


@dataclass(frozen=True, slots=True)
class Words:
    """The two sealed texts that a rehearsal needs: for what it cannot know, and for why it goes on."""

    unwritten: SealedText
    irregular: SealedText


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a rehearsal is played: the server with its virtual clocks, the queue of its worker, the texts."""

    skipper: TimeSkipper
    task_queue: str
    words: Words


class Done(NamedTuple):
    """Where a stream stands after a step, and the rules against which it was done."""

    standing: Standing
    irregular: tuple[dict[str, str], ...]


@dataclass(frozen=True, slots=True)
class Stream:
    """Hands in steps of one stream, in the name of the people of an area."""

    scene: Scene
    name: str
    area: str
    start: Start
    _desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_desk", Desk(self.scene.skipper.client, self.scene.task_queue, self.start))

    async def do(self, step: Step, number: int, standing: Standing) -> Done:
        """Do a step; what a rule speaks against is done all the same, as irregular, if the rule yields.

        Args:
            step: what is done.
            number: which step of the stream it is: played again, it is the same command.
            standing: where the stream stood before.

        Raises:
            IntegrityError: a rule that does not yield refuses it; names step and rule.
        """
        irregular: list[dict[str, str]] = []
        while True:
            contrary = [one["rule"] for one in irregular]
            answer = await self._desk.record(self._request(step, number, standing, contrary))
            refused = answer.refused
            if refused is None:
                return Done(answer.standing, tuple(irregular))
            if not refused.waivable or refused.code in contrary:
                raise IntegrityError(
                    f"{self.name}: {step.milestone} on {step.at:%Y-%m-%d} is refused by rule "
                    f"{refused.code}: {refused.because}; accepted is {refused.accepted}"
                )
            irregular.append({"milestone": step.milestone, "rule": refused.code, "because": refused.because})

    def _request(
        self, step: Step, number: int, standing: Standing, contrary: Sequence[str]
    ) -> MilestoneRequest:
        person, organisation = PEOPLE[step.by]
        body = f"la-{self.area.lower()}" if organisation == PARTNERSHIP else organisation
        command: dict[str, Any] = {
            "type": step.milestone,
            "occurred_at": step.at.isoformat(),
            "decided_by": {"person": person, "role": step.by.value, "organisation": body},
            "recorded_by": {"person": person},
            **self._filled_in(step.matter, standing),
        }
        if contrary:
            command["contrary_to"] = {
                "rules": list(contrary),
                "reason": self.scene.words.irregular.model_dump(mode="json"),
                "authorised_by": _somebody_else(step.by),
            }
        name = f"{self.name}/{number}/{','.join(contrary)}"
        return MilestoneRequest(
            inspection=self.name, command_id=str(uuid5(NAMESPACE, f"rehearsal/{name}")), command=command
        )

    def _filled_in(self, matter: Any, standing: Standing) -> Any:
        """Put in what the script cannot know: the current draft, and references of sealed texts."""
        if matter == CURRENT_DRAFT:
            return standing.draft.model_dump(mode="json") if standing.draft else None
        if matter == UNWRITTEN:
            return self.scene.words.unwritten.model_dump(mode="json")
        if isinstance(matter, dict):
            return {name: self._filled_in(value, standing) for name, value in matter.items()}
        if isinstance(matter, list):
            return [self._filled_in(value, standing) for value in matter]
        return matter


def _somebody_else(than: Role) -> str:
    """Name a director who authorises what was done against a rule: nobody authorises his or her own deed."""
    return PEOPLE[Role.CQC_DIRECTOR if than is Role.OFSTED_DIRECTOR else Role.OFSTED_DIRECTOR][0]
