"""Checkpoints as a worker issues, publishes and mails them, and what it does when the ledger was changed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import asyncpg
import pytest
from prometheus_client import CollectorRegistry
from temporalio.envconfig import ClientConnectConfig

from domain.errors import MalformedError, UnavailableError
from proof.checkpoints import Checkpoint
from proof.notes import KeyType, SecretKey
from tests.activities.notices.mailing import Mailbox, mail_server
from tests.eventstore.making import appended, body, command
from tests.journeys.house import fresh_database
from workers.audit import checkpoints as module
from workers.audit.checkpoints import checkpoint_parts
from workers.audit.keys import log_key, make_log_key
from workers.doctor.checkpoints import checkpoints as examine
from workers.doctor.finding import Verdict
from workers.service.health import State, Status
from workers.settings import Settings
from workers.stores import Stores, open_stores
from workers.workplace import Workplace

PATIENCE: Final = 20.0
ORIGIN: Final = "send.example/ledger"
KEY: Final = SecretKey.generate(ORIGIN, KeyType.LOG)
AT: Final = datetime(2026, 11, 1, 9, tzinfo=UTC)
SMTP: Final[dict[str, Any]] = {
    "notices_sender": "smtp",
    "smtp_host": "localhost",
    "smtp_security": "none",
    "notices_from": "send@example.gov.uk",
    "checkpoint_recipients": "ana@audit.example, ben@audit.example",
}


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look every moment."""
    monkeypatch.setattr(module, "LOOK_EVERY_SECONDS", 0.01)


@pytest.fixture
async def place(postgres_url: str, tmp_path: Path) -> AsyncIterator[Workplace]:
    """A live ledger, and a folder in which things are published."""
    async with fresh_database(postgres_url, rehearsal=False) as url:
        yield Workplace(url, ClientConnectConfig(), "q", tmp_path / "published", None)


@pytest.fixture
async def stores(place: Workplace) -> AsyncIterator[Stores]:
    """A ledger with one entry."""
    async with open_stores(place.database_url) as opened:
        await appended(opened.ledger, command("A", 0, body(0)))
        yield opened


@pytest.fixture
def registry() -> CollectorRegistry:
    """Metrics of the test's own."""
    return CollectorRegistry()


def _settings(**said: Any) -> Settings:
    return Settings(checkpoint_key=KEY.text, **said)


@asynccontextmanager
async def running(
    settings: Settings, place: Workplace, stores: Stores, registry: CollectorRegistry
) -> AsyncIterator[dict[str, Status]]:
    """Run the parts, and return what they say of themselves."""
    parts = checkpoint_parts(settings, place, stores, registry)
    told = {part.name: Status(part.name, vital=part.vital) for part in parts}
    tasks = [asyncio.create_task(part.run(told[part.name])) for part in parts]
    try:
        async with asyncio.timeout(PATIENCE):
            while any(one.state is State.STARTING for one in told.values()):
                await asyncio.sleep(0.01)
            yield told
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _until(status: Status, state: State) -> None:
    while status.state is not state:
        await asyncio.sleep(0.01)


def _read(path: Path) -> Checkpoint:
    return Checkpoint.read(path.read_text(encoding="utf-8"))


async def test_what_is_issued_lies_where_the_public_finds_it(
    stores: Stores, place: Workplace, registry: CollectorRegistry
) -> None:
    """Each under its number for good, the newest under a name of its own; those issued by others too."""
    async with running(_settings(), place, stores, registry) as told:
        assert {name: (one.state, one.vital) for name, one in told.items()} == {
            "checkpoints": (State.OK, False)
        }
        await appended(stores.ledger, command("A", 1, body(1)))
        second = await stores.checkpoints.issue([KEY], datetime.now(UTC))
        while not (place.publication_dir / "checkpoints" / "2").exists():
            await asyncio.sleep(0.01)
        while _read(place.publication_dir / "checkpoint") != second.checkpoint:
            await asyncio.sleep(0.01)
    assert _read(place.publication_dir / "checkpoints" / "1").head.size == 1
    assert _read(place.publication_dir / "checkpoints" / "2").check(ORIGIN, [KEY.public])


async def test_before_its_time_and_without_news_nothing_more_is_issued(
    stores: Stores, place: Workplace, registry: CollectorRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often it is looked, and by however many workers."""
    looked = asyncio.Event()
    rounds = 0

    async def counted() -> Any:
        nonlocal rounds
        rounds += 1
        if rounds > 20:
            looked.set()
        return await last()

    last = stores.checkpoints.last
    monkeypatch.setattr(stores.checkpoints, "last", counted)
    async with (
        running(_settings(), place, stores, registry),
        running(_settings(), place, stores, CollectorRegistry()),
    ):
        await appended(stores.ledger, command("A", 1, body(1)))
        await looked.wait()
    assert [one.checkpoint.head.size for one in await stores.checkpoints.all()] == [1]


async def test_a_ledger_that_was_changed_is_an_alarm(
    stores: Stores, place: Workplace, registry: CollectorRegistry
) -> None:
    """It fails, is counted, and signs nothing; the worker goes on."""
    await stores.checkpoints.issue([KEY], AT)
    superuser = await asyncpg.connect(place.database_url)
    await superuser.execute("ALTER TABLE ledger.events DISABLE TRIGGER append_only")
    await superuser.execute("UPDATE ledger.events SET leaf = sha256('x')")
    await superuser.close()
    await appended(stores.ledger, command("A", 1, body(1)))
    async with running(_settings(), place, stores, registry) as told:
        assert told["checkpoints"].state is State.FAILING
        assert "are not those of checkpoint 1" in str(told["checkpoints"].problem)
    assert registry.get_sample_value("inspections_checkpoint_alarms_total") == 1
    assert len(await stores.checkpoints.all()) == 1


async def test_a_checkpoint_that_differs_from_the_published_one_is_an_alarm_and_replaces_nothing(
    stores: Stores, place: Workplace, registry: CollectorRegistry
) -> None:
    """Whoever changed the checkpoints in the database has not changed the copy outside it."""
    published = place.publication_dir / "checkpoints" / "1"
    published.parent.mkdir(parents=True)
    published.write_text("something else\n")
    await stores.checkpoints.issue([KEY], AT)
    async with running(_settings(), place, stores, registry) as told:
        assert "is not the one that was published" in str(told["checkpoints"].problem)
    assert published.read_text() == "something else\n"
    assert registry.get_sample_value("inspections_checkpoint_alarms_total") == 1


@pytest.mark.parametrize("anew", [False, True], ids=["while the worker runs", "before it begins"])
async def test_checkpoints_that_were_taken_away_are_missed_by_what_was_published(
    stores: Stores, place: Workplace, registry: CollectorRegistry, *, anew: bool
) -> None:
    """The first covers no entry, so any ledger has grown from it. The copies outside the database tell."""
    superuser = await asyncpg.connect(place.database_url)
    await superuser.execute(
        _ALTERED.format("events", "DELETE FROM ledger.events; UPDATE ledger.head SET position = 0")
    )
    await stores.checkpoints.issue([KEY], AT)
    published = place.publication_dir / "checkpoints"
    async with running(_settings(), place, stores, registry) as told:
        await appended(stores.ledger, command("B", 0, body(1)))
        true = str((await stores.checkpoints.issue([KEY], datetime.now(UTC))).checkpoint)
        newest = place.publication_dir / "checkpoint"
        while not newest.exists() or newest.read_text() != true:
            await asyncio.sleep(0.01)
        if not anew:
            await _write_anew(superuser)
            await _until(told["checkpoints"], State.FAILING)
    if anew:
        await _write_anew(superuser)
    await superuser.close()
    async with running(_settings(), place, stores, CollectorRegistry()) as told:
        assert "checkpoint 2 was published" in str(told["checkpoints"].problem)
    assert [one.number for one in await stores.checkpoints.all()] == [1]
    assert (published / "2").read_text() == newest.read_text() == true


_ALTERED: Final = (
    "ALTER TABLE ledger.{0} DISABLE TRIGGER append_only; {1}; "
    "ALTER TABLE ledger.{0} ENABLE ALWAYS TRIGGER append_only"
)


async def _write_anew(superuser: asyncpg.Connection) -> None:
    """Take the later checkpoints away and give the entry another leaf, in one transaction."""
    async with superuser.transaction():
        await superuser.execute(
            _ALTERED.format("checkpoints", "DELETE FROM ledger.checkpoints WHERE number > 1")
        )
        await superuser.execute(_ALTERED.format("events", "UPDATE ledger.events SET leaf = sha256('x')"))


async def test_a_mail_server_that_is_away_keeps_no_checkpoint_from_being_issued(
    stores: Stores, place: Workplace, registry: CollectorRegistry
) -> None:
    """When it is back, each address gets what waited, once, under a name of its own, and whole."""
    async with mail_server(Mailbox()) as mailbox:
        pass
    settings = _settings(**SMTP, smtp_port=mailbox.port)
    async with running(settings, place, stores, registry) as told:
        assert told["checkpoints"].state is State.OK
        await _until(told["checkpoint_post"], State.FAILING)
        assert told["checkpoint_post"].vital is False
        async with mail_server(mailbox):
            await _until(told["checkpoint_post"], State.OK)
    assert sorted(address for address, _ in mailbox.letters) == ["ana@audit.example", "ben@audit.example"]
    assert len(set(mailbox.ids)) == 2
    (issued,) = await stores.checkpoints.all()
    for _, message in mailbox.letters:
        assert message["Subject"] == f"Checkpoint 1 of {ORIGIN}, size 1"
        _, _, note = message.get_content().replace("\r\n", "\n").partition("\n\n")
        assert Checkpoint.read(note) == issued.checkpoint


async def test_what_may_have_arrived_is_sent_again_under_the_same_name(
    stores: Stores, place: Workplace
) -> None:
    """The server took it and hung up before it said so; nobody can know which."""
    await stores.checkpoints.issue([KEY], AT)
    async with mail_server(Mailbox(hangs_up=True)) as mailbox:
        post = module.checkpoint_post(_settings(**SMTP, smtp_port=mailbox.port), place, stores)
        assert post is not None
        with pytest.raises(UnavailableError):
            await post.deliver()
        mailbox.hangs_up = False
        await post.deliver()
    first, again, other = mailbox.ids
    assert first == again != other
    assert [address for address, _ in mailbox.letters][:2] == ["ana@audit.example"] * 2


async def test_an_address_that_is_refused_is_told_and_not_tried_for_ever(
    stores: Stores, place: Workplace
) -> None:
    await stores.checkpoints.issue([KEY], AT)
    async with mail_server(Mailbox(to_address="550 5.1.1 no such mailbox")) as mailbox:
        post = module.checkpoint_post(_settings(**SMTP, smtp_port=mailbox.port), place, stores)
        assert post is not None
        with pytest.raises(UnavailableError, match=r"refuses the recipient's address: 550 5\.1\.1"):
            await post.deliver()
        await post.deliver()
        assert mailbox.letters == []


async def test_whoever_has_no_key_issues_nothing_and_the_doctor_says_so(
    stores: Stores, place: Workplace, registry: CollectorRegistry
) -> None:
    """Nor does a rehearsal. Mail that nobody would send is refused at the beginning."""
    assert checkpoint_parts(Settings(), place, stores, registry) == ()
    assert checkpoint_parts(_settings(), replace(place, rehearsal=True), stores, registry) == ()
    unsent = _settings(checkpoint_recipients="ana@audit.example")
    with pytest.raises(MalformedError, match="set INSPECTIONS_NOTICES_SENDER too"):
        checkpoint_parts(unsent, place, stores, registry)
    verdicts = [(await examine(one, place))[0].verdict for one in (Settings(), _settings(), unsent)]
    assert verdicts == [Verdict.WARNING, Verdict.OK, Verdict.WRONG]


def test_an_embedded_stack_has_a_key_of_its_own_and_keeps_it(tmp_path: Path) -> None:
    """What is set goes before it, and it signs for no other ledger."""
    settings = Settings(data_dir=tmp_path)
    assert log_key(settings, embedded=True) is None
    make_log_key(tmp_path)
    made = log_key(settings, embedded=True)
    make_log_key(tmp_path)
    assert made is not None
    assert log_key(settings, embedded=True) == made
    assert log_key(settings, embedded=False) is None
    assert log_key(Settings(data_dir=tmp_path, checkpoint_key=KEY.text), embedded=True) == KEY
