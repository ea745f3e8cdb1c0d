"""Run suites and keep what they find: `python -m bench [SUITE …]`."""

import argparse
import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from bench.machine import describe
from bench.measure import Findings
from bench.options import Options
from bench.report import summary
from bench.servers import Servers
from bench.suites import append, audit, growth, history, lifecycles, reads
from workers.memory import collect_less_often

RESULTS: Final = Path(__file__).with_name("results")

SUITES: Final[dict[str, Callable[[Servers, Options], Awaitable[Findings]]]] = {
    "append": append.run,
    "lifecycles": lifecycles.run,
    "history": history.run,
    "growth": growth.run,
    "reads": reads.run,
    "audit": audit.run,
}


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("suite", nargs="*", help=f"which: {', '.join(SUITES)}; all if none is named")
    parser.add_argument("--name", help="the last part of the result file's name")
    parser.add_argument("--rounds", type=int, default=3, help="how often each contender has its turn")
    parser.add_argument("--seconds", type=float, default=3, help="how long a turn lasts")
    parser.add_argument("--scale", type=float, default=1, help="by which amounts are multiplied")
    given = parser.parse_args()
    unknown = set(given.suite) - SUITES.keys()
    if unknown:
        parser.error(f"no suite is called {', '.join(sorted(unknown))}")
    options = Options(rounds=given.rounds, seconds=given.seconds, scale=given.scale)
    names = [name for name in SUITES if name in given.suite or not given.suite]
    collect_less_often()
    asyncio.run(_run(names, given.name, options))


async def _run(names: Sequence[str], name: str | None, options: Options) -> None:
    options.tell("starting PostgreSQL and Temporal")
    result: dict[str, Any] = {"measured_at": datetime.now(UTC).isoformat(timespec="seconds")}
    result["rounds"], result["seconds"], result["scale"] = options.rounds, options.seconds, options.scale
    today = datetime.now(UTC).date().isoformat()
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{today}-{name or '-'.join(names)}.json"
    async with Servers.running() as servers:
        result |= await describe(servers)
        result["suites"] = {}
        for suite in names:
            findings = await SUITES[suite](servers, options)
            result["suites"][suite] = findings.data()
            file.write_text(json.dumps(result, indent=1) + "\n")
    options.tell(f"written to {file}")
    print(summary(result))


if __name__ == "__main__":
    main()
