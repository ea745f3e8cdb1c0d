"""What travels between senders, workflows and activities. Additive only.

A workflow lives for months and its history is read again by every later version of this code. So the
models here may gain fields with defaults and lose none, and a test holds them against payloads that
were written down when they were first released. They are plain: what is inside a command is the
domain's own matter and crosses the wire as data.
"""

import hashlib
import hmac
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict, Field

from domain.canonical import canonical_json

NAMESPACE = UUID("6f1c6f0e-2d0b-5a3c-9a53-0c8a3f5a7d11")
"""Under which the engine derives the ids of its own commands."""


class Message(BaseModel):
    """Frozen, and patient with fields that a later version has added."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class MilestoneRequest(Message):
    """A command as a sender puts it: `command` holds its type, who decided, when, and its matter."""

    inspection: str
    command_id: str
    command: dict[str, Any]

    def digest(self) -> str:
        """HMAC-SHA256 of the request under its own id, in hexadecimal.

        An answer carries the digest of the request that it answers, so a sender notices when the same
        id was used before for something else. The key keeps equal requests from being recognised.
        """
        body = canonical_json({"inspection": self.inspection, "command": self.command})
        return hmac.new(self.command_id.encode(), body.encode(), hashlib.sha256).hexdigest()

    def problem(self) -> str | None:
        """Say what keeps the request from being stored or told from others, or nothing."""
        try:
            UUID(self.command_id)
        except ValueError:
            return f"command_id is {self.command_id!r}; a UUID is accepted"
        try:
            self.digest()
        except (ValueError, RecursionError) as error:
            return f"command cannot be written as canonical JSON: {error}"
        return None


class StartInspection(Message):
    """How the process of an inspection begins, or begins anew.

    `clock_offset_seconds` is added to Temporal's time; only a rehearsal sets it. `look_every_seconds`
    bounds how long the process goes without asking the ledger.
    """

    inspection: str
    clock_offset_seconds: int = 0
    rehearsal: bool = False
    look_every_seconds: int = 86_400


class Question(Message):
    """What a workflow asks of the command handler: at what time, and in a rehearsal or not."""

    inspection: str
    now: datetime
    rehearsal: bool = False


class HandleQuestion(Question):
    """Judge this request and record what it brings."""

    request: MilestoneRequest


class TickQuestion(Question):
    """Record what time has brought, and say where the inspection stands."""


class PublishQuestion(Question):
    """Publish the report that is released, if one is."""


class UnreadableQuestion(Question):
    """Keep note of a signal that could not be read: by digest and size, never by content."""

    sha256: str
    size: int
    problem: str


class Refused(Message):
    """Why a rule said no, and what it would accept."""

    code: str
    rule: str
    because: str
    accepted: str
    waivable: bool = False
    fields: tuple[str, ...] = ()


class Recorded(Message):
    """An event that a command brought.

    `subject` says which deadline an event of the clock is about: its kind, and after a colon what it is
    about if there are several of the kind, e.g. `information_item:strategic_plan`.
    """

    version: int
    type: str
    occurred_at: datetime
    # Left out where there is none: what was written before the field was added is read and comes back whole.
    subject: str | None = Field(default=None, exclude_if=lambda subject: subject is None)


class Due(Message):
    """A deadline as it stands at the moment of the answer."""

    kind: str
    subject: str | None = None
    due: str
    status: str
    met_on: str | None = None


class DraftName(Message):
    """Which draft stands: what an approval or a sign-off has to name."""

    version: int
    digest: str


class Standing(Message):
    """Where an inspection, or an area, stands in the ledger: all that its process needs to know."""

    version: int = 0
    stage: str = "unknown"
    open: bool = False
    reached: tuple[str, ...] = ()
    held_by: tuple[str, ...] = ()
    publication_pending: bool = False
    next_wake: datetime | None = None
    next_due: str | None = None
    area: str | None = None
    kind: str | None = None
    outcome: str | None = None
    """Once it is published."""
    draft: DraftName | None = None
    # Left out where there are none, as before the field was added.
    errands: tuple[str, ...] = Field(default=(), exclude_if=lambda errands: not errands)
    """What the process has to see to elsewhere, in words: `open SFK-2026-M1`."""


class Verdict(Message):
    """What a request brought, events or a refusal: the part of an answer that never changes."""

    result: Literal["recorded", "refused"]
    recorded: tuple[Recorded, ...] = ()
    refused: Refused | None = None


class Answer(Verdict):
    """A verdict, the request that it is about, and where the inspection stands at this moment."""

    command_id: str
    request_digest: str
    due: tuple[Due, ...] = ()
    standing: Standing


def tick_id(inspection: str, version: int, due: datetime) -> UUID:
    """Return the id of the tick for one instant at one version: sent twice, it is one command."""
    return uuid5(NAMESPACE, f"{inspection}/tick/{version}/{due.isoformat()}")


def hearing_id(area: str, version: int, news: str) -> UUID:
    """Return the id under which an area at some version notes what it has heard."""
    return uuid5(NAMESPACE, f"{area}/hearing/{version}/{hashlib.sha256(news.encode()).hexdigest()}")


def polls_id(inspection: str, polls_on: date, version: int) -> UUID:
    """Return the id of the command by which an area at some version tells an inspection of polls.

    Told again it is the same, until the area knows more: then the inspection may take what it has refused.
    """
    return uuid5(NAMESPACE, f"{inspection}/polls/{polls_on.isoformat()}/{version}")


def opening_id(inspection: str, version: int) -> UUID:
    """Return the id of the command by which a cycle opens what was scheduled at some version of its area.

    Tried again, it is the same. Scheduled anew after a refusal it is another, or it would be refused again.
    """
    return uuid5(NAMESPACE, f"{inspection}/opening/{version}")


def annual_review_id(stream: str, review: str) -> UUID:
    """Return the id under which the programme has a review planned, and under which it notes that it has."""
    return uuid5(NAMESPACE, f"{stream}/annual/{review}")


def telling_id(stream: str, version: int, command: str) -> UUID:
    """Return the id of what a stream at some version is told among many: told again, it is the same."""
    return uuid5(NAMESPACE, f"{stream}/registering/{version}/{hashlib.sha256(command.encode()).hexdigest()}")


def publication_id(inspection: str, report_version: int, draft_digest: str, asked_at: datetime) -> UUID:
    """Return the id of the command by which the system notes a publication.

    Asked again after a refusal it is another command, or that refusal would stand for ever.
    """
    asked = asked_at.isoformat()
    return uuid5(NAMESPACE, f"{inspection}/publication/{report_version}/{draft_digest}/{asked}")


def unreadable_id(inspection: str, sha256: str, problem: str) -> UUID:
    """Return the id under which an unreadable signal is noted: the same nonsense twice is one note."""
    return uuid5(NAMESPACE, f"{inspection}/unreadable/{sha256}/{problem}")
