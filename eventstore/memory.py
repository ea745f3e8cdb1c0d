"""The ledger's twin in memory, for tests and for trying things out. It forgets when the process ends."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from eventstore.checks import refuse_naive
from eventstore.envelope import Entry, compose, leaf_of
from eventstore.errors import RehearsalError
from eventstore.ledger import (
    AlreadyKnown,
    Append,
    Appended,
    AppendResult,
    CommandRecord,
    Conflict,
)


class MemoryLedger:
    """Does what the ledger on PostgreSQL does. No method awaits, so each is atomic within one event loop."""

    def __init__(self, *, rehearsal: bool = False) -> None:
        self._rehearsal = rehearsal
        self._entries: list[Entry] = []
        self._streams: dict[str, list[Entry]] = {}
        self._commands: dict[tuple[str, UUID], CommandRecord] = {}
        self._recorded_at = datetime.min.replace(tzinfo=UTC)

    @property
    def rehearsal(self) -> bool:
        return self._rehearsal

    async def append(self, appends: Sequence[Append]) -> list[AppendResult]:
        if any((append.at is not None) != self._rehearsal for append in appends):
            raise RehearsalError("a live ledger tells the time itself, a rehearsal is told")
        now = datetime.now(UTC)
        return [self._append(append, append.at or now) for append in appends]

    async def find_command(self, stream: str, command_id: UUID) -> CommandRecord | None:
        return self._commands.get((stream, command_id))

    async def commands(self, stream: str) -> list[CommandRecord]:
        return [record for record in self._commands.values() if record.stream == stream]

    async def read_stream(self, stream: str, *, after: int = 0, up_to: int | None = None) -> list[Entry]:
        return [
            entry
            for entry in self._streams.get(stream, ())
            if after < entry.version and (up_to is None or entry.version <= up_to)
        ]

    async def read_streams(self, streams: Sequence[str]) -> dict[str, list[Entry]]:
        return {stream: list(self._streams[stream]) for stream in streams if stream in self._streams}

    async def read_all(self, *, after: int = 0, limit: int = 1000) -> list[Entry]:
        return self._entries[max(0, after) :][:limit]

    async def known_at(self, stream: str, moment: datetime) -> list[Entry]:
        refuse_naive(moment, "moment")
        return [entry for entry in self._streams.get(stream, ()) if entry.recorded_at <= moment]

    async def head(self) -> int:
        return len(self._entries)

    async def stream_versions(self, beginning: str = "") -> dict[str, int]:
        return {
            stream: len(entries) for stream, entries in self._streams.items() if stream.startswith(beginning)
        }

    def _append(self, append: Append, now: datetime) -> AppendResult:
        known = self._commands.get((append.stream, append.command_id))
        if known is not None:
            return AlreadyKnown(known)
        version = len(self._streams.get(append.stream, ()))
        if version != append.expected_version:
            return Conflict(version)
        self._recorded_at = max(self._recorded_at, now.astimezone(UTC))
        first_position = len(self._entries) + 1 if append.bodies else None
        for name, body in zip(append.types, append.bodies, strict=True):
            version += 1
            self._store(append.stream, version, name, body)
        self._commands[append.stream, append.command_id] = CommandRecord(
            stream=append.stream,
            command_id=append.command_id,
            digest=append.digest,
            request=append.request,
            answer=append.answer,
            first_position=first_position,
            events=len(append.bodies),
            recorded_at=self._recorded_at,
        )
        return Appended(version, first_position, self._recorded_at)

    def _store(self, stream: str, version: int, name: str, body: str) -> None:
        position = len(self._entries) + 1
        text = compose(body, position, self._recorded_at, stream, version)
        entry = Entry(position, stream, version, name, self._recorded_at, text, leaf_of(text))
        self._entries.append(entry)
        self._streams.setdefault(stream, []).append(entry)
