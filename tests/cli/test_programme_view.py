"""What people see of the national programme."""

from datetime import date

import pytest

from audit.points import Look
from cli.programme_view import print_programme
from tests.domain.national.story import Story


def test_a_review_that_could_not_be_planned_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody but the programme knows that it tried, and the next review is that of the year after."""
    story = Story().do("begin_programme", at=date(2025, 1, 1))
    story.do("note_review_asked_for", review="THEMATIC-2025")
    story.do("note_review_asked_for", review="THEMATIC-2026", refused_by="theme_named")
    print_programme(Look("PROGRAMME", (), story.state, story.now))
    said = capsys.readouterr().out
    assert "THEMATIC-2026 could not be planned on its day, because of rule theme_named" in said
    assert "THEMATIC-2025" not in said
