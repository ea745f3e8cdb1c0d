"""Logging, set up once: structlog and the standard library's loggers, one format, on standard error.

Standard output belongs to answers. A terminal gets lines to read; everything else gets one JSON object
a line.
"""

import logging
import sys

import structlog
from structlog.typing import Processor
from temporalio.exceptions import ApplicationError

from domain.errors import UnavailableError
from eventstore.pool import is_unreachable


def configure(level: str = "INFO") -> None:
    """Send every log record at or above `level` (a name such as "INFO") to standard error.

    The standard library's loggers take the same way, so that `temporalio.workflow.logger`, which stays
    silent on replay, ends up in the same format. Calling this again replaces the former set-up.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    for_people = sys.stderr.isatty()
    # Plain tracebacks: the default ones show local variables, and those may name people.
    ending: list[Processor] = (
        [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
        if for_people
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(default=str)]
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        # Not cached: a logger bound at import time must follow a later call of `configure`.
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ending],
        )
    )
    handler.addFilter(in_a_line)
    root = logging.getLogger()
    for former in root.handlers[:]:
        root.removeHandler(former)
    root.addHandler(handler)
    root.setLevel(level)


def in_a_line(record: logging.LogRecord) -> bool:
    """Tell in one line what cannot be reached at present, once: where the code stood says nothing of it.

    Parts of a worker say themselves when they begin to fail and when they are well again. So what asyncpg
    says of its pool meanwhile is left out, and each further attempt of an activity.
    """
    error = record.exc_info[1] if record.exc_info else None
    if record.name == "asyncpg.pool":
        return not is_unreachable(error)
    if not (isinstance(error, ApplicationError) and error.type == UnavailableError.code):
        return True
    record.exc_info = None
    record.problem = error.message
    return bool(getattr(record, "temporal_activity", {}).get("attempt", 1) == 1)
