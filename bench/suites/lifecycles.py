"""How many lifecycles a second, and how long a milestone takes, against bare Temporal and DBOS."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from uuid import uuid4

from bench.engine import engine
from bench.load import Live, Player, play
from bench.measure import Contender, Figures, Findings, Match, Table, Target, take_turns
from bench.options import Options
from bench.processors import PARTIES, Processors
from bench.recorded import record
from bench.servers import Servers, process
from bench.versus.bare_temporal import Bare

AT_ONCE = {1: 8, 20: 60, 100: 100}
"""How many lifecycles are played at each number of inspections at once."""

OURS = "this engine"
BARE = "bare Temporal"
BARE_STARTING = "bare Temporal, started with each update"
DBOS = "DBOS"
_TOGETHER = "together"
_FASTER_THAN_DBOS = 3
"""DBOS plays a third of the lifecycles, or its turns would be the longest by far."""


async def run(servers: Servers, options: Options) -> Findings:
    """Measure at each number of inspections at once."""
    findings = Findings()
    matches: dict[int, Match] = {}
    async with AsyncExitStack() as parts:
        house = await parts.enter_async_context(engine(servers))
        bare, starting = await parts.enter_async_context(_bare(servers))
        dbos = await parts.enter_async_context(_dbos(await servers.empty_database()))
        await play(house.lives.live, at_once=5, lifecycles=5, first=servers.take_numbers(5))
        await play(bare, at_once=5, lifecycles=5, first=servers.take_numbers(5))
        for at_once, many in AT_ONCE.items():
            lifecycles = max(at_once, options.some(many))
            few = max(at_once, lifecycles // _FASTER_THAN_DBOS)
            contenders = {
                OURS: _turn(servers, partial(play, house.lives.live), at_once, lifecycles),
                BARE: _turn(servers, partial(play, bare), at_once, lifecycles),
                DBOS: _turn(servers, dbos, at_once, few),
            }
            if at_once == 20:
                contenders[BARE_STARTING] = _turn(servers, partial(play, starting), at_once, lifecycles)
            matches[at_once] = await take_turns(
                contenders, options.rounds, options.tell, f"lifecycles, {at_once} at once"
            )
            findings.rounds[str(at_once)] = matches[at_once].rounds
        findings.rounds["events_in_ledger"] = await house.stores.ledger.head()
    findings.tables = [_rates(matches), _latencies(matches), _parts(matches[20]), _costs(matches[20])]
    findings.targets = [
        Target("lifecycles/s at 20 at once against bare Temporal", matches[20].ratio(OURS, BARE), 0.85),
        Target("lifecycles/s at 20 at once against DBOS", matches[20].ratio(OURS, DBOS), 1.8),
        Target("lifecycles/s at 100 at once against bare Temporal", matches[100].ratio(OURS, BARE), 0.85),
        Target("lifecycles/s at 100 at once against DBOS", matches[100].ratio(OURS, DBOS), 1.8),
    ]
    return findings


def _turn(servers: Servers, player: Player, at_once: int, lifecycles: int) -> Contender:
    async def contend() -> Figures:
        first = servers.take_numbers(lifecycles)
        processors = Processors(servers.folder)
        before = processors.seconds()
        figures = await player(at_once=at_once, lifecycles=lifecycles, first=first)
        after = processors.seconds()
        busy = {party: (after[party] - before[party]) * 1000 / lifecycles for party in PARTIES}
        return {**figures, **busy, _TOGETHER: sum(busy.values())}

    return contend


@asynccontextmanager
async def _bare(servers: Servers) -> AsyncIterator[tuple[Live, Live]]:
    """Run the bare workflow's worker, and return who plays it: started once, and started with each update."""
    queue = f"bare-{uuid4().hex}"
    client = await servers.client()
    exchanges = (await record()).exchanges
    async with process("bench.versus.bare_temporal", servers.temporal.address, queue):
        yield Bare(client, queue, exchanges).live, Bare(client, queue, exchanges, starting=True).live


@asynccontextmanager
async def _dbos(url: str) -> AsyncIterator[Player]:
    """Run the DBOS program, and return who plays it."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bench.versus.dbos_program",
        url,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    reader, writer = child.stdout, child.stdin
    if (await reader.readline()).strip() != b"ready":
        raise RuntimeError("the DBOS program did not start")

    async def turn(*, at_once: int, lifecycles: int, first: int) -> Figures:
        asked = {"at_once": at_once, "lifecycles": lifecycles, "first": first}
        writer.write(json.dumps(asked).encode() + b"\n")
        await writer.drain()
        figures: Figures = json.loads(await reader.readline())
        return figures

    try:
        yield turn
    finally:
        writer.close()
        await child.wait()


def _rates(matches: dict[int, Match]) -> Table:
    rows: list[list[str | float | int]] = [
        [
            str(at_once),
            *(round(match.median(name, "per_second"), 2) for name in (OURS, BARE, DBOS)),
            match.told_ratio(OURS, BARE),
            match.told_ratio(OURS, DBOS),
        ]
        for at_once, match in matches.items()
    ]
    return Table(
        "Lifecycles a second (20 acknowledged milestones each)",
        ["inspections at once", OURS, BARE, DBOS, "ours to bare", "ours to DBOS"],
        rows,
    )


def _latencies(matches: dict[int, Match]) -> Table:
    rows: list[list[str | float | int]] = [
        [
            str(at_once),
            *(
                f"{match.median(name, 'p50_ms'):.0f} / {match.median(name, 'p95_ms'):.0f}"
                for name in (OURS, BARE, DBOS)
            ),
        ]
        for at_once, match in matches.items()
    ]
    return Table(
        "Milliseconds from a request to its answer, median / 95th percentile",
        ["inspections at once", OURS, BARE, DBOS],
        rows,
    )


def _parts(match: Match) -> Table:
    rows: list[list[str | float | int]] = [
        [name, round(match.median(name, "per_second"), 2), match.told_ratio(name, BARE)]
        for name in (BARE, BARE_STARTING, OURS)
    ]
    return Table(
        "What the order to start, which a desk sends with each request, costs (20 at once)",
        ["", "lifecycles/s", "to bare Temporal"],
        rows,
    )


def _costs(match: Match) -> Table:
    columns = (*PARTIES, _TOGETHER)
    return Table(
        "Milliseconds of processor time for one lifecycle, by who spends them (20 at once)",
        ["", *columns],
        [
            [name, *(f"{match.median(name, column):.0f}" for column in columns)]
            for name in (BARE, BARE_STARTING, OURS, DBOS)
        ],
    )
