"""Examines commands: is each request the one that was sent, and its answer what came of it?

Commands are no entries, so no checkpoint covers them. What they say of entries has to agree with those.
"""

from uuid import UUID

from pydantic import ValidationError

from audit.findings import Finding, Step
from audit.source import Block, CommandLine, Source
from domain.messages import MilestoneRequest, Verdict
from domain.refusal import MALFORMED


def examine_commands(source: Source, block: Block) -> list[Finding]:
    """Examine a part of the commands."""
    findings: list[Finding] = []
    for line in source.commands(block):
        problem = problem_of(line)
        if problem:
            told = f"command {line.number} of {line.stream}: {problem}"
            findings.append(Finding(Step.COMMANDS, told, line.first_position))
    return findings


def problem_of(line: CommandLine) -> str | None:
    """Say what does not agree in a command, or nothing."""
    try:
        request = MilestoneRequest.model_validate_json(line.request)
        verdict = Verdict.model_validate_json(line.answer)
        command_id = UUID(request.command_id)
    except (ValidationError, ValueError):
        return "its request or its answer cannot be read"
    if (request.inspection, command_id) != (line.stream, line.command_id):
        return "its request is another command's"
    # Of what was malformed a digest is kept and not the request: it may have said anything.
    kept_apart = verdict.refused and verdict.refused.code == MALFORMED
    if kept_apart and request.command.keys() != {"sha256", "size"}:
        return "its request was not malformed, and its answer says that it was"
    if not kept_apart and request.digest() != line.digest:
        return "its request is not the one that was sent, which had another digest"
    if [(one.version, one.type) for one in verdict.recorded] != [event[:2] for event in line.events]:
        return "its answer names other events than those that are recorded"
    if any(f'"command_id":"{line.command_id}"' not in text for *_, text in line.events):
        return "an event of it says that another command brought it"
    return None
