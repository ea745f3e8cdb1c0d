"""How much history a lifecycle leaves in Temporal, and how many actions it takes."""

import asyncio
from collections import Counter

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

from bench.engine import engine
from bench.lives import script_of, steps_to_release
from bench.load import play
from bench.measure import Findings, Table, Target
from bench.options import Options
from bench.recorded import rulebook
from bench.servers import Servers

_LIFECYCLES = 10
Kinds = Counter[EventType.ValueType]
_ACTIONS = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED: "starts",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED: "updates",
    EventType.EVENT_TYPE_MARKER_RECORDED: "local activities",
    EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED: "activities",
    EventType.EVENT_TYPE_TIMER_STARTED: "timers",
    EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES: "search attributes",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED: "signals",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW: "continued as new",
}
"""What Temporal's price list counts, as far as it shows in a history."""


async def run(servers: Servers, options: Options) -> Findings:
    """Play lifecycles one after the other and count what they leave."""
    options.tell("history: playing lifecycles")
    kinds: Kinds = Counter()
    sizes: Kinds = Counter()
    first = servers.take_numbers(_LIFECYCLES)
    async with engine(servers) as house:
        await play(house.lives.live, at_once=2, lifecycles=_LIFECYCLES, first=first)
        await asyncio.sleep(2)  # the last publications
        for number in range(first, first + _LIFECYCLES):
            script = script_of(number, rulebook())
            await _count(house.client, script.inspection, kinds, sizes)
    milestones = _LIFECYCLES * len(steps_to_release(script_of(0, rulebook())))
    events, size = sum(kinds.values()), sum(sizes.values())
    actions = sum(kinds[kind] for kind in _ACTIONS)
    return Findings(
        tables=[
            Table(
                f"History of a lifecycle of {milestones // _LIFECYCLES} milestones, its publication included",
                ["", "a lifecycle", "a milestone"],
                [
                    ["events", round(events / _LIFECYCLES, 1), round(events / milestones, 2)],
                    ["bytes", round(size / _LIFECYCLES), round(size / milestones)],
                    ["billable actions", round(actions / _LIFECYCLES, 1), round(actions / milestones, 2)],
                ],
            ),
            Table(
                "Events of a lifecycle by kind",
                ["kind", "events", "bytes", "billed as"],
                [
                    [
                        EventType.Name(kind).removeprefix("EVENT_TYPE_").lower().replace("_", " "),
                        round(count / _LIFECYCLES, 1),
                        round(sizes[kind] / _LIFECYCLES),
                        _ACTIONS.get(kind, ""),
                    ]
                    for kind, count in kinds.most_common()
                ],
            ),
        ],
        targets=[Target("history events a milestone", events / milestones, 9, at_most=True, unit="events")],
        rounds={"lifecycles": _LIFECYCLES, "milestones": milestones},
    )


async def _count(client: Client, inspection: str, kinds: Kinds, sizes: Kinds) -> None:
    """Count an inspection's history, event by event."""
    async for event in client.get_workflow_handle(inspection).fetch_history_events():
        kinds[event.event_type] += 1
        sizes[event.event_type] += event.ByteSize()
