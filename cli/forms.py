"""What a field takes, in words: said before somebody writes it, and again when it was not taken."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final, NamedTuple

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from domain import values
from domain.area.matters import AuthorityRef
from domain.thematic.vocabulary import About

LONGEST_SHOWN: Final = 60
"""Characters of a wrong value that a message repeats."""

ANY_TEXT: Final = "text"


class Form(NamedTuple):
    """What a pattern stands for, and one text that fits it."""

    what: str
    example: str


Schema = Mapping[str, Any]


@lru_cache
def forms() -> dict[str, Form]:
    """Return what each pattern of the domain's small values stands for."""
    digest = sha256(b"").hexdigest()
    known: tuple[tuple[Any, str, str], ...] = (
        (values.AreaCode, "an area's code such as SFK", "SFK"),
        (values.InspectionId, "an inspection such as SFK-2023-F1", "SFK-2023-F1"),
        (values.StreamName, "a name such as SFK-2023-F1, SFK, THEMATIC-2023 or PROGRAMME", "SFK-2023-F1"),
        (values.PublicName, "a public name such as Suffolk", "Suffolk"),
        (values.GssCode, "a GSS code such as E10000029", "E10000029"),
        (values.DfeCode, "a DfE number such as 935", "935"),
        (AuthorityRef, "a local authority such as la-sfk", "la-sfk"),
        (About, "an area's code, a number or a date", "SFK"),
        (values.PersonRef, "a person's reference such as p-7k2m", "p-7k2m"),
        (values.BodyRef, "a body such as la-sfk", "la-sfk"),
        (values.ChildRef, "a child's reference such as c-41", "c-41"),
        (values.Sha256, "a SHA-256 in 64 characters, 0 to 9 and a to f", digest),
        (values.Slug, "a name such as strategic_plan", "strategic_plan"),
        (values.Reference, "a case reference such as MASH/2023-114", "MASH/2023-114"),
        (values.Address, "an address such as https://example.org/plan", "https://example.org/plan"),
        (values.Email, "an address such as rosa.webb@example.org", "rosa.webb@example.org"),
        (values.HandbookVersion, "a handbook version such as 2023-01-01", "2023-01-01"),
        (values.CalendarVersion, "a calendar version such as england-2026.1", "england-2026.1"),
    )
    return {TypeAdapter(kind).json_schema()["pattern"]: Form(what, example) for kind, what, example in known}


_FORMATS: Final = {
    "date": Form("a date such as 2024-03-01", "2024-03-01"),
    "date-time": Form("a date and time such as 2024-03-01T09:30:00Z", "2024-03-01T09:30:00Z"),
    "uuid": Form("a UUID such as 6f1c6f0e-2d0b-4a3c-9a53-0c8a3f5a7d11", ""),
    "path": Form("the name of a file", ""),
}


def form_in_words(schema: Schema, definitions: Schema) -> str:
    """Say in few words what a JSON schema takes. What may be left out stands in [brackets]."""
    match _resolved(schema, definitions):
        case {"anyOf": variants}:
            return " or ".join(form_in_words(one, definitions) for one in variants)
        case {"enum": [*accepted]}:
            return _or(accepted)
        case {"const": accepted}:
            return str(accepted)
        case {"title": "SealedText"}:
            return "text (kept sealed, outside the ledger)"
        case {"type": "array", "items": items, **more}:
            many = "one or more" if more.get("minItems") else "any number"
            return f"{many} of: {form_in_words(items, definitions)}"
        case {"type": "object", "properties": inner, **more}:
            required = more.get("required", ())
            told = [f"{name}: {form_in_words(one, definitions)}" for name, one in inner.items()]
            named = zip(inner, told, strict=True)
            return "{" + ", ".join(one if name in required else f"[{one}]" for name, one in named) + "}"
        case {"type": "integer", "minimum": lowest}:
            return f"a number from {lowest}"
        case {"type": "integer"}:
            return "a number"
        case {"type": "boolean"}:
            return "true or false"
        case plain:
            form = _form(plain)
            return form.what if form else _length(plain)


def _length(schema: Schema) -> str:
    if "minLength" in schema and "maxLength" in schema:
        return f"{ANY_TEXT} of {schema['minLength']} to {schema['maxLength']} characters"
    return ANY_TEXT


def accepted_by(kind: Any) -> str | None:
    """Say in few words what an option of a type takes each time it is given; nothing if it is any text."""
    schema = TypeAdapter(kind).json_schema()
    words = form_in_words(schema.get("items", schema), schema.get("$defs", {}))
    return None if words == ANY_TEXT else words


def example_of(schema: Schema, definitions: Schema) -> Any:
    """Return one value that a JSON schema takes, with nothing in it that may be left out."""
    match _resolved(schema, definitions):
        case {"anyOf": [first, *_]}:
            return example_of(first, definitions)
        case {"enum": [first, *_]} | {"const": first}:
            return first
        case {"title": "SealedText"}:
            return "…"
        case {"type": "array", "items": items}:
            return [example_of(items, definitions)]
        case {"type": "object", "properties": inner, **more}:
            return {name: example_of(inner[name], definitions) for name in more.get("required", ())}
        case {"type": "integer", **more}:
            return more.get("minimum", 1)
        case {"type": "boolean"}:
            return True
        case plain:
            form = _form(plain)
            return form.example if form else "…"


def explained(error: ValidationError, schema: Schema, named: Callable[[str], str] = str) -> str:
    """Say of each field that a model did not take what it is, and what is accepted.

    Args:
        error: what the model said.
        schema: the model's JSON schema.
        named: says how people know a field.
    """
    problems = error.errors(include_url=False)
    places = [problem["loc"] for problem in problems]
    # A list is also told to be too short when it was not: one of its own was left out as malformed.
    causes = [
        problem
        for problem, place in zip(problems, places, strict=True)
        if not any(place == other[: len(place)] and place != other for other in places)
    ]
    return "; ".join(_cause(cause, schema, named) for cause in causes)


def _cause(problem: ErrorDetails, schema: Schema, named: Callable[[str], str]) -> str:
    place = problem["loc"]
    field = _place(place, named)
    if problem["type"] == "value_error":
        return f"{field}{': ' if field else ''}{problem['msg'].removeprefix('Value error, ')}"
    definitions = schema.get("$defs", {})
    if problem["type"] == "extra_forbidden":
        fields = _resolved(_inside(schema, place[:-1], definitions), definitions)["properties"]
        return f"{field} is not known; accepted are {', '.join(fields)}"
    given = repr(problem["input"])
    shown = given if len(given) <= LONGEST_SHOWN else "given otherwise"
    what = "missing" if problem["type"] == "missing" else shown
    return f"{field} is {what}; accepted is {form_in_words(_inside(schema, place, definitions), definitions)}"


def _place(place: tuple[int | str, ...], named: Callable[[str], str]) -> str:
    """Name a field inside another, and which one it is if there are several."""
    names = [str(part) for part in place if isinstance(part, str)]
    numbers = "".join(f" (number {part + 1})" for part in place if isinstance(part, int))
    if not names:
        return ""
    outer, *inner = names
    return (f"{'.'.join(inner)} in " if inner else "") + named(outer) + numbers


def _inside(schema: Schema, place: tuple[int | str, ...], definitions: Schema) -> Schema:
    for part in place:
        whole = _resolved(schema, definitions)
        schema = whole["items"] if isinstance(part, int) else whole["properties"][part]
    return schema


def _form(schema: Schema) -> Form | None:
    return forms().get(schema.get("pattern", "")) or _FORMATS.get(schema.get("format", ""))


def _resolved(schema: Schema, definitions: Schema) -> dict[str, Any]:
    """Follow a reference, and leave out that a field may be empty: it is then not given at all."""
    while True:
        if "$ref" in schema:
            schema = definitions[schema["$ref"].rsplit("/", 1)[-1]]
            continue
        variants = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
        if len(variants) != 1:
            return dict(schema)
        schema = variants[0]


def _or(accepted: Sequence[object]) -> str:
    *others, last = map(str, accepted)
    return f"{', '.join(others)} or {last}" if others else last
