"""The matter of a milestone, from options and files to what its model takes."""

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

from cyclopts import Parameter
from pydantic import BaseModel, ValidationError

from cli.catalogue import Milestone
from cli.forms import explained
from domain.errors import MalformedError
from domain.values import SealedText


def _as_in_ledger(name: str) -> str:
    return name.lower().replace("-", "_")


AS_IN_LEDGER = Parameter(name_transform=_as_in_ledger)
"""Offers the words of a vocabulary as the ledger spells them; hyphens are taken too."""

Seal = Callable[[str, str], Awaitable[SealedText]]


Given = tuple[tuple[str, ...], str]
"""A text that an option was given, and the fields by which the option reaches inside its own field."""


def read_matter(
    milestone: Milestone, file: Path | None, options: Mapping[str, Sequence[Given]], current: Any
) -> dict[str, Any]:
    """Put a matter together from a JSON file and from options; an option goes before the file.

    `--on-site.first` reaches inside a field, a field that is a list takes an option several times or a
    JSON list, and `--draft current` names the draft that stands, `--report current` the report.

    Raises:
        MalformedError: names the field and what is accepted.
    """
    matter = _from_file(file) if file else {}
    known = milestone.fields
    for option, inside, values in _each(options):
        name = option.replace("-", "_")
        if name not in known:
            accepted = ", ".join(_as_option(one) for one in known)
            which = f"accepted are {accepted}" if accepted else "it has none of its own"
            raise MalformedError(f"--{option} is not a field of {milestone.name}; {which}")
        if milestone.names_document(name) and (inside, values) == ((), ["current"]):
            if current is None:
                raise MalformedError(
                    f"--{name} is current, but there is no {name}; accepted is one once submitted"
                )
            matter[name] = current
            continue
        whole = ".".join([option, *inside])
        path = [name, *(one.replace("-", "_") for one in inside)]
        _put(matter, path, _value(known[name].annotation, inside, values, whole))
    return matter


def _each(options: Mapping[str, Sequence[Given]]) -> Iterator[tuple[str, tuple[str, ...], list[str]]]:
    """List each place in a field once, with all the texts that were given for it."""
    for option, given in options.items():
        for place in dict.fromkeys(inside for inside, _ in given):
            yield option, place, [text for inside, text in given if inside == place]


def _from_file(file: Path) -> dict[str, Any]:
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise MalformedError(
            f"--file {file} cannot be read ({error.strerror}); accepted is a JSON object in a file"
        ) from error
    except ValueError as error:
        raise MalformedError(f"--file {file} cannot be read as JSON: {error}") from error
    if not isinstance(data, dict):
        raise MalformedError(f"--file {file} holds no JSON object with the milestone's fields")
    return data


def _value(annotation: Any, inside: Sequence[str], values: Sequence[str], option: str) -> Any:
    if not inside and get_origin(annotation) is tuple:
        parsed = [_parsed(value, option) for value in values]
        return parsed[0] if len(parsed) == 1 and isinstance(parsed[0], list) else parsed
    if len(values) != 1:
        raise MalformedError(f"--{option} is given {len(values)} times; once is accepted")
    return _parsed(values[0], option)


def _parsed(text: str, option: str) -> Any:
    if not text.startswith(("{", "[")):
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise MalformedError(f"--{option} begins like JSON and is none: {error}") from error


def _put(matter: dict[str, Any], path: Sequence[str], value: Any) -> None:
    *outer, last = path
    for name in outer:
        matter = matter.setdefault(name, {})
    matter[last] = value


async def seal_texts(annotation: Any, value: Any, path: str, seal: Seal) -> Any:
    """Replace every plain text where a model wants a sealed one by its reference."""
    if value is None:
        return None
    if get_origin(annotation) in {Union, UnionType}:
        chosen = next((one for one in get_args(annotation) if one is not type(None)), None)
        return await seal_texts(chosen, value, path, seal)
    if annotation is SealedText:
        sealed = await seal(value, path) if isinstance(value, str) else value
        return sealed.model_dump(mode="json") if isinstance(sealed, SealedText) else sealed
    if get_origin(annotation) is tuple and isinstance(value, list):
        inner = get_args(annotation)[0]
        return [await seal_texts(inner, one, f"{path}.{n}", seal) for n, one in enumerate(value)]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel) and isinstance(value, dict):
        fields = annotation.model_fields
        return {
            name: await seal_texts(fields[name].annotation, one, f"{path}.{name}", seal)
            if name in fields
            else one
            for name, one in value.items()
        }
    return value


def check(milestone: Milestone, data: Mapping[str, Any]) -> None:
    """Refuse what the milestone's model does not take, before anything is sent.

    Raises:
        MalformedError: names each field and what is wrong with it.
    """
    try:
        milestone.command.model_validate(data)
    except ValidationError as error:
        told = explained(error, milestone.command.model_json_schema(), _as_option)
        raise MalformedError(f"{milestone.name}: {told}") from None


def _as_option(name: str) -> str:
    return "--" + name.replace("_", "-")
