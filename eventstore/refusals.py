"""Commands that were refused. They are in no stream; the ledger keeps them with what they were answered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
from pydantic import ValidationError

from domain.errors import IntegrityError
from domain.messages import MilestoneRequest, Refused, Verdict
from eventstore.pool import connection_errors

_REFUSED: Final = """
SELECT stream, command_id, request, answer, recorded_at FROM ledger.commands
WHERE events = 0 AND answer::jsonb ->> 'result' = 'refused' AND ($1::text IS NULL OR stream = $1)
ORDER BY number
"""


@dataclass(frozen=True, slots=True)
class RefusedCommand:
    """What somebody asked for, and why a rule said no."""

    stream: str
    command_id: UUID
    recorded_at: datetime
    command: dict[str, Any]
    refused: Refused


async def refused_commands(pool: asyncpg.Pool, stream: str | None = None) -> list[RefusedCommand]:
    """Return the refused commands in the order in which they were recorded, of one stream or of all.

    Raises:
        IntegrityError: one cannot be read; names it.
        UnavailableError: PostgreSQL cannot be reached.
    """
    with connection_errors():
        return [_read(row) for row in await pool.fetch(_REFUSED, stream)]


def _read(row: Any) -> RefusedCommand:
    stream, command_id, request, answer, recorded_at = row
    try:
        command = MilestoneRequest.model_validate_json(request).command
        refused = Verdict.model_validate_json(answer).refused
    except ValidationError as error:
        raise IntegrityError(f"{stream}: refused command {command_id} cannot be read: {error}") from error
    if refused is None:
        raise IntegrityError(f"{stream}: refused command {command_id} does not say by which rule")
    return RefusedCommand(stream, command_id, recorded_at, command, refused)
