"""What the log says of errors: a line of what cannot be reached, a traceback of what nobody foresaw."""

import logging
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

from domain.errors import UnavailableError
from workers.logs import in_a_line


def _record(logger: str, error: BaseException, **extra: Any) -> logging.LogRecord:
    told = (type(error), error, None)
    return logging.getLogger(logger).makeRecord(
        logger, logging.WARNING, "", 0, "it failed", (), told, extra=extra
    )


@pytest.mark.parametrize(("attempt", "told"), [(1, True), (2, False)])
def test_an_activity_that_cannot_reach_something_is_told_in_one_line_at_its_first_attempt(
    attempt: int, told: bool
) -> None:
    error = ApplicationError("PostgreSQL cannot be reached", type=UnavailableError.code)
    record = _record("temporalio.activity", error, temporal_activity={"attempt": attempt})
    assert in_a_line(record) is told
    assert record.exc_info is None
    assert vars(record)["problem"] == "PostgreSQL cannot be reached"


def test_what_the_pool_says_while_postgresql_is_away_is_left_out() -> None:
    """The worker's own parts say when it goes and when it is back."""
    assert not in_a_line(_record("asyncpg.pool", ConnectionRefusedError()))


@pytest.mark.parametrize(
    ("logger", "error"),
    [
        ("asyncpg.pool", ZeroDivisionError()),
        ("temporalio.activity", ApplicationError("1 / 0", type="INSPECTIONS", non_retryable=True)),
        ("workers.service.parts", ConnectionRefusedError()),
    ],
)
def test_what_nobody_foresaw_keeps_its_traceback(logger: str, error: Exception) -> None:
    record = _record(logger, error, temporal_activity={"attempt": 2})
    assert in_a_line(record)
    assert record.exc_info is not None
