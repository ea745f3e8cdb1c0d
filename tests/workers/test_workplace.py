"""Where a worker works: on what is set, or on the embedded stack that runs, and never on half of each."""

from pathlib import Path

import pytest

from domain.errors import UnavailableError
from workers.settings import Settings
from workers.workplace import find_workplace

DATABASE = "postgresql://inspections@db.example.org/inspections"


@pytest.mark.parametrize(
    ("set_", "lacking"),
    [
        ({"INSPECTIONS_DATABASE_URL": DATABASE}, "no Temporal: set TEMPORAL_ADDRESS"),
        ({"TEMPORAL_ADDRESS": "temporal.example.org:7233"}, "no database: set INSPECTIONS_DATABASE_URL"),
        ({}, "no stack is running"),
    ],
)
def test_one_half_is_refused_whatever_stack_may_run(
    tmp_path: Path, set_: dict[str, str], lacking: str
) -> None:
    """A command would succeed, and what it recorded would be in another ledger than its other half's."""
    environ = {"INSPECTIONS_DATA_DIR": str(tmp_path), **set_}
    with pytest.raises(UnavailableError, match=lacking):
        find_workplace(Settings.from_environment(environ), environ)


def test_both_halves_are_taken_as_they_are_set(tmp_path: Path) -> None:
    environ = {
        "INSPECTIONS_DATA_DIR": str(tmp_path),
        "INSPECTIONS_DATABASE_URL": DATABASE,
        "TEMPORAL_ADDRESS": "temporal.example.org:7233",
    }
    place = find_workplace(Settings.from_environment(environ), environ)
    assert (place.database_url, place.temporal["target_host"]) == (DATABASE, "temporal.example.org:7233")
    assert not place.embedded
