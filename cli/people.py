"""Coordinators: the directory of people and contacts."""

import csv
from datetime import date
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from pydantic import ValidationError

from cli.access import reading
from cli.forms import explained
from cli.matter import AS_IN_LEDGER
from cli.output import Format, console, print_json, print_table
from domain.actors import Role
from domain.errors import MalformedError, NotFoundError
from domain.values import BodyRef, Email, PersonRef
from eventstore.people import Name, Person

app = App(name="people", help="The directory of people and contacts.")
COLUMNS = ("ref", "name", "role", "organisation", "email", "left_on")
_SCHEMA = Person.model_json_schema()


@app.command
async def add(
    *,
    name: Name,
    role: Annotated[Role, AS_IN_LEDGER],
    organisation: BodyRef,
    email: Email | None = None,
    ref: PersonRef | None = None,
) -> None:
    """Add somebody; prints the reference that stands for him or her in the ledger.

    Parameters
    ----------
    name
        The name, as it is to be shown in reports.
    role
        The role in which he or she usually decides.
    organisation
        Such as ofsted, cqc or la-sfk.
    email
        Where notices go.
    ref
        A reference of your own, such as p-7k2m; otherwise one is made.
    """
    async with reading(rehearsal=False) as stores:
        person = await stores.directory.add(
            name=name, role=role, organisation=organisation, email=email, ref=ref
        )
    console().print(person.ref)


@app.command
async def change(
    ref: PersonRef,
    /,
    *,
    name: Name | None = None,
    role: Annotated[Role | None, AS_IN_LEDGER] = None,
    organisation: BodyRef | None = None,
    email: Email | None = None,
    left_on: date | None = None,
) -> None:
    """Change an entry; what is not given stays.

    Parameters
    ----------
    ref
        Whose entry.
    name
        The new name.
    role
        The new role.
    organisation
        The new organisation.
    email
        The new address.
    left_on
        The last day here, of somebody who leaves: later events are told to others in that role.
    """
    changes = {
        "name": name,
        "role": role,
        "organisation": organisation,
        "email": email,
        "left_on": left_on,
    }
    async with reading(rehearsal=False) as stores:
        person = await stores.directory.find(ref)
        if person is None:
            raise NotFoundError(f"nobody has the reference {ref}")
        given = {field: value for field, value in changes.items() if value is not None}
        await stores.directory.change(type(person)(**{**person.model_dump(), **given}))


@app.command(name="list")
async def list_people(
    *, format: Format = Format.TABLE, rehearsal: Annotated[bool, Parameter(negative=())] = False
) -> None:
    """List everybody, by organisation, role and reference.

    Parameters
    ----------
    format
        table for people, json for scripts.
    rehearsal
        Those of the newest rehearsal.
    """
    async with reading(rehearsal=rehearsal) as stores:
        everybody = await stores.directory.list()
    people = sorted(everybody, key=lambda person: (person.organisation, person.role, person.ref))
    if format is Format.JSON:
        print_json([person.model_dump(mode="json") for person in people])
    else:
        print_table(COLUMNS, [[getattr(person, column) for column in COLUMNS] for person in people])


@app.command(name="import")
async def import_people(file: Path, /) -> None:
    """Add everybody in a CSV file with the columns ref (may be empty), name, role, organisation, email.

    Parameters
    ----------
    file
        The file.
    """
    rows = _rows(file)
    async with reading(rehearsal=False) as stores:
        for line, row in rows:
            try:
                await stores.directory.add(
                    name=row["name"],
                    role=_role(row["role"]),
                    organisation=row["organisation"],
                    email=row.get("email") or None,
                    ref=row.get("ref") or None,
                )
            except MalformedError as error:
                cause = error.__cause__
                told = explained(cause, _SCHEMA) if isinstance(cause, ValidationError) else error
                raise MalformedError(f"{file}: line {line}: {told}; the lines above are added") from error
    console().print(f"{len(rows)} added")


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        raise MalformedError(f"role is {text!r}; accepted are {', '.join(Role)}") from None


def _rows(file: Path) -> list[tuple[int, dict[str, str]]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            reader = csv.DictReader(opened, strict=True)
            missing = [
                name for name in ("name", "role", "organisation") if name not in (reader.fieldnames or [])
            ]
            if missing:
                raise MalformedError(f"{file}: line 1: column {', '.join(missing)} is missing")
            return [(reader.line_num, {k: v or "" for k, v in row.items() if k}) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise MalformedError(f"{file}: cannot be read as CSV in UTF-8 ({_why(error)})") from error


def _why(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
