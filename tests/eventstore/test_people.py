"""The directory of people and bodies."""

import re
from datetime import date
from typing import Any

import asyncpg
import pytest

from domain.actors import Role
from domain.errors import MalformedError, NotFoundError
from eventstore.people import Directory, Person


async def test_a_person_gets_a_reference_that_says_nothing(pool: asyncpg.Pool) -> None:
    directory = Directory(pool)
    ann = await directory.add(name="Ann O'Neill", role=Role.COORDINATOR, organisation="ofsted")
    assert re.fullmatch(r"p-[a-z2-9]{8}", ann.ref)
    assert await directory.find(ann.ref) == ann
    assert await directory.find("p-nobody") is None


async def test_a_reference_may_be_given_once(pool: asyncpg.Pool) -> None:
    directory = Directory(pool)
    await directory.add(name="Ann", role=Role.DCS, organisation="la-sfk", ref="p-ann")
    with pytest.raises(MalformedError, match="p-ann is taken"):
        await directory.add(name="Other", role=Role.DCS, organisation="la-sfk", ref="p-ann")
    assert await directory.names(["p-ann"]) == {"p-ann": "Ann"}


async def test_people_change(pool: asyncpg.Pool) -> None:
    directory = Directory(pool)
    ann = await directory.add(name="Ann", role=Role.INSPECTOR, organisation="cqc", email="ann@example.org")
    changed = ann.model_copy(update={"name": "Anna", "role": Role.CQC_LEAD, "email": None})
    await directory.change(changed)
    assert await directory.find(ann.ref) == changed
    with pytest.raises(NotFoundError, match="p-nobody"):
        await directory.change(Person(ref="p-nobody", name="N", role=Role.DCS, organisation="la-sfk"))


async def test_people_are_listed_by_name(pool: asyncpg.Pool) -> None:
    directory = Directory(pool)
    bob = await directory.add(name="Bob", role=Role.INSPECTOR, organisation="cqc")
    ann = await directory.add(name="Ann", role=Role.INSPECTOR, organisation="cqc")
    assert list(await directory.list()) == [ann, bob]
    assert await directory.names([bob.ref, "p-nobody"]) == {bob.ref: "Bob"}


async def test_a_field_without_its_form_is_named(pool: asyncpg.Pool) -> None:
    fitting: dict[str, Any] = {"name": "Ann", "organisation": "ofsted"}
    for field, value in (
        ("ref", "Ann"),
        ("name", ""),
        ("name", "A\x00"),
        ("organisation", "Ofsted!"),
        ("email", "nowhere"),
    ):
        with pytest.raises(MalformedError, match=field):
            await Directory(pool).add(role=Role.DCS, **{**fitting, field: value})


async def test_bodies_have_names_that_may_change(pool: asyncpg.Pool) -> None:
    directory = Directory(pool)
    await directory.put_body("la-sfk", "Suffolk")
    await directory.put_body("cqc", "Care Quality Commission")
    await directory.put_body("la-sfk", "Suffolk County Council")
    assert await directory.bodies() == {"cqc": "Care Quality Commission", "la-sfk": "Suffolk County Council"}
    with pytest.raises(MalformedError, match="ref"):
        await directory.put_body("Suffolk", "Suffolk")
    with pytest.raises(MalformedError, match="name"):
        await directory.put_body("la-sfk", "")


async def test_who_has_left_stays_in_the_directory_and_is_not_among_those_who_are_here(
    pool: asyncpg.Pool,
) -> None:
    directory = Directory(pool)
    ann = await directory.add(name="Ann", role=Role.DCS, organisation="la-sfk")
    await directory.change(ann.model_copy(update={"left_on": date(2024, 3, 31)}))
    assert [one.ref for one in await directory.list()] == [ann.ref]
    assert [one.ref for one in await directory.list(here_on=date(2024, 3, 31))] == [ann.ref]
    assert list(await directory.list(here_on=date(2024, 4, 1))) == []
