"""How fast the ledger is read and folded, the worklist answers, and the worklist follows."""

import asyncio
import json
import subprocess
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from uuid import UUID, uuid4

from bench.engine import engine
from bench.filled import Filled, name_of
from bench.load import play
from bench.measure import Figures, Findings, Match, Table, Target, latencies, percentile, take_turns, timed
from bench.options import Options
from bench.recorded import record, rulebook
from bench.servers import Servers
from bench.versus.eventsourced import Cases
from eventstore.codecs import CODEC
from eventstore.ledger import Append
from eventstore.worklist import Worklist
from workers.audit.recount import recount
from workers.stores import Stores
from workers.summary import fold, summariser

INSPECTIONS = 100_000
EVENTS = 100_000
_EVENTS_EACH = 23
FORTY = 40
_PAGE = 5_000
_QUERIES = 60
_POLLS = 20
_AT_ONCE = 20


async def run(servers: Servers, options: Options) -> Findings:
    """Read in bulk, load single inspections, ask the worklist, and watch it follow."""
    findings = Findings()
    async with AsyncExitStack() as parts:
        filled = await Filled.on(servers, parts)
        await filled.grow_to(options.some(INSPECTIONS), options)
        bulk = await _bulk(filled, options)
        options.tell("reads: every stream folded and compared with the worklist")
        recounted = [await _recounted(filled) for _ in range(options.rounds)]
        loads = await _loads(servers, filled.stores, options)
        options.tell("reads: asking the worklist")
        queries = await _queries(filled)
        findings.rounds = {"bulk": bulk.rounds, "loads": loads.rounds, "queries": queries}
        findings.rounds["recounted"] = recounted
        findings.rounds["fills"] = filled.fills
    options.tell("reads: the worklist follows the engine under load")
    lag = await _lag(servers, options)
    findings.rounds["lag"] = lag
    findings.tables = [
        _bulk_table(bulk),
        _loads_table(loads),
        _queries_table(queries, filled.inspections),
        _lag_table(filled, lag),
    ]
    folded = bulk.median(FOLDED_BY_TWO, "per_second")
    compared = percentile([one["per_second"] for one in recounted], 0.5)
    listed = max(query["p95_ms"] for name, query in queries.items() if name != ALL)
    findings.targets = [
        Target("events read, decoded and folded a second on both cores", folded, 100_000, unit="events/s"),
        Target(
            "events of all streams folded and compared, by two processes", compared, 80_000, unit="events/s"
        ),
        Target("loading 40 events against eventsourcing", loads.ratio("this ledger", "eventsourcing"), 3),
        Target("worklist and deadline queries, p95, the slowest", listed, 20, at_most=True, unit="ms"),
    ]
    return findings


ALL = "all inspections"
"""A list of everything: it is shown, but no screen asks for it."""


READ = "read"
DECODED = "read and decoded"
FOLDED = "read, decoded and folded"
FOLDED_BY_TWO = "the same by two processes, half of the inspections each"


async def _bulk(filled: Filled, options: Options) -> Match:
    """Read in the order of the ledger; fold inspection by inspection, in one process and in two."""
    async with AsyncExitStack() as parts:
        most = max(2, EVENTS // _EVENTS_EACH)
        one = [await parts.enter_async_context(_folder(filled.database, 0, 1, most))]
        two = [await parts.enter_async_context(_folder(filled.database, part, 2, most)) for part in (0, 1)]
        return await take_turns(
            {
                READ: partial(_read, filled.stores, decode=False),
                DECODED: partial(_read, filled.stores, decode=True),
                FOLDED: partial(_folding, one),
                FOLDED_BY_TWO: partial(_folding, two),
            },
            options.rounds,
            options.tell,
            "reads",
        )


async def _read(stores: Stores, *, decode: bool) -> Figures:
    seen, began = 0, time.perf_counter()
    while seen < EVENTS and (page := await stores.ledger.read_all(after=seen, limit=_PAGE)):
        seen += len(page)
        if decode:
            for entry in page:
                CODEC.decode(entry)
    return {"per_second": seen / (time.perf_counter() - began)}


@asynccontextmanager
async def _folder(database: str, part: int, parts: int, most: int) -> AsyncIterator[Process]:
    """Run a process that folds a part of the first inspections whenever it is told to."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.folder", database, str(part), str(parts), str(most)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdin is not None
    try:
        await _line_of(child)
        yield child
    finally:
        child.stdin.close()
        await child.wait()


async def _folding(folders: Sequence[Process]) -> Figures:
    """Let folders fold at the same time; what counts is when the last one is done."""
    for child in folders:
        assert child.stdin is not None
        child.stdin.write(b"again\n")
    told = [(await _line_of(child)).split() for child in folders]
    return {"per_second": sum(int(events) for events, _ in told) / max(float(took) for _, took in told)}


async def _recounted(filled: Filled) -> Figures:
    began = time.perf_counter()
    found = await recount(filled.database, processes=2)
    assert not found.differences
    return {"per_second": found.events / (time.perf_counter() - began)}


async def _line_of(child: Process) -> str:
    assert child.stdout is not None
    return (await child.stdout.readline()).decode()


async def _loads(servers: Servers, stores: Stores, options: Options) -> Match:
    """Load inspections of forty events, one after the other, as when none is cached."""
    first = date(2023, 5, 1)
    polls = tuple(first + timedelta(days=number) for number in range(_POLLS))
    recording = await record(number=17_000, polls=polls)
    bodies = recording.bodies()[:FORTY]
    assert len(bodies) == FORTY
    streams = [f"forty-{number}-{uuid4().hex[:8]}" for number in range(50)]
    like = recording.appends[0]
    await stores.ledger.append([_whole(like, stream, bodies) for stream in streams])
    cases = Cases(await servers.empty_database())
    parsed = [json.loads(body) for body in bodies]
    theirs = [cases.put(parsed) for _ in streams]

    async def ours() -> Figures:
        taken: list[float] = []
        stop = time.perf_counter() + options.seconds
        while time.perf_counter() < stop:
            with timed(taken):
                state = fold(await stores.ledger.read_stream(streams[len(taken) % len(streams)]))
            assert state.version == FORTY
        return {"per_second": len(taken) / sum(taken), **latencies(taken)}

    async def of_the_package() -> Figures:
        return await asyncio.to_thread(_load_for, cases, theirs, options.seconds)

    try:
        return await take_turns(
            {"this ledger": ours, "eventsourcing": of_the_package}, options.rounds, options.tell, "loads"
        )
    finally:
        cases.close()


def _whole(like: Append, stream: str, bodies: Sequence[str]) -> Append:
    return replace(like, stream=stream, command_id=uuid4(), expected_version=0, bodies=tuple(bodies))


def _load_for(cases: Cases, ids: Sequence[UUID], seconds: float) -> Figures:
    taken: list[float] = []
    stop = time.perf_counter() + seconds
    while time.perf_counter() < stop:
        with timed(taken):
            version = cases.get(ids[len(taken) % len(ids)])
        assert version == FORTY
    return {"per_second": len(taken) / sum(taken), **latencies(taken)}


async def _queries(filled: Filled) -> dict[str, Figures]:
    worklist, now = filled.worklist, filled.moment
    later = now + timedelta(days=30)
    asked: dict[str, Callable[[], Awaitable[Sequence[object]]]] = {
        "inspections at one stage": partial(worklist.cases, now, stage="moderation"),
        "inspections with something overdue": partial(worklist.cases, later, overdue=True),
        "inspections with something due within a fortnight": partial(
            worklist.cases, now, due_before=now + timedelta(days=14)
        ),
        "everything that is overdue": partial(worklist.overdue, later),
        "deadlines of one inspection": partial(worklist.deadlines, name_of(5)),
        ALL: partial(worklist.cases, now),
    }
    found: dict[str, Figures] = {}
    for name, ask in asked.items():
        taken: list[float] = []
        rows = len(await ask())
        for _ in range(5 if name == ALL else _QUERIES):
            with timed(taken):
                await ask()
        found[name] = {"rows": rows, **latencies(taken)}
    return found


async def _lag(servers: Servers, options: Options) -> Figures:
    """Play lifecycles while the worklist follows, and note how far behind it is each time it looks."""
    lifecycles = max(_AT_ONCE, options.some(60))
    behind: list[float] = []
    catching_up: list[float] = []
    async with engine(servers) as house:
        worklist = Worklist(house.stores.pool, house.stores.ledger, summariser(rulebook()))

        async def follow() -> None:
            while True:
                behind.append(await worklist.lag())
                with timed(catching_up):
                    await worklist.catch_up()
                await asyncio.sleep(0.05)

        first = servers.take_numbers(lifecycles)
        follower = asyncio.create_task(follow())
        figures = await play(house.lives.live, at_once=_AT_ONCE, lifecycles=lifecycles, first=first)
        follower.cancel()
        await asyncio.wait([follower])
    return {
        "milestones_per_second": figures["milestones_per_second"],
        "lag_p50": percentile(behind, 0.5),
        "lag_p95": percentile(behind, 0.95),
        **latencies(catching_up),
    }


def _bulk_table(match: Match) -> Table:
    rows: list[list[str | float | int]] = [
        [name, round(match.median(name, "per_second"))] for name in match.rounds[0]
    ]
    return Table("Events a second", ["", "events/s"], rows)


def _loads_table(match: Match) -> Table:
    ratio = match.told_ratio("this ledger", "eventsourcing")
    rows: list[list[str | float | int]] = [
        [
            name,
            round(match.median(name, "per_second")),
            f"{match.median(name, 'p50_ms'):.2f} / {match.median(name, 'p95_ms'):.2f}",
        ]
        for name in ("this ledger", "eventsourcing")
    ]
    return Table(
        f"Loading one inspection of {FORTY} events, nothing cached (ours to eventsourcing: {ratio})",
        ["", "loads/s", "ms, median / 95th percentile"],
        rows,
    )


def _queries_table(queries: dict[str, Figures], inspections: int) -> Table:
    rows: list[list[str | float | int]] = [
        [name, int(query["rows"]), f"{query['p50_ms']:.1f}", f"{query['p95_ms']:.1f}"]
        for name, query in queries.items()
    ]
    return Table(
        f"Questions to the worklist over {inspections:,} inspections, milliseconds",
        ["question", "rows", "median", "95th percentile"],
        rows,
    )


def _lag_table(filled: Filled, lag: Figures) -> Table:
    fill = filled.fills[-1]
    return Table(
        "How the worklist follows",
        ["", "figure"],
        [
            ["events/s taken in, from far behind", round(fill["caught_up_per_second"])],
            [
                f"events behind at {lag['milestones_per_second']:.0f} milestones/s, median / 95th percentile",
                f"{lag['lag_p50']:.0f} / {lag['lag_p95']:.0f}",
            ],
            ["milliseconds to catch up then", f"{lag['p50_ms']:.0f} / {lag['p95_ms']:.0f}"],
        ],
    )
