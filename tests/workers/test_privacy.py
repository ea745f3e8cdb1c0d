"""What is held of somebody is listed, erased on record, and due by the rules; the ledger stays as it is."""

import os
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from activities.commands import Context
from domain.actors import Role
from domain.errors import MalformedError, NotFoundError
from domain.london import at_time
from domain.messages import MilestoneRequest
from domain.privacy import ErasureReason, Subject
from domain.rulebook import Rulebook
from domain.streams import StreamKind
from eventstore.codecs import CODECS
from eventstore.envelope import Provenance
from eventstore.erasures import Decision
from eventstore.folding import state_of
from eventstore.ledger import Append
from proof.notes import KeyType, SecretKey
from tests.activities.playing import handler_on
from tests.domain.thematic.story import Story as ReviewStory
from tests.journeys.house import fresh_database
from workers.privacy.due import Due, all_due, erase_due
from workers.privacy.erasing import Plan, carry_out, plan_of, require_decider
from workers.privacy.held import held, still_there
from workers.settings import Settings
from workers.stores import Stores, open_stores

STREAM = "SFK-2023-F1"
REASON = "The lead was ill, as her husband said"
NOTE = "The head teacher told of a pupil's tics"
TODAY = date(2026, 11, 27)


@pytest.fixture
async def database_url(postgres_url: str) -> AsyncIterator[str]:
    async with fresh_database(postgres_url, rehearsal=False) as url:
        yield url


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "notices").mkdir()
    (tmp_path / "published").mkdir()
    return Settings(data_dir=tmp_path)


@pytest.fixture
async def stores(database_url: str) -> AsyncIterator[Stores]:
    """A ledger in which p-lead notified against a rule, with a reason; a command with a note was refused."""
    async with open_stores(database_url) as opened:
        add = opened.directory.add
        await add(
            ref="p-lead", name="Lena Adler", role=Role.OFSTED_LEAD, organisation="ofsted", email="l@x.org"
        )
        await add(ref="p-dpo", name="Pat Oduya", role=Role.COORDINATOR, organisation="ofsted")
        site = {"first": "2023-11-13", "last": "2023-11-17"}
        await _record(
            opened, "p-dpo", "coordinator", type="plan_inspection", area="SFK", kind="full",
            bodies=["la-sfk", "icb-sfk"], notify_on="2023-10-30", on_site=site,
        )  # fmt: skip
        reason = await opened.texts.seal(REASON, "c1/contrary_to.reason")
        against = {"rules": ["team_complete"], "reason": reason.model_dump(), "authorised_by": "p-dir"}
        await _record(opened, "p-lead", "ofsted_lead", type="notify_area", contrary_to=against)
        note = await opened.texts.seal(NOTE, "c2/note")
        withdrawal = {"reason": "programme_changed", "note": note.model_dump()}
        answer = await _record(opened, "p-lead", "ofsted_lead", type="withdraw_inspection", **withdrawal)
        assert answer.refused is not None
        yield opened


async def _record(stores: Stores, person: str, role: str, **command: Any) -> Any:
    said = {
        **command,
        "occurred_at": "2023-10-30T12:00:00Z",
        "decided_by": {"person": person, "role": role, "organisation": "ofsted"},
        "recorded_by": {"person": person},
    }
    request = MilestoneRequest(inspection=STREAM, command_id=str(uuid4()), command=said)
    return await handler_on(stores.ledger).handle(request, Context(now=datetime.now(UTC)))


async def _plan(stores: Stores, settings: Settings, name: str, *, with_texts: bool = False) -> Plan:
    found = await held(stores, Subject.parse(name))
    return await plan_of(found, with_texts=with_texts, settings=settings, today=TODAY)


async def _erase(stores: Stores, settings: Settings, name: str, *, with_texts: bool = False) -> None:
    plan = await _plan(stores, settings, name, with_texts=with_texts)
    await carry_out(stores, plan, Decision(name, ErasureReason.PERSON_ASKED, "p-dpo"))


async def test_a_report_lists_all_that_names_a_person_and_what_he_or_she_gave(stores: Stores) -> None:
    found = await held(stores, Subject.parse("p-lead"))
    assert found.person is not None
    assert found.person.name == "Lena Adler"
    assert (found.events[0].type, found.events[0].named_as) == (
        "area_notified",
        ("decided_by.person", "recorded_by.person"),
    )
    assert [one.refused for one in found.commands] == [False, True]
    assert {one.text: one.given for one in found.texts} == {REASON: True, NOTE: True}
    authority = await held(stores, Subject.parse("p-dir"))
    assert [(one.text, one.given) for one in authority.texts] == [(REASON, False)]


async def test_a_text_is_found_by_its_digest_and_a_stream_with_all_its_texts(stores: Stores) -> None:
    texts = (await held(stores, Subject.parse(STREAM))).texts
    assert {one.text for one in texts} == {REASON, NOTE}
    (one,) = [one for one in texts if one.text == REASON]
    by_digest = await held(stores, Subject.parse(one.digest))
    assert [(text.digest, text.where) for text in by_digest.texts] == [
        (one.digest, f"{STREAM} version 2: irregular.reason")
    ]


async def test_nobody_is_told_about_what_is_not_held(stores: Stores) -> None:
    for unknown in ("p-nobody", "c-1", "0" * 64, "SRY-2023-F1"):
        with pytest.raises(NotFoundError, match="nothing is held"):
            await held(stores, Subject.parse(unknown))
    with pytest.raises(MalformedError, match="accepted is a person"):
        Subject.parse("Lena Adler")
    with pytest.raises(MalformedError, match="p-nobody is not in the directory"):
        await require_decider(stores, "p-nobody")


async def test_an_erased_person_is_a_reference_and_what_she_wrote_about_others_stays(
    stores: Stores, settings: Settings
) -> None:
    """Unless the texts are asked for, too. The letters to her go; those to others stay."""
    to_her = settings.notices_folder / "2-0011223344556677.p-lead.notified.eml"
    to_another = settings.notices_folder / "2-0011223344556677.p-leader.notified.eml"
    for letter in (to_her, to_another):
        letter.write_text("To: …")

    await _erase(stores, settings, "p-lead")

    assert await stores.directory.find("p-lead") is None
    assert (to_her.exists(), to_another.exists()) == (False, True)
    found = await held(stores, Subject.parse("p-lead"))
    assert found.erasure is not None
    assert (found.erasure.decided_by, found.person) == ("p-dpo", None)
    assert len(still_there(found.texts)) == 2
    await _erase(stores, settings, "p-lead", with_texts=True)
    assert still_there((await held(stores, Subject.parse("p-lead"))).texts) == ()
    assert (await _plan(stores, settings, "p-lead", with_texts=True)).empty


async def test_a_stream_is_not_erased_and_its_texts_are(stores: Stores, settings: Settings) -> None:
    with pytest.raises(MalformedError, match="accepted is --texts"):
        await _plan(stores, settings, STREAM)
    await _erase(stores, settings, STREAM, with_texts=True)
    texts = (await held(stores, Subject.parse(STREAM))).texts
    assert [(one.text, one.erasure and one.erasure.subject) for one in texts] == [(None, STREAM)] * 2


async def test_erasing_changes_no_leaf_no_root_and_no_state(stores: Stores, settings: Settings) -> None:
    """What was signed before is signed again as the same: nothing of it rests on what was erased."""
    key = SecretKey.generate("ledger.example", KeyType.LOG)
    signed = await stores.checkpoints.issue([key], datetime.now(UTC))
    before = await stores.ledger.read_all()
    state = state_of(STREAM, await stores.ledger.read_stream(STREAM))

    await _erase(stores, settings, STREAM, with_texts=True)
    await _erase(stores, settings, "p-lead")

    assert await stores.ledger.read_all() == before
    assert state_of(STREAM, await stores.ledger.read_stream(STREAM)) == state
    assert await stores.checkpoints.issue([key], datetime.now(UTC)) == signed


async def test_places_that_keep_a_copy_are_named_and_a_published_page_by_its_file(
    stores: Stores, settings: Settings
) -> None:
    """Also where the page has escaped the words and broken them into lines."""
    page = settings.publication_dir / STREAM / "report-1.html"
    page.parent.mkdir()
    page.write_text("<p>The head teacher told of\n  a pupil&#39;s <b>tics</b></p>")
    (settings.publication_dir / "other.html").write_text("<p>Nothing of it</p>")
    places = (await _plan(stores, settings, STREAM, with_texts=True)).remaining
    assert [one.where for one in places if one.where.startswith("published")] == [f"published: {page}"]
    (backups,) = [one for one in places if one.where.startswith("backups")]
    assert backups.until == "2027-01-01, as backups are kept for 35 days"


async def _backdate(url: str, text: str, day: date) -> None:
    owner = await asyncpg.connect(url)
    moment = at_time(day, time(12))
    await owner.execute("UPDATE ledger.sealed SET sealed_at = $2 WHERE content = $1", text, moment)
    await owner.close()


async def _due(stores: Stores, settings: Settings, today: date = TODAY) -> list[Due]:
    return await all_due(stores, Rulebook.released(), settings, today)


async def test_the_text_of_a_refused_command_is_due_after_a_year_and_one_on_record_never(
    stores: Stores, settings: Settings, database_url: str
) -> None:
    for text in (NOTE, REASON):
        await _backdate(database_url, text, date(2025, 12, 1))
    assert await _due(stores, settings, date(2026, 11, 30)) == []
    (one,) = await _due(stores, settings, date(2026, 12, 1))
    assert (one.rule, one.due) == ("unrecorded_texts 2026-11-01", date(2026, 12, 1))
    await erase_due(stores, settings, one, "p-dpo")
    assert {text.text for text in (await held(stores, Subject.parse(STREAM))).texts} == {REASON, None}
    record = (await stores.erasures.of([one.what]))[one.what]
    assert (record.reason, record.rule) == (ErasureReason.RETENTION_OVER, "unrecorded_texts 2026-11-01")
    assert await _due(stores, settings, date(2026, 12, 1)) == []


async def test_who_left_long_ago_and_old_letters_are_due(stores: Stores, settings: Settings) -> None:
    lead = await stores.directory.find("p-lead")
    assert lead is not None
    await stores.directory.change(lead.model_copy(update={"left_on": date(2020, 11, 27)}))
    for name, day in (("1-00.p-dpo.planned.eml", date(2024, 11, 27)), ("2-00.p-dpo.notified.eml", TODAY)):
        (settings.notices_folder / name).write_text("To: …")
        written = at_time(day, time(12)).timestamp()
        os.utime(settings.notices_folder / name, (written, written))
    found = await _due(stores, settings)
    assert [(one.kept, one.what) for one in found] == [
        ("notice_copies", "1-00.p-dpo.planned.eml"),
        ("people_who_left", "p-lead"),
    ]
    for one in found:
        await erase_due(stores, settings, one, "p-dpo")
    assert await _due(stores, settings) == []
    assert [one.name for one in settings.notices_folder.iterdir()] == ["2-00.p-dpo.notified.eml"]
    assert await stores.directory.find("p-lead") is None


async def test_survey_data_is_due_by_the_terms_of_its_review_and_is_erased_elsewhere(
    stores: Stores, settings: Settings
) -> None:
    """Three years after the report; the review's own terms say so."""
    story = ReviewStory().until("publish_review_report")
    provenance = Provenance(command_id=uuid4(), correlation_id=uuid4(), causation_id=uuid4())
    bodies = tuple(CODECS[StreamKind.THEMATIC_REVIEW].encode(one, provenance) for one in story.events)
    await stores.ledger.append([Append(story.review, uuid4(), bytes(32), 0, "{}", "{}", bodies)])
    assert await _due(stores, settings, date(2026, 11, 19)) == []
    (one,) = await _due(stores, settings, date(2026, 11, 20))
    assert (one.what, one.rule, one.here) == (story.review, "survey_data_kept_months 2023-01-01", False)
    assert one.sureness == "S"
