"""How fast commands are appended, against PostgreSQL's own single-row commits and `eventsourcing`."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from uuid import uuid4

from bench.load import write_for
from bench.measure import Contender, Figures, Findings, Match, Table, Target, take_turns
from bench.options import Options
from bench.recorded import record
from bench.servers import Servers
from bench.versus.eventsourced import Cases
from bench.versus.pgbench import Pgbench
from eventstore.ledger import Append, Appended, Ledger
from workers.stores import open_stores

WRITERS = (1, 8, 32, 100)
OURS = "this ledger"
SINGLE = "pgbench, a row a commit"
PACKAGE = "eventsourcing"
PACKAGE_FUNCTIONS = "eventsourcing with its functions"
_PAGE = 5_000


async def run(servers: Servers, options: Options) -> Findings:
    """Measure at each number of writers, then look whether positions are dense."""
    appends = [replace(one, bodies=one.bodies[:1], at=None) for one in (await record()).appends]
    bodies = [one.bodies[0] for one in appends]
    size = round(sum(map(len, bodies)) / len(bodies))
    single = Pgbench(await servers.empty_database(), servers.folder / "single.sql")
    await single.prepare(sorted(bodies, key=len)[len(bodies) // 2])
    package = Cases(await servers.empty_database(), functions=False)
    functions = Cases(await servers.empty_database(), functions=True)
    parsed = [json.loads(body) for body in bodies]
    findings = Findings(rounds={"mean_body_bytes": size})
    matches: dict[int, Match] = {}
    async with open_stores(await servers.database(rehearsal=False)) as stores:
        for writers in WRITERS:
            matches[writers] = await take_turns(
                {
                    OURS: _ours(stores.ledger, appends, writers, options.seconds),
                    SINGLE: partial(single.run, writers, options.seconds),
                    PACKAGE: partial(_in_thread, package, options.seconds, writers, parsed),
                    PACKAGE_FUNCTIONS: partial(_in_thread, functions, options.seconds, writers, parsed),
                },
                options.rounds,
                options.tell,
                f"append, {writers} writers",
            )
            findings.rounds[str(writers)] = matches[writers].rounds
        options.tell("append: are positions dense?")
        findings.rounds["entries_looked_at"] = await _refuse_gaps(stores.ledger)
    package.close()
    functions.close()
    findings.tables = [_rates(matches, size), _latencies(matches)]
    findings.targets = [
        Target("appends/s at 32 writers against eventsourcing", matches[32].ratio(OURS, PACKAGE), 8),
        Target("appends/s at 32 writers against single-row commits", matches[32].ratio(OURS, SINGLE), 1.5),
    ]
    return findings


def _ours(ledger: Ledger, appends: Sequence[Append], writers: int, seconds: float) -> Contender:
    async def contend() -> Figures:
        streams = [f"bench-{uuid4().hex}" for _ in range(writers)]

        async def write(number: int, turn: int) -> None:
            like = appends[turn % len(appends)]
            one = replace(like, stream=streams[number], command_id=uuid4(), expected_version=turn)
            (result,) = await ledger.append([one])
            assert isinstance(result, Appended), result

        return await write_for(seconds, writers, write)

    return contend


async def _in_thread(
    cases: Cases, seconds: float, threads: int, bodies: Sequence[dict[str, object]]
) -> Figures:
    return await asyncio.to_thread(cases.write_for, seconds, threads, bodies)


async def _refuse_gaps(ledger: Ledger) -> int:
    """Read the whole ledger and refuse a position that is missing or twice there.

    Raises:
        AssertionError: positions are not 1, 2, 3 …
    """
    seen = 0
    while page := await ledger.read_all(after=seen, limit=_PAGE):
        expected = range(seen + 1, seen + 1 + len(page))
        assert [entry.position for entry in page] == list(expected), f"not dense after {seen}"
        seen += len(page)
    assert seen == await ledger.head()
    return seen


def _rates(matches: dict[int, Match], size: int) -> Table:
    rows: list[list[str | float | int]] = []
    for writers, match in matches.items():
        rates = [
            round(match.median(name, "per_second")) for name in (OURS, SINGLE, PACKAGE, PACKAGE_FUNCTIONS)
        ]
        ratios = [match.told_ratio(OURS, name) for name in (SINGLE, PACKAGE, PACKAGE_FUNCTIONS)]
        rows.append([str(writers), *rates, *ratios])
    return Table(
        f"Commands appended a second, one event each (bodies of {size} bytes on average)",
        [
            "writers at once",
            OURS,
            SINGLE,
            PACKAGE,
            PACKAGE_FUNCTIONS,
            "ours to pgbench",
            "ours to eventsourcing",
            "ours to its functions",
        ],
        rows,
    )


def _latencies(matches: dict[int, Match]) -> Table:
    rows: list[list[str | float | int]] = [
        [
            str(writers),
            *(
                f"{match.median(name, 'p50_ms'):.1f} / {match.median(name, 'p95_ms'):.1f}"
                for name in (OURS, PACKAGE, PACKAGE_FUNCTIONS)
            ),
        ]
        for writers, match in matches.items()
    ]
    return Table(
        "Milliseconds until an append is durable, median / 95th percentile",
        ["writers at once", OURS, PACKAGE, PACKAGE_FUNCTIONS],
        rows,
    )
