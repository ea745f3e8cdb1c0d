"""More signals than Temporal takes for one run of a process. Run by `make soak`: it takes a minute or two."""

from pathlib import Path

import pytest
from temporalio.testing import TimeSkipper

from tests.faults.houses import house_at
from tests.faults.test_senders import MOST_SIGNALS, hear_all

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]


async def test_more_signals_than_a_run_takes(postgres_url: str, skipper: TimeSkipper, tmp_path: Path) -> None:
    async with house_at(postgres_url, skipper, tmp_path) as (_, house):
        await hear_all(house, MOST_SIGNALS + 1)
