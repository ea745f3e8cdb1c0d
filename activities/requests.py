"""Requests as the command handler takes them: those of the engine itself, and those that are none."""

from hashlib import sha256
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from domain.actors import ENGINE, ENGINE_RECORDER, Role, Verb
from domain.canonical import canonical_json
from domain.commands import DomainCommand
from domain.deciding import COMMON_RULES
from domain.messages import MilestoneRequest, Refused, Verdict
from domain.refusal import MALFORMED, Refusal


def own_request(stream: str, command_id: UUID, command: dict[str, Any]) -> MilestoneRequest:
    """Make a request in which the engine itself decides and records."""
    by = {
        "decided_by": ENGINE.model_dump(mode="json"),
        "recorded_by": ENGINE_RECORDER.model_dump(mode="json"),
    }
    return MilestoneRequest(inspection=stream, command_id=str(command_id), command={**command, **by})


def as_kept(request: MilestoneRequest, verdict: Verdict) -> MilestoneRequest:
    """Return a request as it is kept with its command.

    What is malformed may say anything, and nobody can erase what is kept here: digest and size will do.
    """
    if verdict.refused is None or verdict.refused.code != MALFORMED:
        return request
    content = canonical_json(request.command).encode()
    told = {"sha256": sha256(content).hexdigest(), "size": len(content)}
    return request.model_copy(update={"command": told})


def malformed(error: ValidationError) -> Refusal:
    """Refuse a request that is none, and name its fields, but nothing of what they hold."""
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    named = [".".join(str(part) for part in problem["loc"][1:]) or "type" for problem in problems]
    return Refusal(
        code=MALFORMED,
        rule="A request has the fields of its milestone, each in its own form.",
        because="; ".join(f"{name}: {problem['msg']}" for name, problem in zip(named, problems, strict=True)),
        accepted="`inspections milestones` lists the fields of each milestone",
        waivable=False,
        fields=tuple(named),
    )


def poses_as_the_engine(command: DomainCommand) -> bool:
    """Say whether a sender claims to be the engine, or asks for what only the engine does."""
    return (
        command.decided_by.role is Role.SYSTEM
        or command.recorded_by.authenticated == "engine"
        or command.verb is Verb.RUN
    )


def posing_as_the_engine() -> Refusal:
    """Refuse whoever poses as the engine."""
    return Refusal(
        code="permission",
        rule=COMMON_RULES["permission"].says,
        because="a sender cannot decide or record as the engine",
        accepted="decided_by and recorded_by a person",
        waivable=False,
    )


def reused(request: MilestoneRequest) -> Verdict:
    """Refuse another request under an id that stands for one already."""
    refusal = Refused(
        code="command_reused",
        rule="A command's id stands for one request.",
        because=f"{request.command_id} was recorded for another request",
        accepted="the same request under this id, or another id",
    )
    return Verdict(result="refused", refused=refusal)
