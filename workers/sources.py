"""Where settings come from: the environment, files that hold one secret each, and a TOML file.

The environment goes before a secret's file, and that before the TOML file. Within one place a setting is
said once: a value and a file for the same secret is an error.
"""

import difflib
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from domain.errors import MalformedError, UnavailableError

PREFIX: Final = "INSPECTIONS_"
CONFIG: Final = f"{PREFIX}CONFIG"
"""The variable that names the TOML file."""


class Place(StrEnum):
    """The kinds of places that a value comes from."""

    DEFAULT = "default"
    ENVIRONMENT = "environment"
    SECRET_FILE = "secret file"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value comes from.

    `name` is the variable or the key that says it, and `file` the file in which the value lies.
    """

    place: Place = Place.DEFAULT
    name: str | None = None
    file: Path | None = None

    def __str__(self) -> str:
        match self.place:
            case Place.DEFAULT:
                return "default"
            case Place.ENVIRONMENT:
                return str(self.name)
            case Place.SECRET_FILE:
                return f"{self.file}, named by {self.name}"
            case Place.FILE:
                return f"{self.name} in {self.file}"


@dataclass(frozen=True, slots=True)
class Given:
    """A value as it was found, and where. Paths in a TOML file have been made absolute."""

    value: Any
    source: Source


def variable(field: str) -> str:
    """Name the environment variable of a setting."""
    return PREFIX + field.upper()


def gather(
    environ: Mapping[str, str], *, fields: Collection[str], secrets: Collection[str], paths: Collection[str]
) -> dict[str, Given]:
    """Collect what is set, each setting from the place that goes first. An empty variable is not set.

    Args:
        environ: the environment.
        fields: every setting.
        secrets: those that a file of their own may hold, named by `…_FILE` or `…_file`.
        paths: those that are paths; in a TOML file they are relative to the folder in which it lies.

    Raises:
        MalformedError: a name is unknown, a value and its file are both given, or a file cannot be read as
            what it should be. No value is repeated in the message.
        UnavailableError: a file cannot be opened.
    """
    variables = {name: value for name, value in environ.items() if name.startswith(PREFIX) and value}
    file = variables.pop(CONFIG, None)
    known = {variable(field): field for field in fields}
    files = {variable(f"{field}_file"): field for field in secrets}
    for name in sorted(variables.keys() - known.keys() - files.keys()):
        raise MalformedError(_unknown(name, "", [*known, *files, CONFIG]))
    from_file = _from_toml(Path(file).expanduser().absolute(), fields, secrets, paths) if file else {}
    in_files = {
        field: _secret(name, Path(variables[name]).expanduser().absolute())
        for name, field in files.items()
        if name in variables
    }
    plain = {
        field: Given(variables[name], Source(Place.ENVIRONMENT, name))
        for name, field in known.items()
        if name in variables
    }
    for field in sorted(plain.keys() & in_files.keys()):
        raise MalformedError(_twice(variable(field), variable(f"{field}_file"), ""))
    return from_file | in_files | plain


def _from_toml(
    file: Path, fields: Collection[str], secrets: Collection[str], paths: Collection[str]
) -> dict[str, Given]:
    try:
        said = tomllib.loads(_text(CONFIG, file))
    except tomllib.TOMLDecodeError as error:
        raise MalformedError(f"{CONFIG}: {file} is not TOML: {error}") from None
    where = f" in {file}"
    files = {f"{field}_file": field for field in secrets}
    for key in sorted(said.keys() - set(fields) - files.keys()):
        raise MalformedError(_unknown(key, where, [*fields, *files]))
    found: dict[str, Given] = {}
    for key, value in said.items():
        if key in files:
            if files[key] in said:
                raise MalformedError(_twice(files[key], key, where))
            if not isinstance(value, str):
                raise MalformedError(f"{key}{where} cannot be read; accepted is the name of a file")
            found[files[key]] = _secret(key, _beside(file, value), where)
        else:
            absolute = key in paths and isinstance(value, str)
            found[key] = Given(_beside(file, value) if absolute else value, Source(Place.FILE, key, file))
    return found


def _beside(file: Path, name: str) -> Path:
    return file.parent / Path(name).expanduser()


def _secret(name: str, file: Path, where: str = "") -> Given:
    text = _text(f"{name}{where}", file).strip()
    if not text:
        raise MalformedError(f"{name}{where}: {file} is empty; accepted is a file that holds the value alone")
    return Given(text, Source(Place.SECRET_FILE, name, file))


def _text(name: str, file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise MalformedError(f"{name}: {file} is no text in UTF-8") from None
    except OSError as error:
        raise UnavailableError(f"{name}: {file} cannot be read: {error.strerror}") from error


def _unknown(name: str, where: str, known: Collection[str]) -> str:
    # Without the beginning that all variables share, or each would be near to every other.
    by_its_own = {one.removeprefix(PREFIX).upper(): one for one in known}
    near = difflib.get_close_matches(name.removeprefix(PREFIX).upper(), by_its_own, n=1)
    others = f"did you mean {by_its_own[near[0]]}?" if near else f"known are {', '.join(sorted(known))}"
    return f"{name}{where} is not a setting; {others}"


def _twice(value: str, file: str, where: str) -> str:
    return f"{value} and {file}{where} are both given; give one of them"
