"""How long things are kept is data with a source, and counted in whole months."""

from datetime import date

import pytest
from pydantic import ValidationError

from domain.errors import NotFoundError
from domain.retention import Kept, RetentionRules
from domain.rulebook import Rulebook

RULES = Rulebook.released().retention_on(date(2026, 11, 27))


def test_every_number_says_where_it_comes_from() -> None:
    assert RULES.months.keys() == set(Kept)
    assert all(rule.source and rule.sureness == "M" for rule in RULES.months.values())


def test_what_is_kept_for_months_is_due_on_the_same_day_of_the_month() -> None:
    assert RULES.due(Kept.UNRECORDED_TEXTS, date(2026, 11, 27)) == date(2027, 11, 27)
    assert RULES.due(Kept.NOTICE_COPIES, date(2026, 2, 28)) == date(2028, 2, 28)
    assert RULES.named(Kept.PEOPLE_WHO_LEFT) == "people_who_left 2026-11-01"


def test_a_version_that_lacks_a_rule_is_refused() -> None:
    some = {kept: rule for kept, rule in RULES.months.items() if kept is not Kept.NOTICE_COPIES}
    with pytest.raises(ValidationError, match="no rule for notice_copies"):
        RetentionRules.model_validate({**RULES.model_dump(), "months": some})


def test_before_the_first_version_there_are_no_rules() -> None:
    with pytest.raises(NotFoundError, match="2026-11-01"):
        Rulebook.released().retention_on(date(2026, 10, 31))
