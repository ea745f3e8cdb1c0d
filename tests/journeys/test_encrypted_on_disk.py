"""What Temporal's files hold of an inspection: all that was said with encryption off, nothing with it on."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from domain.actors import Role
from domain.errors import IntegrityError
from tests.domain.other_handbook import other_handbook, with_handbook
from tests.faults.houses import OwnTemporal, house_at
from tests.journeys.halting import CONCERN
from tests.journeys.test_encrypted import forge
from workers.payloads.keys import Keyring, new_key
from workers.worker import connect

REQUEST, ANSWER, FAILURE = "MASH/HIDE-ME", '"next_wake"', "handbook 2023-01-01: expected"
SAID = {REQUEST, ANSWER, FAILURE}


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder for Temporal's data."""
    with tempfile.TemporaryDirectory(prefix="inspections-", dir="/tmp") as name:
        yield Path(name)


def _found(file: Path, words: set[str]) -> set[str]:
    content = file.read_bytes()
    return {word for word in words if word.encode() in content}


@pytest.mark.parametrize("keys", [None, Keyring((new_key(),))], ids=["off", "on"])
async def test_temporals_files_hold_what_was_said_only_with_encryption_off(
    postgres_url: str, folder: Path, tmp_path: Path, keys: Keyring | None
) -> None:
    """Its database and its write-ahead log, as a thief of the disk or of a backup finds them."""
    async with OwnTemporal.running(folder) as temporal:
        client = await connect(temporal.address, keys)
        async with house_at(postgres_url, client, tmp_path) as (_, house):
            life = house.life("TRF", until="notified")
            async with house.worker():
                await life.play()
            forged = with_handbook(house.rules, other_handbook(house.rules, "2023-01-01", forge))
            with pytest.raises(IntegrityError, match=FAILURE):
                async with house.worker(forged):
                    await life.record("refer_safeguarding_concern", Role.OFSTED_LEAD, life.moment, **CONCERN)
            async with house.worker():
                matter = CONCERN | {"reference": REQUEST}
                await life.record("refer_safeguarding_concern", Role.OFSTED_LEAD, life.moment, **matter)
        temporal.kill()  # a polite end would empty the log

    database, log = folder / "temporal.db", folder / "temporal.db-wal"
    in_log = _found(log, {life.inspection, *SAID})
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    in_database = _found(database, {life.inspection, *SAID})
    if keys:
        assert (in_log, in_database) == ({life.inspection}, {life.inspection}), "its id stays readable"
    else:
        assert {REQUEST, ANSWER} <= in_log
        assert in_database >= SAID
