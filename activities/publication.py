"""Publication: rendering what was released, laying it where the public finds it, and noting its digest.

Safe to repeat at any line, and beside itself: an attempt that has taken too long may still run when the
next one has begun. A page is first laid down where nobody sees it, under a name that holds its digest; the
ledger takes note once, because the note ends the release; and each attempt at its end gives the page that
was noted its name. So none can touch what another has published, and what was not noted is never seen.
"""

import asyncio
import contextlib
import errno
import hashlib
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Final, Protocol

from jinja2 import Environment, StrictUndefined, Template
from temporalio import activity

from activities.commands import CommandHandler, Interruption, go_on
from activities.inspection import context_of, in_temporals_terms
from activities.requests import own_request
from domain.errors import IntegrityError, UnavailableError
from domain.handbook import Handbook, PlanKind
from domain.inspection import State
from domain.inspection.vocabulary import AreaForAction, DraftRef, Findings, Sections
from domain.messages import Answer, MilestoneRequest, PublishQuestion, publication_id
from domain.rulebook import Rulebook
from domain.values import MonitoringResult, SealedText

TEMPLATE: Final = files("activities").joinpath("templates/report.html.j2").read_text(encoding="utf-8")
TEMPLATE_DIGEST: Final = hashlib.sha256(TEMPLATE.encode()).hexdigest()
ERASED: Final = "[This text has been erased.]"
NOT_WRITTEN: Final = "[Not part of this record.]"
UNNOTED: Final = ".unnoted"
"""The folder, beside an inspection's published pages, for those not yet noted. Only its owner enters it."""

_WHAT_FOLLOWS: Final = {
    PlanKind.STRATEGIC_PLAN: "The local area partnership is asked to update and publish its strategic plan.",
    PlanKind.PRIORITY_ACTION_PLAN: (
        "HMCI requires the local area partnership to prepare and submit a priority action plan."
    ),
}

_RESULTS: Final = {
    MonitoringResult.EFFECTIVE: "The local area partnership has taken effective action.",
    MonitoringResult.NOT_EFFECTIVE: "The local area partnership has not taken effective action.",
}
"""What a monitoring inspection came to. No handbook that is released has the wording."""


class Texts(Protocol):
    """Opens sealed texts; what was erased is none."""

    async def open_many(self, refs: Sequence[SealedText]) -> Mapping[SealedText, str | None]: ...


class Names(Protocol):
    """Knows how people and bodies are called."""

    async def names(self, refs: Iterable[str]) -> Mapping[str, str]: ...

    async def bodies(self) -> Mapping[str, str]: ...


class Publisher:
    """Publishes released reports into a folder."""

    def __init__(
        self,
        handler: CommandHandler,
        rules: Rulebook,
        texts: Texts,
        names: Names,
        folder: Path,
        interruption: Interruption = go_on,
    ) -> None:
        self._handler = handler
        self._rules = rules
        self._texts = texts
        self._names = names
        self._folder = folder
        self._at = interruption

    @activity.defn(name="publish_report")
    async def publish_report(self, question: PublishQuestion) -> Answer:
        """Publish the report that is released; without one, say where the inspection stands."""
        return await in_temporals_terms(self._publish(question))

    async def _publish(self, question: PublishQuestion) -> Answer:
        context = context_of(question)
        state = await self._handler.load(question.inspection)
        if state.released is None:
            answer = await self._handler.tick(question.inspection, context)
        else:
            request = await self._lay_down(question, state, state.released)
            self._at("after laying the report down")
            answer = await self._handler.handle_own(request, context)
            self._at("after noting the report")
        await self._put_in_place(question.inspection)
        return answer

    async def put_left_in_place(self) -> None:
        """Put in place what was noted and whose attempt was then lost, with the process that would repeat it.

        What is wrong with one inspection keeps no other waiting.

        Raises:
            UnavailableError: PostgreSQL cannot be reached, or some pages cannot be put in place; names which.
        """
        problems = []
        for inspection in await asyncio.to_thread(_with_unnoted_pages, self._folder):
            try:
                await self._put_in_place(inspection)
            except (IntegrityError, OSError) as error:
                problems.append(f"{inspection}: {error}")
        if problems:
            raise UnavailableError(f"pages cannot be put in place: {'; '.join(problems)}")

    async def _lay_down(
        self, question: PublishQuestion, state: State, released: DraftRef
    ) -> MilestoneRequest:
        """Lay the page down where nobody sees it yet, and return the request that notes it."""
        version = len(state.published) + 1
        address = f"{question.inspection}/report-{version}.html"
        page = await self.render(question.inspection, state, version)
        digest = hashlib.sha256(page).hexdigest()
        await asyncio.to_thread(self._lay_down_unseen, address, digest, page)
        return own_request(
            question.inspection,
            publication_id(question.inspection, version, released.digest, question.now),
            {
                "type": "confirm_publication",
                "occurred_at": question.now.isoformat(),
                "report_version": version,
                "draft": released.model_dump(mode="json"),
                "sha256": digest,
                "template": TEMPLATE_DIGEST,
                "address": address,
            },
        )

    async def _put_in_place(self, inspection: str) -> None:
        """See to it that every page that the ledger names has its name, also those of killed attempts."""
        for report in (await self._handler.load(inspection)).published:
            unseen = self._unseen(report.address, report.sha256)
            await asyncio.to_thread(reveal, unseen, self._folder / report.address)

    def _unseen(self, address: str, sha256: str) -> Path:
        """Say where a page lies until it is noted: its name says which bytes it has."""
        path = self._folder / address
        # Beside the address, which may be on a disk of its own: to be renamed it has to be on the same.
        return path.parent / UNNOTED / f"{path.name}.{sha256}"

    def _lay_down_unseen(self, address: str, sha256: str, page: bytes) -> None:
        unseen = self._unseen(address, sha256)
        unseen.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lay_down(unseen, page)
        if (self._folder / address).is_dir():  # to be met before the note
            raise IsADirectoryError(errno.EISDIR, "a folder is in the way", address)

    async def render(self, inspection: str, state: State, report_version: int) -> bytes:
        """Render the report of a state by the pinned template, as UTF-8."""
        assert state.draft is not None
        assert state.handbook is not None
        findings, sections = state.draft.findings, state.draft.sections
        handbook = self._rules.pinned_handbook(state.handbook)
        areas = (*state.scope, *findings.areas_for_priority_action, *findings.areas_for_improvement)
        texts = await self._texts.open_many(_texts_in(sections, areas))
        bodies = await self._names.bodies()
        people = await self._names.names(member.person for member in state.team)

        def text(sealed: SealedText | None) -> str:
            if sealed is None:
                return NOT_WRITTEN
            opened = texts.get(sealed)
            return ERASED if opened is None else opened

        page = _PAGE.render(
            inspection=inspection,
            report_version=report_version,
            ledger_version=state.version,
            draft=state.draft.ref,
            area=bodies.get(state.bodies[0], state.area),
            on_site=state.on_site,
            follows=state.follows,
            scope=_scope(state),
            came_to=_came_to(handbook, findings),
            sections=sections,
            findings=findings,
            bodies=state.bodies,
            team=state.team,
            handbook_version=handbook.version,
            text=text,
            body_name=lambda body: bodies.get(body, body),
            person_name=lambda person: people.get(person, person),
        )
        return page.encode()


def _came_to(handbook: Handbook, findings: Findings) -> tuple[str, ...]:
    """Say in paragraphs what an inspection came to, and what a full one asks of the partnership."""
    if findings.outcome is None:
        assert findings.result is not None
        return (_RESULTS[findings.result],)
    asks = handbook.follow_up[findings.outcome].value
    return handbook.outcomes[findings.outcome].wording.value, _WHAT_FOLLOWS[asks]


def _scope(state: State) -> list[tuple[AreaForAction, MonitoringResult]]:
    """List the areas that a monitoring inspection dealt with, each with what was found on it."""
    assert state.draft is not None
    results = {action.area: action.result for action in state.draft.findings.actions}
    return [(area, results[number]) for number, area in enumerate(state.scope, start=1)]


def _texts_in(sections: Sections, areas: tuple[AreaForAction, ...]) -> list[SealedText]:
    named = (getattr(sections, name) for name in type(sections).model_fields)
    return [text for text in named if text is not None] + [area.text for area in areas]


def _day(value: date | str) -> str:
    day = date.fromisoformat(value) if isinstance(value, str) else value
    return f"{day.day} {day:%B %Y}"


def _with_unnoted_pages(folder: Path) -> list[str]:
    return sorted(path.parent.name for path in folder.glob(f"*/{UNNOTED}"))


def reveal(page: Path, path: Path) -> None:
    """Give a page that was noted its name, unless it has it already; then drop what was laid down beside it.

    That cannot be noted any more, because a report's version is noted once.
    """
    if page.exists():
        with contextlib.suppress(FileNotFoundError):  # another attempt was faster
            page.replace(path)
        _sync_folder(path.parent)
    for left in page.parent.glob(f"*{path.name}.*"):
        left.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # not there, or another version is laid down in it
        page.parent.rmdir()


def lay_down(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, and make sure that it is on disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
        _sync_folder(path.parent)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def try_out(folder: Path) -> None:
    """Find out whether files can be laid down in a folder, and take away again what that took.

    By doing it: what the system says of rights tells nothing of full disks and of folders that are no disk's.

    Raises:
        OSError: they cannot.
    """
    made = [one for one in (folder, *folder.parents) if not one.exists()]
    try:
        if made:
            folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".") as file:
            file.write(b"tried out")
            file.flush()
            os.fsync(file.fileno())
    finally:
        for one in made:
            with contextlib.suppress(OSError):  # it was not made, or somebody uses it already
                one.rmdir()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _compiled() -> Template:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=False, keep_trailing_newline=True
    )
    environment.filters["day"] = _day
    return environment.from_string(TEMPLATE)


_PAGE: Final = _compiled()
