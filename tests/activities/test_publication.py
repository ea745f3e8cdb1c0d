"""Publication: what was released, rendered for everybody to read, laid down whole, noted once."""

import hashlib
import threading
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.commands import CommandHandler, Context
from activities.publication import ERASED, NOT_WRITTEN, TEMPLATE_DIGEST, UNNOTED, Publisher, lay_down
from domain.actors import Role
from domain.errors import UnavailableError
from domain.inspection import events as e
from domain.messages import Answer, MilestoneRequest, PublishQuestion
from eventstore.ledger import Append
from eventstore.people import Directory
from tests.activities.playing import RULES, Play, handler_on
from workers.rehearsal.script import PEOPLE
from workers.stores import CODEC, Stores

WORDS = 'Children wait "too long" <script>alert(1)</script> & more\n\nA second paragraph.'
VOID = {"meta", "br", "link", "img", "input", "hr"}


class Page(HTMLParser):
    """What a reader, or a screen reader, finds on a page."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(page.decode())
        assert self._open == [], "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((self._open[-1], data.strip()))

    def all(self, *tags: str) -> list[tuple[str, dict[str, str | None]]]:
        return [found for found in self.tags if found[0] in tags]

    def text_in(self, tag: str) -> list[str]:
        return [text for within, text in self.texts if within == tag]


def _publisher(stores: Stores, folder: Path, place: Callable[[str], None]) -> Publisher:
    return Publisher(handler_on(stores.ledger), RULES, stores.texts, stores.directory, folder, place)


class Desk:
    """A released report and the means to publish it."""

    def __init__(self, stores: Stores, folder: Path, play: Play, place: Callable[[str], None]) -> None:
        self.stores, self.folder, self.play = stores, folder, play
        self.publisher = _publisher(stores, folder, place)
        self.question = PublishQuestion(inspection=play.inspection, now=play.now, rehearsal=True)

    @property
    def file(self) -> Path:
        return self.folder / self.play.inspection / "report-1.html"

    def seen(self) -> list[Path]:
        """List the files that others may find."""
        return [path for path in self.folder.rglob("*") if path.is_file() and UNNOTED not in path.parts]

    def unnoted(self) -> list[Path]:
        """List the folders for what is not noted."""
        return list(self.folder.rglob(UNNOTED))

    async def noted_page(self) -> bytes:
        """Return the page that everybody sees; the ledger has it once, and with these bytes."""
        entries = await self.stores.ledger.read_stream(self.play.inspection)
        (noted,) = [one for one in map(CODEC.decode, entries) if isinstance(one, e.ReportPublished)]
        assert self.seen() == [self.folder / noted.address]
        page = (self.folder / noted.address).read_bytes()
        assert noted.sha256 == hashlib.sha256(page).hexdigest()
        return page

    async def publish(self) -> Answer:
        return await ActivityEnvironment().run(self.publisher.publish_report, self.question)

    async def names(self) -> list[str]:
        return [one.type for one in await self.stores.ledger.read_stream(self.play.inspection)]


def _go_on(_: str) -> None: ...


async def _released(stores: Stores, folder: Path, place: Callable[[str], None] = _go_on) -> Desk:
    text = await stores.texts.seal(WORDS, "test/words")
    play = await Play(handler_on(stores.ledger), text).until("end_fieldwork")
    area = {"bodies": ["la-trf", "icb-trf"], "text": text.model_dump()}
    await play.hand_in(
        play.request(
            "submit_draft",
            Role.OFSTED_LEAD,
            play.script.steps[play.done].at,
            findings={"outcome": "2", "areas_for_improvement": [area]},
            sections={"what_it_is_like": text.model_dump()},
        )
    )
    play.done += 1
    await play.until("release_report")
    return Desk(stores, folder, play, place)


async def _directory(stores: Stores) -> None:
    await stores.directory.put_body("la-trf", "Trafford & <b>Council</b>")
    ref, organisation = PEOPLE[Role.OFSTED_LEAD]
    await stores.directory.add(
        name="Ann <i>O'Neil</i>", role=Role.OFSTED_LEAD, organisation=organisation, ref=ref
    )


async def test_a_report_is_published_and_its_digest_noted(stores: Stores, tmp_path: Path) -> None:
    desk = await _released(stores, tmp_path)
    answer = await desk.publish()

    assert answer.standing.stage == "follow_up"
    entry = (await stores.ledger.read_stream(desk.play.inspection))[-1]
    noted = CODEC.decode(entry)
    assert isinstance(noted, e.ReportPublished)
    page = desk.file.read_bytes()
    assert noted.sha256 == hashlib.sha256(page).hexdigest()
    assert noted.template == TEMPLATE_DIGEST
    assert tmp_path / noted.address == desk.file
    assert noted.decided_by.role is Role.SYSTEM
    assert desk.file.stat().st_mode & 0o777 == 0o644
    assert desk.seen() == [desk.file]


async def test_what_people_wrote_is_text_and_never_markup(stores: Stores, tmp_path: Path) -> None:
    await _directory(stores)
    desk = await _released(stores, tmp_path)
    await desk.publish()
    page = desk.file.read_text(encoding="utf-8")
    seen = Page(desk.file.read_bytes())

    assert "<script" not in page
    assert "<b>Council" not in page
    assert "<i>" not in page
    assert WORDS in seen.text_in("p")
    assert any("Ann <i>O'Neil</i>, lead inspector" in text for text in seen.text_in("td"))
    assert any("Trafford & <b>Council</b>" in text for text in seen.text_in("td"))
    assert "Area SEND inspection of Trafford & <b>Council</b>" in seen.text_in("h1")


async def test_who_is_not_in_the_directory_is_named_by_reference(stores: Stores, tmp_path: Path) -> None:
    desk = await _released(stores, tmp_path)
    await desk.publish()
    cells = " ".join(Page(desk.file.read_bytes()).text_in("td"))
    assert "icb-trf" in cells
    assert PEOPLE[Role.CQC_LEAD][0] in cells


async def test_an_erased_text_is_shown_as_erased_and_a_missing_one_as_missing(
    stores: Stores, tmp_path: Path, database_url: str
) -> None:
    desk = await _released(stores, tmp_path)
    superuser = await asyncpg.connect(database_url)
    try:
        await superuser.execute("DELETE FROM ledger.sealed")
    finally:
        await superuser.close()
    await desk.publish()
    texts = [text for _, text in Page(desk.file.read_bytes()).texts]
    assert texts.count(ERASED) == 2
    assert texts.count(NOT_WRITTEN) == 3


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
    desk = await _released(stores, tmp_path, _die_at("after laying the report down"))
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
    desk = await _released(stores, tmp_path, _die_at("after noting the report"))
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
    desk = await _released(stores, tmp_path, _die_at("after laying the report down"))
    with pytest.raises(ApplicationError):
        await desk.publish()
    await desk.publisher.put_left_in_place()
    assert desk.seen() == []

    desk.publisher = _publisher(stores, tmp_path, _die_at("after noting the report"))
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
    desk = await _released(stores, tmp_path)
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
    handler = Overtaken(stores.ledger, RULES, CODEC)
    handler.meanwhile = meanwhile
    return Publisher(handler, RULES, stores.texts, stores.directory, folder)


@pytest.mark.parametrize("stalled", ["while rendering", "before the note"])
@pytest.mark.parametrize("name", [None, "Trafford as it is called now"], ids=["same", "renamed"])
async def test_an_attempt_that_has_been_overtaken_harms_nothing(
    stalled: str, name: str | None, stores: Stores, tmp_path: Path
) -> None:
    """Temporal gives it up after half a minute and begins another; it may go on all the same."""
    desk = await _released(stores, tmp_path)
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
    desk = await _released(stores, tmp_path)
    desk.publisher = _overtaken(stores, tmp_path, lambda: _complain(desk.play))
    answer = await desk.publish()
    assert answer.refused is not None
    assert desk.seen() == []


async def test_a_folder_that_cannot_be_written_is_tried_again(stores: Stores, tmp_path: Path) -> None:
    """Nothing is noted that is not there; when the folder is back, the report is published."""
    folder = tmp_path / "published"
    folder.write_text("in the way")
    desk = await _released(stores, folder)
    with pytest.raises(ApplicationError) as caught:
        await desk.publish()
    assert not caught.value.non_retryable
    assert "report_published" not in await desk.names()
    folder.unlink()
    assert (await desk.publish()).standing.stage == "follow_up"


async def test_without_a_release_nothing_is_published(stores: Stores, tmp_path: Path) -> None:
    play = await Play(handler_on(stores.ledger)).until("end_fieldwork")
    desk = Desk(stores, tmp_path, play, _go_on)
    answer = await desk.publish()
    assert answer.standing.stage == "moderation"
    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240  a look, nothing to wait for


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    """Whoever reads while it is replaced reads the one or the other."""
    path = tmp_path / "deep" / "report.html"
    contents = {bytes([letter]) * 200_000 for letter in b"ab"}
    lay_down(path, b"a" * 200_000)
    over = threading.Event()

    def replace() -> None:
        for _ in range(20):
            for content in contents:
                lay_down(path, content)
        over.set()

    writer = threading.Thread(target=replace)
    writer.start()
    while not over.is_set():
        assert path.read_bytes() in contents
    writer.join()
    assert [one.name for one in path.parent.iterdir()] == ["report.html"]


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "report.html").mkdir()
    with pytest.raises(OSError):  # noqa: PT011  which one differs between systems
        lay_down(tmp_path / "report.html", b"text")
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]


async def test_the_page_is_accessible(stores: Stores, tmp_path: Path) -> None:
    """Language, title, one first heading, none skipped, tables with captions and headers, a way past."""
    desk = await _released(stores, tmp_path)
    await desk.publish()
    page = Page(desk.file.read_bytes())
    attributes: dict[str, Any] = dict(page.tags)

    assert attributes["html"]["lang"] == "en-GB"
    assert page.text_in("title")
    headings = [int(tag[1]) for tag, _ in page.all("h1", "h2", "h3", "h4", "h5", "h6")]
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(following <= before + 1 for before, following in pairwise(headings))
    tables = len(page.all("table"))
    assert tables == len(page.all("caption")) == len(page.text_in("caption")) > 0
    assert all(given.get("scope") in {"col", "row"} for _, given in page.all("th"))
    assert len(page.all("thead")) == tables
    assert [tag for tag, _ in page.all("header", "main")] == ["header", "main"]
    skip = page.all("a")[0][1]["href"]
    assert skip
    assert skip.removeprefix("#") in {given.get("id") for _, given in page.tags}
    assert all("alt" in given for _, given in page.all("img"))
    ids = [given["id"] for _, given in page.tags if "id" in given]
    assert len(ids) == len(set(ids))


async def test_the_report_says_the_outcome_word_for_word(stores: Stores, tmp_path: Path) -> None:
    desk = await _released(stores, tmp_path)
    await desk.publish()
    wording = RULES.handbook("2023-01-01").outcomes["2"].wording.value  # type: ignore[index]  # the key is an enum of strings
    assert wording in Page(desk.file.read_bytes()).text_in("p")
