"""Attempts to publish: killed, overtaken, met by what is in the way. What is noted is there in the end."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.commands import CommandHandler, Context
from activities.publication import UNNOTED, Publisher
from domain.actors import Role
from domain.errors import UnavailableError
from domain.messages import Answer, MilestoneRequest
from eventstore.codecs import CODECS
from eventstore.ledger import Append
from eventstore.people import Directory
from tests.activities.playing import RULES, Play, handler_on
from tests.activities.publishing import publisher_on, released
from workers.stores import Stores


class ProcessGoneError(Exception):
    """The process is gone."""


def _die_at(place: str) -> Callable[[str], None]:
    """Let an attempt end at a place, the first time that one comes there."""
    places: list[str] = []

    def interrupt(reached: str) -> None:
        places.append(reached)
        if reached == place and places.count(place) == 1:
            raise ProcessGoneError

    return interrupt


async def test_killed_before_the_note_nobody_sees_the_page_and_the_next_attempt_publishes(
    stores: Stores, tmp_path: Path
) -> None:
    """What lies there meanwhile is for its owner alone."""
    desk = await released(stores, tmp_path, _die_at("after laying the report down"))
    with pytest.raises(ApplicationError):
        await desk.publish()
    assert "report_published" not in await desk.names()
    assert desk.seen() == []
    assert (tmp_path / desk.play.inspection / UNNOTED).stat().st_mode & 0o077 == 0

    await stores.directory.put_body("la-trf", "Trafford as it is called now")
    await desk.publish()
    assert b"as it is called now" in await desk.noted_page()
    await desk.publish()
    assert desk.unnoted() == []


async def test_killed_after_the_note_the_page_that_was_noted_is_put_in_place(
    stores: Stores, tmp_path: Path
) -> None:
    """Not another one, though names have changed since."""
    desk = await released(stores, tmp_path, _die_at("after noting the report"))
    with pytest.raises(ApplicationError):
        await desk.publish()
    assert (await desk.names())[-1] == "report_published"
    assert desk.seen() == []

    await stores.directory.put_body("la-trf", "Trafford as it is called now")
    await desk.publish()
    assert b"as it is called now" not in await desk.noted_page()


async def test_what_was_noted_is_put_in_place_also_when_nobody_tries_again(
    stores: Stores, tmp_path: Path
) -> None:
    """Temporal has forgotten the process; workers look into the folder. What was not noted stays unseen."""
    desk = await released(stores, tmp_path, _die_at("after laying the report down"))
    with pytest.raises(ApplicationError):
        await desk.publish()
    await desk.publisher.put_left_in_place()
    assert desk.seen() == []

    desk.publisher = publisher_on(stores, tmp_path, _die_at("after noting the report"))
    with pytest.raises(ApplicationError):
        await desk.publish()
    unreadable = tmp_path / "AAA-2000-F1" / UNNOTED
    unreadable.mkdir(parents=True)
    await stores.ledger.append([_stranger("AAA-2000-F1")])
    with pytest.raises(UnavailableError, match=r"AAA-2000-F1: .*stranger"):
        await desk.publisher.put_left_in_place()
    await desk.noted_page()
    assert desk.unnoted() == [unreadable]


def _stranger(inspection: str) -> Append:
    """Bring an event to an inspection that this release cannot read."""
    body = '{"event":{},"provenance":{},"schema_version":1,"type":"stranger"}'
    return Append(inspection, uuid4(), bytes(32), 0, "{}", "{}", (body,), at=datetime.now(UTC))


async def test_a_folder_at_the_pages_address_is_met_before_the_note(stores: Stores, tmp_path: Path) -> None:
    """Somebody takes it away, and the report is published."""
    desk = await released(stores, tmp_path)
    in_the_way = tmp_path / desk.play.inspection / "report-1.html"
    in_the_way.mkdir(parents=True)
    with pytest.raises(ApplicationError, match="in the way"):
        await desk.publish()
    assert "report_published" not in await desk.names()

    in_the_way.rmdir()
    await desk.publish()
    await desk.noted_page()


Meanwhile = Callable[[], Awaitable[object]]


class StalledNames:
    """Reads what bodies are called, and hands it over when something else has happened meanwhile."""

    def __init__(self, names: Directory, meanwhile: Meanwhile) -> None:
        self.names, self._names, self._meanwhile = names.names, names, meanwhile

    async def bodies(self) -> Mapping[str, str]:
        read = await self._names.bodies()
        await self._meanwhile()
        return read


class Overtaken(CommandHandler):
    """A handler that is overtaken by something just before it notes a publication."""

    meanwhile: Meanwhile

    async def handle_own(self, request: MilestoneRequest, context: Context) -> Answer:
        await self.meanwhile()
        return await super().handle_own(request, context)


def _overtaken(stores: Stores, folder: Path, meanwhile: Meanwhile) -> Publisher:
    handler = Overtaken(stores.ledger, RULES, CODECS)
    handler.meanwhile = meanwhile
    return Publisher(handler, RULES, stores.texts, stores.directory, folder)


@pytest.mark.parametrize("stalled", ["while rendering", "before the note"])
@pytest.mark.parametrize("name", [None, "Trafford as it is called now"], ids=["same", "renamed"])
async def test_an_attempt_that_has_been_overtaken_harms_nothing(
    stalled: str, name: str | None, stores: Stores, tmp_path: Path
) -> None:
    """Temporal gives it up after half a minute and begins another; it may go on all the same."""
    desk = await released(stores, tmp_path)
    timely = desk.publisher

    async def meanwhile() -> None:
        if name:
            await stores.directory.put_body("la-trf", name)
        await ActivityEnvironment().run(timely.publish_report, desk.question)

    if stalled == "while rendering":
        names = StalledNames(stores.directory, meanwhile)
        desk.publisher = Publisher(handler_on(stores.ledger), RULES, stores.texts, names, tmp_path)
    else:
        desk.publisher = _overtaken(stores, tmp_path, meanwhile)
    answer = await desk.publish()
    assert answer.standing.stage == "follow_up"
    page = await desk.noted_page()
    assert name is None or name.encode() in page
    assert desk.file.stat().st_mode & 0o777 == 0o644


async def _complain(play: Play) -> None:
    """Complain, although comments were sent, which a partnership may not do but does."""
    contrary = {
        "rules": ["comments_or_complaint"],
        "reason": play.text.model_dump(),
        "authorised_by": "p-director",
    }
    request = play.request("lodge_complaint", Role.LANO, reference="C/1", contrary_to=contrary)
    answer = await play.hand_in(request)
    assert answer.refused is None, answer.refused


async def test_a_page_whose_release_falls_before_the_note_is_never_seen(
    stores: Stores, tmp_path: Path
) -> None:
    """A complaint comes in at the last moment."""
    desk = await released(stores, tmp_path)
    desk.publisher = _overtaken(stores, tmp_path, lambda: _complain(desk.play))
    answer = await desk.publish()
    assert answer.refused is not None
    assert desk.seen() == []


async def test_a_folder_that_cannot_be_written_is_tried_again(stores: Stores, tmp_path: Path) -> None:
    """Nothing is noted that is not there; when the folder is back, the report is published."""
    folder = tmp_path / "published"
    folder.write_text("in the way")
    desk = await released(stores, folder)
    with pytest.raises(ApplicationError) as caught:
        await desk.publish()
    assert not caught.value.non_retryable
    assert "report_published" not in await desk.names()
    folder.unlink()
    assert (await desk.publish()).standing.stage == "follow_up"
