"""Clocks jump, and time in the ledger never goes back."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
from temporalio.testing import TimeSkipper

from domain.errors import CalendarHorizonError
from eventstore.pool import open_pool
from eventstore.postgres import PostgresLedger
from tests.eventstore.making import appended, body, command
from tests.faults.callers import concern, insistent_life
from tests.faults.houses import house_at
from tests.faults.processes import PATIENCE, worker
from tests.faults.sound import check_entries, is_sound, whole
from tests.journeys.house import Life, fresh_database

pytestmark = [pytest.mark.faults, pytest.mark.timeout(180)]

A_DAY = timedelta(days=1)
JUMPS = (-400 * A_DAY, 3 * A_DAY, -A_DAY / 2, 200 * A_DAY, 10 * 365 * A_DAY, -30 * A_DAY)


async def test_the_clock_of_a_process_jumps(
    postgres_url: str, temporal_address: str, skipper: TimeSkipper, tmp_path: Path
) -> None:
    """Ten years ahead, a year back: each request is answered in words, and the ledger's time only goes on."""
    async with house_at(postgres_url, skipper, tmp_path) as (url, house):
        lives = [insistent_life(house, until=stage) for stage in ("notified", "moderation")]
        async with worker(temporal_address, url, house):
            await asyncio.gather(*(_among_jumps(life) for life in lives))
            await is_sound(house, *lives)


async def _among_jumps(life: Life) -> None:
    await life.play()
    right = life.moment
    for jump in JUMPS:
        await _jump(life, right + jump)
        # Beyond the calendar nothing can be reckoned, and the caller is told so.
        with contextlib.suppress(CalendarHorizonError):
            answer = await asyncio.wait_for(life.hand_in(concern(life)), PATIENCE)
            assert answer.refused is None or answer.refused.accepted
    await _jump(life, right)


async def _jump(life: Life, moment: datetime) -> None:
    """End the process; the next request starts it anew, by a clock that says something else."""
    await life.handle.terminate()
    life.moment = moment


async def test_the_clock_of_the_database_jumps(postgres_url: str) -> None:
    """It was years ahead when something was recorded: until then time in the ledger stands still."""
    async with fresh_database(postgres_url, rehearsal=False) as url, await open_pool(url) as pool:
        ledger = await PostgresLedger.open(pool)
        await appended(ledger, command("A", 0, body(1)))
        superuser = await asyncpg.connect(url)
        ahead = datetime.now(UTC) + 1_000 * A_DAY
        await superuser.execute("UPDATE ledger.head SET recorded_at = $1", ahead)
        await superuser.close()
        assert (await appended(ledger, command("A", 1, body(2)))).recorded_at == ahead
        assert (await appended(ledger, command("B", 0, body(3)))).recorded_at == ahead
        check_entries(await whole(ledger))
