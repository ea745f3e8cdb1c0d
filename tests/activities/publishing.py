"""A report that is released, and the means to publish it: for several files of tests."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from temporalio.testing import ActivityEnvironment

from activities.publication import UNNOTED, Publisher
from domain.actors import Role
from domain.inspection import events as e
from domain.messages import Answer, PublishQuestion
from eventstore.codecs import CODEC
from tests.activities.playing import RULES, Play, handler_on
from workers.rehearsal.script import PEOPLE
from workers.stores import Stores

WORDS = 'Children wait "too long" <script>alert(1)</script> & more\n\nA second paragraph.'


def publisher_on(stores: Stores, folder: Path, place: Callable[[str], None]) -> Publisher:
    return Publisher(handler_on(stores.ledger), RULES, stores.texts, stores.directory, folder, place)


class Desk:
    """A released report and the means to publish it."""

    def __init__(self, stores: Stores, folder: Path, play: Play, place: Callable[[str], None]) -> None:
        self.stores, self.folder, self.play = stores, folder, play
        self.publisher = publisher_on(stores, folder, place)
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


def undisturbed(_: str) -> None: ...


async def released(stores: Stores, folder: Path, place: Callable[[str], None] = undisturbed) -> Desk:
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


async def fill_directory(stores: Stores) -> None:
    await stores.directory.put_body("la-trf", "Trafford & <b>Council</b>")
    ref, organisation = PEOPLE[Role.OFSTED_LEAD]
    await stores.directory.add(
        name="Ann <i>O'Neil</i>", role=Role.OFSTED_LEAD, organisation=organisation, ref=ref
    )
