"""The directory: who the references in the ledger stand for. People and bodies change, references do not."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated, Any, Final

import asyncpg
from pydantic import AfterValidator, StringConstraints, TypeAdapter, ValidationError

from domain.actors import Role
from domain.errors import MalformedError, NotFoundError
from domain.values import BodyRef, Email, PersonRef, Value
from eventstore.checks import problems, refuse_unstorable
from eventstore.erasures import refusing_what_was_erased
from eventstore.pool import connection_errors

_ALPHABET: Final = "abcdefghjkmnpqrstvwxyz23456789"  # nothing that is mistaken for something else
_PERSON: Final = "SELECT ref, name, role, organisation, email, left_on FROM ledger.people"


def _storable(text: str) -> str:
    refuse_unstorable(text, "a name")
    return text


Name = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_storable)]
"""What a person or a body is called on a page."""


class Person(Value):
    """A person as the directory has them now."""

    ref: PersonRef
    name: Name
    role: Role
    organisation: BodyRef
    email: Email | None = None
    left_on: date | None = None
    """The last day on which they had anything to do here. From the next day no part falls to them."""


class Directory:
    """The people and bodies of one database. Every method may raise `UnavailableError`."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def add(
        self,
        *,
        name: str,
        role: Role,
        organisation: str,
        email: str | None = None,
        left_on: date | None = None,
        ref: str | None = None,
    ) -> Person:
        """Add a person under a reference that says nothing about them: a random one, unless given.

        Raises:
            MalformedError: a field does not have its form, or the reference is taken, or was erased.
        """
        given = {
            "name": name,
            "role": role,
            "organisation": organisation,
            "email": email,
            "left_on": left_on,
        }
        person = _person({"ref": ref or _random_ref(), **given})
        while not await self._insert(person):
            if ref is not None:
                raise MalformedError(f"{ref} is taken; give another reference or none")
            person = _person({"ref": _random_ref(), **given})
        return person

    async def change(self, person: Person) -> None:
        """Replace what the directory says about a person.

        Raises:
            NotFoundError: nobody has the reference.
        """
        with connection_errors():
            changed = await self._pool.fetchval(
                "UPDATE ledger.people SET name = $2, role = $3, organisation = $4, email = $5, left_on = $6 "
                "WHERE ref = $1 RETURNING ref",
                *_columns(person),
            )
        if changed is None:
            raise NotFoundError(f"nobody has the reference {person.ref}")

    async def find(self, ref: str) -> Person | None:
        """Return a person, or none."""
        with connection_errors():
            row = await self._pool.fetchrow(f"{_PERSON} WHERE ref = $1", ref)
        return None if row is None else _person(dict(row))

    async def list(self, *, here_on: date | None = None) -> Sequence[Person]:
        """Return everybody, by name; or only those who had not left before a day."""
        with connection_errors():
            rows = await self._pool.fetch(
                f"{_PERSON} WHERE $1::date IS NULL OR left_on IS NULL OR left_on >= $1 ORDER BY name, ref",
                here_on,
            )
        return [_person(dict(row)) for row in rows]

    async def names(self, refs: Iterable[str]) -> dict[str, str]:
        """Return the names of those among the references that the directory knows."""
        with connection_errors():
            rows = await self._pool.fetch(
                "SELECT ref, name FROM ledger.people WHERE ref = ANY ($1)", tuple(refs)
            )
        return dict(rows)

    async def put_body(self, ref: str, name: str) -> None:
        """Say what a body is called, for the first time or anew.

        Raises:
            MalformedError: the reference or the name does not have its form.
        """
        _check(_BODY_REF, ref, "ref")
        _check(_NAME, name, "name")
        with connection_errors():
            await self._pool.execute(
                "INSERT INTO ledger.bodies (ref, name) VALUES ($1, $2) "
                "ON CONFLICT (ref) DO UPDATE SET name = excluded.name",
                ref,
                name,
            )

    async def bodies(self) -> dict[str, str]:
        """Return what every body is called, by reference."""
        with connection_errors():
            rows = await self._pool.fetch("SELECT ref, name FROM ledger.bodies ORDER BY ref")
        return dict(rows)

    async def _insert(self, person: Person) -> bool:
        with connection_errors(), refusing_what_was_erased("give another reference or none"):
            inserted = await self._pool.fetchval(
                "INSERT INTO ledger.people (ref, name, role, organisation, email, left_on) "
                "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (ref) DO NOTHING RETURNING ref",
                *_columns(person),
            )
        return inserted is not None


_BODY_REF: Final[TypeAdapter[str]] = TypeAdapter(BodyRef)
_NAME: Final[TypeAdapter[str]] = TypeAdapter(Name)


def _random_ref() -> str:
    return "p-" + "".join(secrets.choice(_ALPHABET) for _ in range(8))


def _person(fields: dict[str, Any]) -> Person:
    try:
        return Person.model_validate(fields)
    except ValidationError as error:
        raise MalformedError(problems(error)) from error


def _check(form: TypeAdapter[str], text: str, what: str) -> None:
    try:
        form.validate_python(text)
    except ValidationError as error:
        raise MalformedError(f"{what}{problems(error)}") from error


def _columns(person: Person) -> tuple[object, ...]:
    return (
        person.ref,
        person.name,
        person.role.value,
        person.organisation,
        person.email,
        person.left_on,
    )
