"""What can be recorded: every milestone with its fields, from the models themselves."""

from typing import Any

from rich.markup import escape

from cli.matter import milestone_named, own_fields, recordable
from cli.output import Format, console, in_words, print_json, print_table
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
    out.print(f"  at stage     {_stages(kind)}")
    out.print(f"  decided by   {', '.join(in_words(role) for role in roles_that_may(kind.verb))}")
    schema = kind.model_json_schema()
    rows = [
        (
            name,
            "yes" if field.is_required() else "",
            _form(schema["properties"][name], schema.get("$defs", {})),
        )
        for name, field in own_fields(kind).items()
    ]
    if rows:
        print_table(("field", "required", "form"), rows)


def _form(schema: dict[str, Any], definitions: dict[str, Any]) -> str:
    """Say in few words what a field takes."""
    if "$ref" in schema:
        return _form(definitions[schema["$ref"].rsplit("/", 1)[-1]], definitions)
    if "anyOf" in schema:
        return " or ".join(_form(one, definitions) for one in schema["anyOf"] if one.get("type") != "null")
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"])
    if schema.get("title") == "SealedText":
        return "text (kept sealed, outside the ledger)"
    if schema.get("type") == "array":
        return f"one or more of: {_form(schema['items'], definitions)}"
    if schema.get("type") == "object":
        inner = schema.get("properties", {})
        return "{" + ", ".join(f"{name}: {_form(one, definitions)}" for name, one in inner.items()) + "}"
    kind = schema.get("format") or schema.get("type", "")
    return escape(f"{kind} like {schema['pattern']}" if "pattern" in schema else str(kind))
