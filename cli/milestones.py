"""What can be recorded: every milestone with its fields, from the models themselves."""

import json
from shlex import quote
from typing import Any, Final

from rich.markup import escape

from cli.forms import example_of, form_in_words
from cli.matter import milestone_named, own_fields, recordable
from cli.output import Format, console, in_words, print_hanging, print_json, print_table
from domain.actors import roles_that_may
from domain.inspection.commands import Command


async def milestones(name: str | None = None, /, *, format: Format = Format.TABLE) -> None:
    """List what can be recorded, or explain one milestone.

    Parameters
    ----------
    name
        Such as begin_fieldwork.
    format
        table for people; json for scripts, with the JSON schema of each milestone's matter.
    """
    chosen = [milestone_named(name)] if name else list(recordable().values())
    if format is Format.JSON:
        print_json([_as_data(kind) for kind in chosen])
    elif name:
        _explain(chosen[0])
    else:
        rows = [(_name(kind), _stages(kind), ", ".join(_fields(kind)), _purpose(kind)) for kind in chosen]
        print_table(("milestone", "at stage", "fields", "what it says"), rows)
        console().print(
            "A field in [brackets] may be left out. Fields are options: --resume-by 2024-03-01", markup=False
        )


def _name(kind: type[Command]) -> str:
    name: str = kind.model_fields["type"].default
    return name


def _purpose(kind: type[Command]) -> str:
    return (kind.__doc__ or "").split("\n")[0]


def _stages(kind: type[Command]) -> str:
    stages = sorted(kind.stages, key=list(type(next(iter(kind.stages)))).index)
    if len(stages) > 2:
        return f"{in_words(stages[0])} … {in_words(stages[-1])}"
    return ", ".join(in_words(one) for one in stages)


def _fields(kind: type[Command]) -> list[str]:
    return [escape(name if field.is_required() else f"[{name}]") for name, field in own_fields(kind).items()]


def _as_data(kind: type[Command]) -> dict[str, Any]:
    schema = kind.model_json_schema()
    own = own_fields(kind)
    return {
        "milestone": _name(kind),
        "records": kind.records.model_fields["type"].default,
        "purpose": _purpose(kind),
        "stages": sorted(kind.stages),
        "decided_by": list(roles_that_may(kind.verb)),
        "fields": {name: schema["properties"][name] for name in own},
        "required": [name for name, field in own.items() if field.is_required()],
        "definitions": schema.get("$defs", {}),
    }


def _explain(kind: type[Command]) -> None:
    out = console()
    out.print(f"[bold]{_name(kind)}[/bold]  {_purpose(kind)}")
    print_hanging("  at stage     ", _stages(kind))
    print_hanging("  decided by   ", ", ".join(in_words(role) for role in roles_that_may(kind.verb)))
    schema = kind.model_json_schema()
    rows = [
        (name, "yes" if field.is_required() else "", escape(_form(name, schema)))
        for name, field in own_fields(kind).items()
    ]
    if rows:
        print_table(("field", "required", "form"), rows)
    print_hanging("  for example  ", _example(kind, schema))


def _form(name: str, schema: dict[str, Any]) -> str:
    words = form_in_words(schema["properties"][name], schema.get("$defs", {}))
    return f"current, or {words}" if name == "draft" else words


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
}
"""Examples for fields that have to fit others, which their form alone does not say."""


def _example(kind: type[Command], schema: dict[str, Any]) -> str:
    """Write a whole call with all that is required."""
    options = ["--decided-by p-7k2m"]
    for name, field in own_fields(kind).items():
        if field.is_required():
            form = example_of(schema["properties"][name], schema.get("$defs", {}))
            value = "current" if name == "draft" else _FITTING.get((_name(kind), name), form)
            every = value if isinstance(value, list) else [value]
            options += [f"--{name.replace('_', '-')} {_as_argument(one)}" for one in every]
    return " ".join(["inspections record SFK-2023-F1", _name(kind), *options])


def _as_argument(value: Any) -> str:
    return quote(json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value))
