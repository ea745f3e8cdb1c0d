"""What can be recorded: every milestone with its fields, from the models themselves."""

import json
from shlex import quote
from typing import Any, Final

from rich.markup import escape

from cli.catalogue import Milestone, in_the_singular, milestone_named, recordable
from cli.forms import example_of, form_in_words
from cli.output import Format, console, in_words, print_hanging, print_json, print_table
from domain.streams import StreamKind


async def milestones(
    name: str | None = None,
    /,
    *,
    of: StreamKind | None = None,
    format: Format = Format.TABLE,
) -> None:
    """List what can be recorded of inspections, areas and thematic reviews, or explain one milestone.

    Parameters
    ----------
    name
        Such as begin_fieldwork.
    of
        Only those of an inspection, of an area or of a thematic-review.
    format
        table for people; json for scripts, with the JSON schema of each milestone's matter.
    """
    chosen = [milestone_named(name, of)] if name else list(recordable(of))
    if format is Format.JSON:
        print_json([_as_data(one) for one in chosen])
    elif name:
        _explain(chosen[0])
    else:
        _list(chosen)


def _list(chosen: list[Milestone]) -> None:
    for kind in dict.fromkeys(one.of for one in chosen):
        own = [one for one in chosen if one.of is kind]
        staged = any(one.stages for one in own)
        columns = ("milestone", *(["at stage"] if staged else []), "fields", "what it says")
        rows = [
            (
                one.name,
                *([_stages(one)] if staged else []),
                ", ".join(_fields(one)),
                one.purpose,
            )
            for one in own
        ]
        print_table(columns, rows, title=f"Of {in_the_singular(kind)}")
    console().print(
        "A field in [brackets] may be left out. Fields are options: --resume-by 2024-03-01", markup=False
    )


def _stages(milestone: Milestone) -> str:
    stages = milestone.stages
    if len(stages) > 2:
        return f"{in_words(stages[0])} … {in_words(stages[-1])}"
    return ", ".join(in_words(one) for one in stages)


def _fields(milestone: Milestone) -> list[str]:
    return [escape(name if field.is_required() else f"[{name}]") for name, field in milestone.fields.items()]


def _as_data(milestone: Milestone) -> dict[str, Any]:
    schema = milestone.command.model_json_schema()
    own = milestone.fields
    return {
        "milestone": milestone.name,
        "of": milestone.of,
        "records": milestone.records,
        "purpose": milestone.purpose,
        "stages": sorted(milestone.stages),
        "decided_by": list(milestone.decided_by),
        "fields": {name: schema["properties"][name] for name in own},
        "required": [name for name, field in own.items() if field.is_required()],
        "definitions": schema.get("$defs", {}),
    }


def _explain(milestone: Milestone) -> None:
    out = console()
    out.print(f"[bold]{milestone.name}[/bold]  {milestone.purpose}")
    print_hanging("  of           ", in_the_singular(milestone.of))
    if milestone.stages:
        print_hanging("  at stage     ", _stages(milestone))
    print_hanging("  decided by   ", ", ".join(in_words(role) for role in milestone.decided_by))
    schema = milestone.command.model_json_schema()
    rows = [
        (name, "yes" if field.is_required() else "", escape(_form(milestone, name, schema)))
        for name, field in milestone.fields.items()
    ]
    if rows:
        print_table(("field", "required", "form"), rows)
    print_hanging("  for example  ", _example(milestone, schema))


def _form(milestone: Milestone, name: str, schema: dict[str, Any]) -> str:
    words = form_in_words(schema["properties"][name], schema.get("$defs", {}))
    return f"current, or {words}" if milestone.names_document(name) else words


_NAMED: Final = {
    StreamKind.INSPECTION: "SFK-2023-F1",
    StreamKind.AREA: "SFK",
    StreamKind.THEMATIC_REVIEW: "THEMATIC-2025",
    StreamKind.PROGRAMME: "PROGRAMME",
}
"""Of what the examples are."""

_BOARD: Final = "icb-suffolk-and-north-east-essex"
_BOARD_NAME: Final = "NHS Suffolk and North East Essex Integrated Care Board"

_FITTING: Final[dict[tuple[str, str], Any]] = {
    ("plan_inspection", "notify_on"): "2024-02-12",
    ("appoint_team", "members"): [
        {"person": "p-lead", "inspectorate": "ofsted", "lead": True},
        {"person": "p-health", "inspectorate": "cqc", "lead": True},
    ],
    ("submit_draft", "findings"): {"outcome": "1"},
    ("decide_outcome", "findings"): {"outcome": "1"},
    ("rectify_milestone", "milestone"): "area_notified",
    ("rectify_milestone", "reason"): "did_not_happen",
    ("join_body", "partner"): {"body": _BOARD, "name": _BOARD_NAME, "kind": "integrated_care_board"},
    ("leave_body", "body"): _BOARD,
    ("succeed_body", "body"): _BOARD,
    ("succeed_body", "successor"): {
        "body": "icb-norfolk-and-suffolk",
        "name": "NHS Norfolk and Suffolk Integrated Care Board",
        "kind": "integrated_care_board",
    },
    ("succeed_body", "since"): "2026-04-01",
    ("replace_area", "successors"): ["ESU", "WSU"],
    ("take_over_areas", "predecessors"): ["ALL", "CAR"],
    ("schedule_inspection", "inspection"): "SFK-2024-F1",
    ("schedule_inspection", "notify_on"): "2024-02-12",
    ("schedule_inspection", "on_site"): {"first": "2024-02-26", "last": "2024-03-01"},
    ("bring_forward", "due_by"): "2030-03-01",
    ("agree_engagement_meeting", "due_by"): "2030-03-01",
    ("set_school_term", "term"): {"first": "2024-01-08", "last": "2024-03-22"},
    ("submit_review_report", "recommendations"): [{"to": "dfe", "text": "…"}],
    ("rectify_review_entry", "entry"): {"kind": "review_area_chosen", "about": "SFK"},
    ("rectify_review_entry", "reason"): "did_not_happen",
}
"""Examples for fields that have to fit others, which their form alone does not say."""


def _example(milestone: Milestone, schema: dict[str, Any]) -> str:
    """Write a whole call with all that is required."""
    options = ["--decided-by p-7k2m"]
    for name, field in milestone.fields.items():
        if field.is_required():
            form = example_of(schema["properties"][name], schema.get("$defs", {}))
            fitting = _FITTING.get((milestone.name, name), form)
            value = "current" if milestone.names_document(name) else fitting
            every = value if isinstance(value, list) else [value]
            options += [f"--{name.replace('_', '-')} {_as_argument(one)}" for one in every]
    return " ".join([f"inspections record {_NAMED[milestone.of]}", milestone.name, *options])


def _as_argument(value: Any) -> str:
    return quote(json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value))
