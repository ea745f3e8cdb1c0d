"""What Temporal's histories tell of one process, without Temporal: what it was sent and answered."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from domain.messages import Answer, MilestoneRequest


class Way(StrEnum):
    """How something was sent to a process."""

    UPDATE = "update"
    """Its sender waits for the answer."""
    SIGNAL = "signal"
    """Its sender does not wait."""


class Place(NamedTuple):
    """An event of the history of a run."""

    run_id: str
    event: int


class Content(NamedTuple):
    """What stands for a signal that holds no request, as it is noted in the ledger."""

    sha256: str
    size: int
    unknown: bool
    """Whether no signal of its name is taken; otherwise what it holds cannot be read."""


@dataclass(frozen=True, slots=True)
class Sent:
    """An update that a process accepted, or a signal that it was given."""

    place: Place
    at: datetime
    way: Way
    name: str
    """Of the update or the signal: `record`, `look`, `sync`."""
    request: MilestoneRequest | None
    """None where there is none to be judged, as in `look`, or none that can be read."""
    content: Content | None = None
    """Of a signal whose content is no request."""
    failure: str | None = None
    """What the sender of an update was told instead of an answer."""


@dataclass(frozen=True, slots=True)
class Answered:
    """An activity of a process, local or not, and what the ledger answered it."""

    place: Place
    at: datetime
    activity: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a process, as far as its history goes."""

    run_id: str
    began: datetime
    """In the time that the ledger tells: in a rehearsal that of its clock."""
    ended: datetime | None
    status: str
    """As Temporal has it: `running`, `completed`, `terminated`, `continued_as_new`."""
    sent: tuple[Sent, ...]
    answered: tuple[Answered, ...]
