"""Freezes a ledger as this version of the code writes it: `python -m tests.eventstore.record_ledger NAME`.

Inspections are played on the real servers until every type of event has occurred. Two files are written to
`tests/eventstore/ledgers`: the entries as they are stored, and the states to which they fold. Neither is ever
edited or made again; when an event has changed, a further ledger is frozen beside them.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import Awaitable, Callable
from functools import reduce
from pathlib import Path
from typing import Any, Final

from pydantic_core import to_jsonable_python

from domain.actors import Role
from domain.canonical import canonical_json
from domain.inspection.events import EVENT_TYPES
from domain.inspection.state import evolve, initial
from domain.messages import Answer
from domain.values import MonitoringResult
from eventstore.envelope import Entry
from tests.domain.late_holiday import LATER, with_royal_holiday
from tests.journeys.house import House, Life
from tests.journeys.monitoring import monitored
from tests.workflows import record_histories as paths
from tests.workflows.record_histories import on_server
from workers.codecs import CODEC
from workers.embedded.postgres import Postgres
from workers.rehearsal.script import Step, bodies_of

FOLDER: Final = Path(__file__).with_name("ledgers")

_CHILDREN: Final = [{"child": f"c-{number}", "provision": "sen_support"} for number in range(1, 7)]
_DIGEST: Final = "a" * 64


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


LIVES: Final[tuple[Callable[[House], Awaitable[Life]], ...]] = (
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
    missing = EVENT_TYPES.keys() - {entry.type for entry in entries}
    assert not missing, f"no inspection here has {sorted(missing)}"
    return entries


def _states(entries: list[Entry]) -> dict[str, Any]:
    streams: dict[str, list[Entry]] = {}
    for entry in entries:
        streams.setdefault(entry.stream, []).append(entry)
    return {
        stream: to_jsonable_python(reduce(evolve, map(CODEC.decode, held), initial()))
        for stream, held in streams.items()
    }


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
