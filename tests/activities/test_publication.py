"""Publication: what was released, rendered for everybody to read, laid down whole, noted once."""

import hashlib
import threading
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from activities.publication import ERASED, NOT_WRITTEN, TEMPLATE_DIGEST, lay_down
from domain.actors import Role
from domain.inspection import events as e
from domain.privacy import ErasureReason
from eventstore.codecs import CODEC
from eventstore.erasures import Decision
from tests.activities.playing import RULES, Play, handler_on
from tests.activities.publishing import WORDS, Desk, fill_directory, released, undisturbed
from workers.rehearsal.script import PEOPLE
from workers.stores import Stores

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


async def test_a_report_is_published_and_its_digest_noted(stores: Stores, tmp_path: Path) -> None:
    desk = await released(stores, tmp_path)
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
    await fill_directory(stores)
    desk = await released(stores, tmp_path)
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
    desk = await released(stores, tmp_path)
    await desk.publish()
    cells = " ".join(Page(desk.file.read_bytes()).text_in("td"))
    assert "icb-trf" in cells
    assert PEOPLE[Role.CQC_LEAD][0] in cells


async def test_an_erased_text_is_shown_as_erased_and_a_missing_one_as_missing(
    stores: Stores, tmp_path: Path
) -> None:
    desk = await released(stores, tmp_path)
    sealed = await stores.pool.fetch("SELECT encode(digest, 'hex') AS digest FROM ledger.sealed")
    decision = Decision("TRF-2023-F1", ErasureReason.LEGAL_DUTY, "p-dpo")
    await stores.erasures.erase(decision, texts=[row["digest"] for row in sealed])
    await desk.publish()
    texts = [text for _, text in Page(desk.file.read_bytes()).texts]
    assert texts.count(ERASED) == 2
    assert texts.count(NOT_WRITTEN) == 3


async def test_without_a_release_nothing_is_published(stores: Stores, tmp_path: Path) -> None:
    play = await Play(handler_on(stores.ledger)).until("end_fieldwork")
    desk = Desk(stores, tmp_path, play, undisturbed)
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
    desk = await released(stores, tmp_path)
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
    desk = await released(stores, tmp_path)
    await desk.publish()
    wording = RULES.handbook("2023-01-01").outcomes["2"].wording.value  # type: ignore[index]  # the key is an enum of strings
    assert wording in Page(desk.file.read_bytes()).text_in("p")
