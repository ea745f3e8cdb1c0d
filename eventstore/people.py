"""The directory: whom the ledger's references stand for. Mutable, so that names can change and be erased."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Annotated, Final

import asyncpg
from pydantic import StringConstraints

from domain.actors import Role
from domain.errors import MalformedError, NotFoundError
from domain.values import BodyRef, PersonRef, Value
from eventstore.pool import connection_errors

_ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that is mistaken for something else
_LETTERS: Final = 6

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254)]


class Person(Value):
    """Somebody who decides or records, or has to hear of things."""

    ref: PersonRef
    name: Name
    role: Role
    organisation: BodyRef
    email: Email | None = None


_COLUMNS: Final = "ref, name, role, organisation, email"


class Directory:
    """People and bodies by reference."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def add(self, person: Person) -> None:
        """Add somebody.

        Raises:
            MalformedError: the reference is taken.
        """
        with connection_errors():
            added = await self._pool.execute(
                f"INSERT INTO ledger.people ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
                *_values(person),
            )
        if added.endswith(" 0"):
            raise MalformedError(f"ref {person.ref} is taken; people change changes an entry")

    async def change(self, person: Person) -> None:
        """Replace an entry.

        Raises:
            NotFoundError: there is none under that reference.
        """
        with connection_errors():
            changed = await self._pool.execute(
                "UPDATE ledger.people SET name = $2, role = $3, organisation = $4, email = $5 WHERE ref = $1",
                *_values(person),
            )
        if changed.endswith(" 0"):
            raise NotFoundError(f"{person.ref} is not in the directory")

    async def find(self, ref: str) -> Person | None:
        """Look somebody up."""
        with connection_errors():
            row = await self._pool.fetchrow(f"SELECT {_COLUMNS} FROM ledger.people WHERE ref = $1", ref)
        return Person(**dict(row)) if row else None

    async def people(self) -> list[Person]:
        """List everybody, by name."""
        with connection_errors():
            rows = await self._pool.fetch(f"SELECT {_COLUMNS} FROM ledger.people ORDER BY name, ref")
        return [Person(**dict(row)) for row in rows]

    async def person_names(self, refs: Sequence[str]) -> Mapping[str, str]:
        """Return the names of those who are in the directory."""
        return await self._names("people", refs)

    async def put_body(self, ref: str, name: str) -> None:
        """Say how a body is called, or is called now."""
        with connection_errors():
            await self._pool.execute(
                "INSERT INTO ledger.bodies (ref, name) VALUES ($1, $2) "
                "ON CONFLICT (ref) DO UPDATE SET name = excluded.name",
                ref,
                name,
            )

    async def body_names(self, refs: Sequence[str]) -> Mapping[str, str]:
        """Return the names of the bodies that are in the directory."""
        return await self._names("bodies", refs)

    async def _names(self, table: str, refs: Sequence[str]) -> Mapping[str, str]:
        with connection_errors():
            rows = await self._pool.fetch(f"SELECT ref, name FROM ledger.{table} WHERE ref = ANY($1)", refs)
        return {row["ref"]: row["name"] for row in rows}


def new_reference() -> PersonRef:
    """Make a reference that says nothing about the person."""
    return "p-" + "".join(secrets.choice(_ALPHABET) for _ in range(_LETTERS))


def _values(person: Person) -> tuple[str, str, str, str, str | None]:
    return person.ref, person.name, person.role.value, person.organisation, person.email
