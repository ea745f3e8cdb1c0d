"""Freezes a ledger as this version of the code writes it: `python -m tests.eventstore.record_ledger NAME`.

Inspections, areas, thematic reviews and the programme are played on the real servers until every type of
event has occurred. Two files are written to `tests/eventstore/ledgers`: the entries as they are stored, and
the states to which they fold. Neither is ever edited or made again; when an event has changed, a further
ledger is frozen beside them.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import Awaitable, Callable
from datetime import date, time
from pathlib import Path
from typing import Any, Final

from pydantic_core import to_jsonable_python

from domain.actors import Role
from domain.aggregates import AGGREGATES
from domain.canonical import canonical_json
from domain.london import at_time
from domain.messages import Answer
from domain.thematic.events import ConcernRaised
from domain.values import MonitoringResult
from eventstore.envelope import Entry
from eventstore.folding import state_of
from tests.domain.area.story import USUAL
from tests.domain.late_holiday import LATER, with_royal_holiday
from tests.journeys.cycles import Cycle
from tests.journeys.house import House, Life
from tests.journeys.monitoring import monitored
from tests.workflows import record_histories as paths
from tests.workflows.cycle_paths import programme, thematic_review
from tests.workflows.record_histories import on_server
from workers.embedded.postgres import Postgres
from workers.rehearsal.script import Step, bodies_of

FOLDER: Final = Path(__file__).with_name("ledgers")

_CHILDREN: Final = [{"child": f"c-{number}", "provision": "sen_support"} for number in range(1, 7)]
_DIGEST: Final = "a" * 64
IN_2026: Final[dict[str, Any]] = {
    "fieldwork_start": date(2026, 6, 15),
    "fieldwork_end": date(2026, 6, 19),
    "published": date(2026, 8, 13),
    "polls": (),
}
"""Days of a made-up inspection."""


async def _also(life: Life, milestone: str, by: Role, /, **matter: Any) -> Answer:
    """Record what the script does not have, at the moment of its next step or now."""
    steps = life.script.steps
    at = steps[life.done].at if life.done < len(steps) else None
    answer = await life.record(milestone, by, at, **matter)
    assert answer.refused is None, answer.refused
    return answer


async def _before(life: Life, milestone: str) -> None:
    await life.play(through=lambda step: step.milestone != milestone)


async def strategic_plan(house: House) -> Life:
    """A whole inspection of outcome 2 in which everything happens that can."""
    life = house.life("TRF")
    bodies = list(bodies_of(life.script.case))
    text = house.text.model_dump()
    await _before(life, "notify_area")
    joins = {"person": "p-inspector", "inspectorate": "ofsted"}
    members = [dict(one) for one in _step(life, "appoint_team").matter["members"]]
    await _also(life, "appoint_team", Role.COORDINATOR, members=[*members, joins])
    other = {"person": "p-other", "inspectorate": "ofsted"}
    await _also(life, "replace_team_member", Role.COORDINATOR, leaves="p-inspector", joins=other)
    await _also(life, "record_polls", Role.COORDINATOR, polls_on="2024-05-02")
    await _before(life, "begin_fieldwork")
    due = life.script.steps[life.done].at.date().isoformat()
    item = {"item": "strategic_plan"}
    await _also(life, "request_information", Role.COORDINATOR, items=[{**item, "due": due}])
    await _also(life, "chase_information", Role.COORDINATOR, **item)
    await _also(life, "receive_information", Role.COORDINATOR, **item)
    await _also(life, "choose_tracked_children", Role.OFSTED_LEAD, children=_CHILDREN)
    await _also(
        life,
        "replace_tracked_child",
        Role.OFSTED_LEAD,
        leaves=_CHILDREN[0],
        joins={"child": "c-7", "provision": "alternative_provision"},
        reason="consent_declined",
    )
    await _before(life, "give_feedback")
    evidence = [{"sha256": _DIGEST}]
    await _also(life, "record_activity", Role.OFSTED_LEAD, activity="focus_group", evidence=evidence)
    await _also(
        life, "refer_safeguarding_concern", Role.OFSTED_LEAD, referred_to="police", reference="MASH/1"
    )
    await _before(life, "approve_draft")
    await _also(
        life,
        "return_draft",
        Role.OFSTED_MODERATOR,
        inspectorate="ofsted",
        draft=_draft(life),
        reasons=["unclear"],
        note=text,
    )
    await _also(
        life,
        "submit_draft",
        Role.OFSTED_LEAD,
        **_step(life, "submit_draft").matter,
        sections={"what_it_is_like": text},
    )
    await _before(life, "decide_outcome")
    await _also(life, "answer_comments", Role.OFSTED_LEAD, accepted=0, not_accepted=0)
    await life.play()
    await _also(life, "record_publication_elsewhere", Role.LANO, publisher=bodies[0])
    await _also(
        life,
        "extend_deadline",
        Role.OFSTED_DIRECTOR,
        kind="strategic_plan",
        to="2024-06-03",
        reason="sign_off_timetable",
    )
    await _also(
        life, "move_to_handbook", Role.OFSTED_DIRECTOR, to="2025-06-06", reason="transitional_provision"
    )
    await _also(life, "publish_strategic_plan", Role.DCS, bodies=bodies)
    await _also(life, "return_strategic_plan", Role.OFSTED_DIRECTOR, reasons=["not_measurable"])
    await _also(life, "publish_strategic_plan", Role.DCS, bodies=bodies)
    await _also(life, "verify_strategic_plan", Role.OFSTED_DIRECTOR)
    await _also(
        life,
        "rectify_milestone",
        Role.COORDINATOR,
        milestone="feedback_given",
        happened_at=_step(life, "end_fieldwork").at.isoformat(),
        reason="wrong_date",
    )
    await _also(life, "close_inspection", Role.COORDINATOR)
    return life


def _step(life: Life, milestone: str) -> Step:
    return next(step for step in life.script.steps if step.milestone == milestone)


def _draft(life: Life) -> dict[str, Any]:
    assert life.standing.draft is not None
    return life.standing.draft.model_dump()


async def priority_action_plan(house: House) -> Life:
    """A whole inspection of outcome 3 whose plan is returned once."""
    life = house.life("SFK")
    bodies = list(bodies_of(life.script.case))
    await life.play()
    named = life.request("name_principal_authority", Role.OFSTED_DIRECTOR, body=bodies[0])
    hmci = {"decided_by": {"person": "p-hmci", "role": "hmci", "organisation": "ofsted"}}
    answer = await life.hand_in(named.model_copy(update={"command": {**named.command, **hmci}}))
    assert answer.refused is None, answer.refused
    await _also(life, "submit_priority_action_plan", Role.DCS, bodies=bodies)
    await _also(life, "return_priority_action_plan", Role.OFSTED_DIRECTOR, reasons=["actions_incomplete"])
    await _also(life, "resubmit_priority_action_plan", Role.DCS, bodies=bodies)
    await _also(life, "accept_priority_action_plan", Role.OFSTED_DIRECTOR)
    await _also(life, "publish_priority_action_plan", Role.DCS, bodies=bodies)
    await _also(life, "close_inspection", Role.COORDINATOR)
    return life


async def broken_off(house: House) -> Life:
    """Paused during fieldwork and then declared incomplete."""
    life = house.life("TRF")
    await _before(life, "give_feedback")
    resume_by = _step(life, "end_fieldwork").at.date().isoformat()
    paused = {"reason": "serious_incident", "resume_by": resume_by}
    await _also(life, "pause_inspection", Role.OFSTED_DIRECTOR, **paused)
    answer = await life.record("declare_incomplete", Role.OFSTED_DIRECTOR, reason="pause_ran_out")
    assert answer.refused is None, answer.refused
    return life


async def monitoring(house: House) -> Life:
    """A monitoring inspection after outcome 3: effective action was not taken."""
    full = house.life("NTT")
    await full.play()
    life = await monitored(full, [MonitoringResult.NOT_EFFECTIVE])
    await life.play()
    await _also(life, "close_inspection", Role.COORDINATOR)
    return life


async def concern(house: House) -> Cycle:
    """An area enters the register, and hears of a concern that a review has raised and then struck."""
    review = await thematic_review(house)
    (raised,) = (await review.state()).all(ConcernRaised)
    cycle = Cycle(house, date(2024, 6, 3), raised.area)
    await cycle.enter()
    await cycle.look()
    entry = {"kind": "concern_raised", "about": "1"}
    await review.record("rectify_review_entry", Role.COORDINATOR, entry=entry, reason="recorded_wrongly")
    await cycle.look()
    return cycle


async def pauses(house: House) -> Cycle:
    """The programme plans reviews, one is withdrawn, pauses scheduling, and should not have begun."""
    played = await programme(house)
    review = Cycle(house, date(2025, 3, 3), "THEMATIC-2025")
    await review.record("withdraw_review", Role.OFSTED_DIRECTOR, reason="programme_changed")
    await played.record("strike_beginning", Role.COORDINATOR, reason="recorded_wrongly")
    return played


async def area(house: House) -> Cycle:
    """An area to which everything happens that can, and the inspection that it hears of too late."""
    cycle = Cycle(house, date(2026, 3, 2))
    await _keep_register(cycle)
    await _live(cycle)
    life = house.life("TRF", area=cycle.area, **IN_2026)
    await life.play()
    await cycle.look()
    moved = {"to": "2023-01-01", "reason": "bound_in_error"}
    await _told(cycle, "move_cycle_to_handbook", Role.OFSTED_DIRECTOR, **moved)
    replaced = {"kind": "area_replaced", "day": USUAL["replace_area"]["since"].isoformat()}
    await _told(cycle, "replace_area")
    await _told(cycle, "strike_entry", entry=replaced)
    return cycle


async def _keep_register(cycle: Cycle) -> None:
    trust = {"body": "trust-surrey", "name": "Surrey Children's Trust", "kind": "childrens_trust"}
    await _told(cycle, "enter_area", since="1974-04-01", predecessors=["OLD"], partners=[trust])
    for command in ("rename_area", "give_code", "join_body", "succeed_body"):
        await _told(cycle, command)
    await _told(cycle, "leave_body", body=trust["body"])
    for command in ("take_over_areas", "set_polls", "call_off_polls"):
        await _told(cycle, command)
    await _told(cycle, "record_intervention", Role.DFE)


async def _live(cycle: Cycle) -> None:
    """Schedule what is refused and what is opened, have a meeting, and miss what was brought forward."""
    refused, opened = (f"{cycle.area}-2026-F{number}" for number in (2, 3))
    tuesday = {"first": "2026-03-24", "last": "2026-03-27"}
    await _told(cycle, "schedule_inspection", inspection=refused, on_site=tuesday)
    await cycle.until(lambda standing: not standing.errands)
    await _told(cycle, "schedule_inspection", inspection=opened)
    await cycle.until(lambda standing: not standing.errands)
    await Cycle(cycle.house, date(2026, 3, 2), opened).record(
        "withdraw_inspection", Role.HMCI, reason="programme_changed"
    )
    for command in ("agree_engagement_meeting", "hold_engagement_meeting", "note_monitoring_visit"):
        await _told(cycle, command)
    await _told(cycle, "set_school_term")
    await _told(cycle, "bring_forward", Role.OFSTED_DIRECTOR)
    await cycle.let_pass(at_time(date(2026, 10, 1), time(9)))


async def _told(cycle: Cycle, command: str, by: Role = Role.COORDINATOR, **matter: Any) -> None:
    """Record about an area what is usually told of one."""
    await cycle.record(command, by, **to_jsonable_python(USUAL[command]) | matter)


LIVES: Final[tuple[Callable[[House], Awaitable[Life | Cycle]], ...]] = (
    strategic_plan,
    priority_action_plan,
    broken_off,
    monitoring,
    paths.pause,
    paths.outcome_3_with_misses,
    paths.deferral,
    paths.withdrawal,
    paths.additional_evidence,
    paths.complaint,
    paths.correction_after_closing,
    concern,
    pauses,
    area,
)


async def _play(house: House) -> list[Entry]:
    async with house.worker():
        for play in LIVES:
            await play(house)
        late = house.life("TRF", until="notified")
        await late.play()
    async with house.worker(with_royal_holiday()):
        await _also(late, "move_to_calendar", Role.OFSTED_DIRECTOR, to=LATER, reason="holiday_proclaimed")
    entries = await house.stores.ledger.read_all(limit=10_000)
    every = {name for aggregate in AGGREGATES.values() for name in aggregate.events}
    missing = every - {entry.type for entry in entries}
    assert not missing, f"nothing here has {sorted(missing)}"
    return entries


def _states(entries: list[Entry]) -> dict[str, Any]:
    streams: dict[str, list[Entry]] = {}
    for entry in entries:
        streams.setdefault(entry.stream, []).append(entry)
    return {stream: to_jsonable_python(state_of(stream, held)) for stream, held in streams.items()}


async def record(name: str) -> None:
    """Freeze a ledger under a name that no ledger has."""
    lines, states = FOLDER / f"{name}.jsonl", FOLDER / f"{name}.states.json"
    if lines.exists():
        raise SystemExit(f"{lines} is frozen; choose another name")
    with tempfile.TemporaryDirectory(dir="/tmp") as folder, Postgres(Path(folder), durable=False) as postgres:
        entries: list[Entry] = []

        async def play(house: House) -> None:
            entries.extend(await _play(house))

        await on_server(postgres, play)
    told = [canonical_json({"leaf": entry.leaf.hex(), "text": entry.text}) for entry in entries]
    lines.write_text("\n".join(told) + "\n", encoding="utf-8")
    states.write_text(json.dumps(_states(entries), indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{name}: {len(entries)} entries")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    asyncio.run(record(sys.argv[1]))
