"""What an examination says of a ledger with which nothing is wrong, exported and live."""

from pathlib import Path

from audit.findings import Step
from tests.audit.conftest import KEY, House, examined, failed


async def test_nothing_is_wrong_with_a_ledger_that_only_grew(house: House, tmp_path: Path) -> None:
    """Exported and live; every step was taken."""
    for report in (examined(await house.export(tmp_path / "export"), KEY), await house.examine(KEY)):
        assert (failed(report), report.ok) == (set(), True), report
        assert not report.remarks
        assert report.first_bad_position is None
        looked_at = {one.step: one.looked_at for one in report.steps}
        assert looked_at[Step.ENTRIES] == "192 entries"
