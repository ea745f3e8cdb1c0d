"""What a greater ledger, another worker, and more open inspections than fit a worker's cache change."""

import random
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from uuid import uuid4

from bench.engine import Engine, engine
from bench.filled import Filled, name_of
from bench.lives import request_of, script_of, steps_to_release
from bench.load import play, write_for
from bench.measure import Figures, Findings, Match, Table, Target, latencies, take_turns, timed
from bench.options import Options
from bench.recorded import rulebook
from bench.servers import Servers
from domain.messages import Standing
from eventstore.ledger import Appended
from workers.summary import fold
from workers.worker import CACHED

SIZES = (1_000, 10_000, 100_000)
WRITERS = 32
LOADS = 300
LISTS = 40
_AT_ONCE = 20
_ASKED = 200
_STEPS_BEFORE = 8


async def run(servers: Servers, options: Options) -> Findings:
    """Measure at each size of the ledger, then with two workers, then beyond the cache."""
    findings = Findings()
    async with AsyncExitStack() as parts:
        filled = await Filled.on(servers, parts)
        for size in SIZES:
            await filled.grow_to(options.some(size), options)
            options.tell(f"growth: measuring at {filled.inspections:,} inspections")
            findings.rounds[str(filled.inspections)] = await _at_this_size(filled, options)
        findings.rounds["fills"] = filled.fills
    findings.tables.append(_sizes(findings, filled))
    workers = await _with_more_workers(servers, options)
    findings.rounds["workers"] = workers.rounds
    findings.tables.append(_workers(workers))
    cache = await _beyond_the_cache(servers, options)
    findings.rounds["cache"] = cache
    findings.tables.append(_cache(cache))
    small, large = (findings.rounds[str(options.some(size))] for size in (SIZES[0], SIZES[-1]))
    findings.targets = [
        Target(
            "appends/s at the greatest size against the smallest",
            large["append_per_second"] / small["append_per_second"],
            0.8,
        ),
        Target(
            "time to load an inspection at the greatest size against the smallest",
            large["load_p50_ms"] / small["load_p50_ms"],
            1.25,
            at_most=True,
        ),
        Target("two workers against one", workers.ratio("2", "1"), 1.1),
    ]
    return findings


async def _at_this_size(filled: Filled, options: Options) -> Figures:
    ledger = filled.stores.ledger
    like = filled.closed.appends
    moment = datetime(2024, 6, 1, tzinfo=UTC)

    async def write(streams: Sequence[str], number: int, turn: int) -> None:
        lifecycle, version = divmod(turn, len(like))
        one = like[version]
        (result,) = await ledger.append(
            [
                replace(
                    one,
                    stream=f"{streams[number]}-{lifecycle}",
                    command_id=uuid4(),
                    expected_version=version,
                    bodies=one.bodies[:1],
                    at=moment,
                )
            ]
        )
        assert isinstance(result, Appended), result

    loads: list[float] = []
    for _ in range(LOADS):
        name = name_of(random.randrange(filled.inspections))
        with timed(loads):
            fold(await ledger.read_stream(name))
    lists: list[float] = []
    for _ in range(LISTS):
        with timed(lists):
            await filled.worklist.cases(filled.moment, stage="moderation")
    rates: list[float] = []
    for _ in range(options.rounds):
        streams = [f"bench-{uuid4().hex}" for _ in range(WRITERS)]
        rates.append((await write_for(options.seconds, WRITERS, partial(write, streams)))["per_second"])
    return {
        "append_per_second": sorted(rates)[len(rates) // 2],
        **{f"load_{name}": value for name, value in latencies(loads).items()},
        **{f"list_{name}": value for name, value in latencies(lists).items()},
    }


async def _with_more_workers(servers: Servers, options: Options) -> Match:
    async with engine(servers, workers=1) as one, engine(servers, workers=2) as two:
        lifecycles = max(_AT_ONCE, options.some(60))

        async def turn(house: Engine) -> Figures:
            first = servers.take_numbers(lifecycles)
            return await play(house.lives.live, at_once=_AT_ONCE, lifecycles=lifecycles, first=first)

        for house in (one, two):
            first = servers.take_numbers(10)
            await play(house.lives.live, at_once=10, lifecycles=10, first=first)
        return await take_turns(
            {"1": partial(turn, one), "2": partial(turn, two)},
            options.rounds,
            options.tell,
            "growth, workers",
        )


async def _beyond_the_cache(servers: Servers, options: Options) -> dict[str, Figures]:
    """Ask inspections that the worker has at hand, and such as it has put away and has to replay."""
    async with engine(servers) as house:
        options.tell("growth: opening more inspections than a worker keeps at hand")
        away = servers.take_numbers(_ASKED)
        between = servers.take_numbers(CACHED - _ASKED + 100)
        at_hand = servers.take_numbers(_ASKED)
        await _advance(house, range(away, away + _ASKED), 0, _STEPS_BEFORE)
        await _advance(house, range(between, between + CACHED - _ASKED + 100), 0, 1)
        await _advance(house, range(at_hand, at_hand + _ASKED), 0, _STEPS_BEFORE)
        options.tell("growth: asking those at hand, then those put away")
        next_step = _STEPS_BEFORE + 1
        return {
            "at hand": await _advance(house, range(at_hand, at_hand + _ASKED), _STEPS_BEFORE, next_step),
            "put away": await _advance(house, range(away, away + _ASKED), _STEPS_BEFORE, next_step),
        }


async def _advance(house: Engine, numbers: range, since: int, until: int) -> Figures:
    """Play steps of inspections; none of them needs what an earlier answer said."""

    async def live(number: int) -> list[float]:
        script = script_of(number, rulebook())
        steps = steps_to_release(script)
        if since == 0:
            house.desk.begin(script.inspection, steps[-1].at)
        taken: list[float] = []
        for step in steps[since:until]:
            request = request_of(script, step, house.text, Standing())
            began = time.perf_counter()
            answer = await house.desk.desk.record(request)
            taken.append(time.perf_counter() - began)
            assert answer.refused is None, answer.refused
        return taken

    return await play(live, at_once=_AT_ONCE, lifecycles=len(numbers), first=numbers.start)


def _sizes(findings: Findings, filled: Filled) -> Table:
    rows: list[list[str | float | int]] = []
    for fill in filled.fills:
        figures = findings.rounds[str(int(fill["inspections"]))]
        rows.append(
            [
                f"{int(fill['inspections']):,}",
                int(fill["events"]),
                round(figures["append_per_second"]),
                f"{figures['load_p50_ms']:.2f} / {figures['load_p95_ms']:.2f}",
                f"{figures['list_p50_ms']:.1f} / {figures['list_p95_ms']:.1f}",
                round(fill["caught_up_per_second"]),
            ]
        )
    return Table(
        "The same questions to a growing ledger (milliseconds: median / 95th percentile)",
        [
            "inspections",
            "events",
            f"appends/s, {WRITERS} writers",
            "load one, ms",
            "worklist of one stage, ms",
            "worklist catches up, events/s",
        ],
        rows,
    )


def _workers(match: Match) -> Table:
    rows: list[list[str | float | int]] = [
        [
            name,
            round(match.median(name, "per_second"), 2),
            f"{match.median(name, 'p50_ms'):.0f} / {match.median(name, 'p95_ms'):.0f}",
            match.told_ratio(name, "1"),
        ]
        for name in ("1", "2")
    ]
    return Table(
        f"Worker processes on one machine, {_AT_ONCE} inspections at once",
        ["workers", "lifecycles/s", "milestone, ms", "to one worker"],
        rows,
    )


def _cache(figures: dict[str, Figures]) -> Table:
    rows: list[list[str | float | int]] = [
        [
            name,
            round(one["milestones_per_second"], 1),
            f"{one['p50_ms']:.0f} / {one['p95_ms']:.0f}",
            f"{one['milestones_per_second'] / figures['at hand']['milestones_per_second']:.2f}",
        ]
        for name, one in figures.items()
    ]
    return Table(
        f"{CACHED + _ASKED + 100:,} open inspections, of which a worker keeps {CACHED:,} at hand; the next "
        f"milestone after {_STEPS_BEFORE}, {_AT_ONCE} at once",
        ["the process is", "milestones/s", "milestone, ms", "to those at hand"],
        rows,
    )
