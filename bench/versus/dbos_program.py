"""The same lifecycle as a DBOS program: a durable workflow that takes messages and answers each.

As the package's documentation has it: a workflow receives with `recv`, does its work in a transaction of a
data source (the row and DBOS's own checkpoint are committed together), and answers with `set_event`; the
sender sends, then waits for the event. PostgreSQL tells both sides at once (LISTEN and NOTIFY).

Senders live in the same process, as they would behind a web framework, which is how DBOS is meant to be
used. As a program: `python -m bench.versus.dbos_program URL`, then one line of JSON for each turn on
standard input, and one line of figures back.
"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy
from dbos import DBOS, AsyncSQLAlchemyDatasource, DBOSConfig, SetWorkflowID

from bench.load import play
from bench.recorded import record

_TOPIC: Final = "milestone"
_PATIENCE_SECONDS: Final = 300
_TABLE: Final = """
CREATE TABLE milestones (
    inspection text NOT NULL,
    version integer NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    request text NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (inspection, version)
)"""
_INSERT: Final = sqlalchemy.text(
    "INSERT INTO milestones (inspection, version, request, body) "
    "VALUES (:inspection, :version, :request, :body)"
)


class Program:
    """The workflow and its senders."""

    def __init__(self, source: AsyncSQLAlchemyDatasource, messages: Sequence[dict[str, str]]) -> None:
        """Take where rows go, and the messages of one lifecycle."""
        self._messages = messages

        @source.transaction()
        async def append(inspection: str, version: int, message: dict[str, str]) -> str:
            row = {"inspection": inspection, "version": version, **message}
            await source.sql_session().execute(_INSERT, row)
            return json.dumps({"inspection": inspection, "version": version, "recorded": True})

        @DBOS.workflow()
        async def inspection(name: str, milestones: int) -> None:
            for version in range(1, milestones + 1):
                message = await DBOS.recv_async(_TOPIC, timeout_seconds=_PATIENCE_SECONDS)
                await DBOS.set_event_async(f"{version}", await append(name, version, message))

        self._inspection = inspection

    async def live(self, number: int) -> list[float]:
        """Play one lifecycle; return the seconds of each milestone, the start counting with the first."""
        name = f"inspection-{number}"
        taken = []
        began = time.perf_counter()
        with SetWorkflowID(name):
            await DBOS.start_workflow_async(self._inspection, name, len(self._messages))
        for version, message in enumerate(self._messages, start=1):
            await DBOS.send_async(name, message, _TOPIC)
            answer = await DBOS.get_event_async(name, f"{version}", timeout_seconds=_PATIENCE_SECONDS)
            if answer is None:
                raise AssertionError(f"{name}: no answer to milestone {version}")
            taken.append(time.perf_counter() - began)
            began = time.perf_counter()
        return taken


async def main(url: str) -> None:
    """Play what is asked for on standard input until it ends."""
    address = url.replace("postgresql://postgres@/", "postgresql+psycopg://postgres@/")
    config: DBOSConfig = {
        "name": "bench",
        "system_database_url": address,
        "log_level": "ERROR",
        "sys_db_pool_size": 40,
    }
    DBOS(config=config)
    source = await AsyncSQLAlchemyDatasource.create(address, engine_kwargs={"pool_size": 20})
    async with source.engine.begin() as connection:
        await connection.execute(sqlalchemy.text(_TABLE))
    recording = await record()
    messages = [{"request": one.request, "body": one.bodies[0]} for one in recording.appends]
    program = Program(source, messages)
    DBOS.launch()
    _say("ready")
    try:
        while line := await asyncio.to_thread(sys.stdin.readline):
            asked: dict[str, Any] = json.loads(line)
            _say(json.dumps(await play(program.live, **asked)))
    finally:
        DBOS.destroy()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
