"""Records the golden histories anew: `python -m tests.workflows.record_histories`.

Each path of an inspection, a cycle, a thematic review and the programme is played on the real servers, and
the histories of its runs are written to `tests/histories`. They stay as they are for as long as processes
from before a change may be running: a new path is added, a recorded one is not made again.
"""

import asyncio
import json
import re
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from temporalio.client import WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import TimeSkipper, TimeSkippingConfig, WorkflowEnvironment

from domain.actors import Role
from domain.handbook import Handbook
from domain.london import at_time
from domain.rulebook import Rulebook
from tests.journeys.cycles import Cycle
from tests.journeys.house import House, Life, open_house
from tests.workflows.cycle_paths import area_cycle, programme, thematic_review
from workers.embedded.postgres import Postgres
from workers.embedded.temporal import _program
from workers.rehearsal.script import NOON, bodies_of
from workflows.search_attributes import ALL

FOLDER: Final = Path(__file__).parents[1] / "histories"

Played = Life | Cycle
Path_ = Callable[[House], Awaitable[Played]]


def _bodies(life: Life) -> list[str]:
    return list(bodies_of(life.script.case))


async def _life(house: House, case: str = "TRF", until: str | None = None) -> Life:
    life = house.life(case, until=until)
    await life.play()
    return life


async def outcome_2(house: House) -> Life:
    """A whole inspection whose plan is published in time."""
    life = await _life(house)
    at = at_time(date(2024, 2, 1), NOON)
    await life.let_pass(at)
    await life.record("publish_strategic_plan", Role.DCS, at, bodies=_bodies(life))
    await life.record("close_inspection", Role.COORDINATOR)
    await life.handle.result()
    return life


async def outcome_3_with_misses(house: House) -> Life:
    """Both plan deadlines are missed, then the plan comes, late."""
    life = await _life(house, "SFK")
    for _ in range(4):
        await life.let_pass_to_next_instant()
    await life.record("submit_priority_action_plan", Role.DCS, bodies=_bodies(life))
    await life.handle.terminate()
    return life


async def deferral(house: House) -> Life:
    """Deferred after notification: back to planning."""
    life = await _life(house, until="notified")
    await life.record("defer_inspection", Role.OFSTED_DIRECTOR, ground="major_incident")
    return life


async def pause(house: House) -> Life:
    """Paused, the day of resuming missed, resumed."""
    life = await _life(house, until="fieldwork")
    resume_by = (life.moment + timedelta(days=3)).date().isoformat()
    await life.record(
        "pause_inspection", Role.OFSTED_DIRECTOR, reason="serious_incident", resume_by=resume_by
    )
    await life.let_pass(life.moment + timedelta(days=5))
    await life.record("resume_inspection", Role.OFSTED_DIRECTOR)
    return life


async def additional_evidence(house: House) -> Life:
    """More evidence is ordered when the outcome is to be decided: back to moderation."""
    life = await _life(house, until="outcome")
    await life.record("order_additional_evidence", Role.OFSTED_MODERATOR, reason="quality_assurance")
    await life.record("gather_additional_evidence", Role.OFSTED_LEAD, evidence=[{"sha256": "0" * 64}])
    return life


async def complaint(house: House) -> Life:
    """A complaint instead of comments, resolved."""
    life = house.life("TRF", until="outcome")
    await life.play(through=lambda step: step.milestone != "receive_comments")
    await life.record("lodge_complaint", Role.LANO, reference="C/1")
    await life.record("resolve_complaint", Role.OFSTED_DIRECTOR, reference="C/1", resolution="not_upheld")
    return life


async def correction_after_closing(house: House) -> Life:
    """The report of a closed inspection is corrected."""
    life = await outcome_2(house)
    life.moment += timedelta(days=365)
    await life.record("correct_report", Role.OFSTED_LEAD, reason="factual_error", sections={})
    for milestone, roles in (
        ("approve_draft", (Role.OFSTED_MODERATOR, Role.CQC_MODERATOR)),
        ("sign_off_outcome", (Role.OFSTED_DIRECTOR, Role.CQC_DIRECTOR)),
    ):
        for role, inspectorate in zip(roles, ("ofsted", "cqc"), strict=True):
            await life.record(milestone, role, inspectorate=inspectorate, draft=_draft(life))
    await life.desk.record(life.request("release_report", Role.PRESS_OFFICE, draft=_draft(life)))
    await life.handle.result()
    return life


def _draft(life: Life) -> dict[str, Any]:
    assert life.standing.draft is not None
    return life.standing.draft.model_dump()


async def withdrawal(house: House) -> Life:
    """Withdrawn before anything is published."""
    life = await _life(house, until="notified")
    await life.record("withdraw_inspection", Role.OFSTED_DIRECTOR, reason="area_replaced")
    await life.handle.result()
    return life


async def continued_as_new(house: House) -> Life:
    """Asked so often to look at the ledger that the history outgrows one run."""
    life = await _life(house, until="planned")
    run = (await life.handle.describe()).run_id
    while (await life.handle.describe()).run_id == run:
        await life.handle.signal("sync")
        await asyncio.sleep(0.02)
    return life


async def nonsense_signals(house: House) -> Life:
    """Signals that cannot be read, and one that a rule refuses."""
    life = await _life(house, until="planned")
    for name, args in (("record", []), ("record", [1, 2]), ("stop", []), ("record", [b"\x00"])):
        await life.handle.signal(name, args=args)
    await life.handle.signal("record", life.request("end_fieldwork", Role.OFSTED_LEAD))
    while len(await life.commands()) < 6:
        await asyncio.sleep(0.02)
    return life


async def broken_rules(house: House) -> Life:
    """A report cannot be published, nor the ledger be judged, until a worker with the right handbook is back.

    Something else is recorded meanwhile, so the publication is tried again at once before it waits.
    """
    life = house.life("TRF")
    in_the_way = house.folder / life.inspection
    async with house.worker():
        await life.play(through=lambda step: step.milestone != "release_report")
        in_the_way.write_text("a file where the folder should be")
        step = life.script.steps[life.done]
        await life.desk.record(life.request(step.milestone, step.by, step.at, **step.matter))
        concern = {"referred_to": "police", "reference": "MASH/2023-114"}
        await life.desk.record(life.request("refer_safeguarding_concern", Role.OFSTED_LEAD, **concern))
    async with house.worker(_forged(house.rules)):
        await _until_told(life, "activityTaskFailedEventAttributes", 2)
        await life.handle.signal("sync")
        await life.let_pass(life.moment + timedelta(hours=3))
    in_the_way.unlink()
    async with house.worker():
        await life.handle.signal("sync")
        await life.until(lambda standing: not standing.publication_pending)
    return life


def _forged(rules: Rulebook) -> Rulebook:
    """Let a handbook say something else under its name."""
    told = rules.handbook("2023-01-01").model_dump(mode="json")
    rule = next(one for one in told["deadlines"] if one["kind"] == "strategic_plan")
    rule["interval"]["value"] += 1
    forged = Handbook.model_validate(told)
    kept = [forged if one.version == forged.version else one for one in rules.handbooks.values()]
    return Rulebook(handbooks=kept, calendars=rules.calendars.values())


async def _until_told(life: Life, what: str, times: int) -> None:
    while True:
        told = (await life.handle.fetch_history()).to_json_dict()
        if sum(what in event for event in told["events"]) >= times:
            return
        await asyncio.sleep(0.05)


PATHS: Final[tuple[Path_, ...]] = (
    outcome_2,
    outcome_3_with_misses,
    deferral,
    pause,
    additional_evidence,
    complaint,
    correction_after_closing,
    withdrawal,
    nonsense_signals,
    thematic_review,
    programme,
)
OUTGROWN: Final[tuple[Path_, ...]] = (continued_as_new, area_cycle)
"""Those on a server that suggests a new run early."""
SPECIAL: Final = ("ledger_away", "broken_rules")
NAMES: Final = tuple(path.__name__ for path in PATHS + OUTGROWN) + SPECIAL


async def _runs(played: Played) -> list[WorkflowHandle[Any, Any]]:
    client = played.house.client
    query = f"WorkflowId = '{played.handle.id}'"
    await asyncio.sleep(1.5)  # the list of workflows lags behind
    found = [one async for one in client.list_workflows(query)]
    found.sort(key=lambda one: one.start_time)
    return [client.get_workflow_handle(one.id, run_id=one.run_id) for one in found]


async def _write(name: str, played: Played) -> None:
    for number, run in enumerate(await _runs(played), start=1):
        history = await run.fetch_history()
        told = json.dumps(_without_the_machine(history.to_json_dict()), separators=(",", ":"))
        (FOLDER / f"{name}-{number}.json").write_text(told + "\n", encoding="utf-8")
        print(f"{name}-{number}: {len(history.events)} events")


_OF_A_WORKER: Final = re.compile(r"^[0-9]+@.+$")
"""A queue that a worker has to itself is called by its process and its machine."""


def _without_the_machine(told: Any) -> Any:
    """Leave out on which machine and from which lines of code it was recorded."""
    if isinstance(told, str):
        return _OF_A_WORKER.sub("recorder", told)
    if isinstance(told, dict):
        return {
            name: "recorder" if name == "identity" else _without_the_machine(value)
            for name, value in told.items()
            if name != "stackTrace"
        }
    return [_without_the_machine(one) for one in told] if isinstance(told, list) else told


@asynccontextmanager
async def own_server(suggest: int) -> AsyncIterator[TimeSkipper]:
    """Run a Temporal server that suggests a new run after so many events."""
    extra = [
        "--dynamic-config-value",
        f"limit.historyCount.suggestContinueAsNew={suggest}",
        "--dynamic-config-value",
        "frontend.WorkflowTimeSkippingEnabled=true",
    ]
    async with await WorkflowEnvironment.start_local(
        data_converter=pydantic_data_converter,
        search_attributes=ALL,
        dev_server_existing_path=_program(),
        dev_server_extra_args=extra,
    ) as server:
        yield TimeSkipper(server.client, config=TimeSkippingConfig(enabled=False))


async def on_server(
    postgres: Postgres, play: Callable[[House], Awaitable[None]], *, suggest: int = 4_096
) -> None:
    """Play something on a Temporal server of its own, which suggests a new run after so many events."""
    async with own_server(suggest) as skipper:
        with tempfile.TemporaryDirectory() as folder:
            async with open_house(postgres.url(), skipper, Path(folder)) as house:
                await play(house)


async def record(only: list[str]) -> None:
    """Record the paths that are named, or those that have no history yet."""
    wanted = only or [name for name in NAMES if not any(FOLDER.glob(f"{name}-*.json"))]
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        postgres = Postgres(Path(folder), durable=False)

        async def those_of(paths: Sequence[Path_], house: House) -> None:
            async with house.worker():
                for path in paths:
                    if path.__name__ in wanted:
                        await _write(path.__name__, await path(house))

        async def broken(house: House) -> None:
            await _write("broken_rules", await broken_rules(house))

        async def ledger_away(house: House) -> None:
            nonlocal postgres
            async with house.worker():
                life = await _life(house, until="planned")
                postgres.stop()
                step = life.script.steps[life.done]
                waiting = asyncio.create_task(life.record(step.milestone, step.by, step.at, **step.matter))
                await asyncio.sleep(3)
                postgres = Postgres(Path(folder), durable=False)
                await waiting
            await _write("ledger_away", life)

        try:
            await on_server(postgres, partial(those_of, PATHS))
            await on_server(postgres, partial(those_of, OUTGROWN), suggest=25)
            if "broken_rules" in wanted:
                await on_server(postgres, broken)
            if "ledger_away" in wanted:
                await on_server(postgres, ledger_away)
        finally:
            postgres.stop()


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    asyncio.run(record(sys.argv[1:]))
