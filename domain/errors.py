"""What can go wrong, as a small hierarchy with stable codes.

A rule that speaks against a command is not among these: it is an answer (`domain.refusal.Refusal`).
"""


class InspectionsError(Exception):
    """The root of every error that this project raises on purpose."""

    code = "ERROR"


class MalformedError(InspectionsError):
    """The input cannot be read. The message names the field and what would be accepted."""

    code = "MALFORMED"


class NotFoundError(InspectionsError):
    """What was asked for does not exist."""

    code = "NOT_FOUND"


class IntegrityError(InspectionsError):
    """What is stored is not what it claims to be."""

    code = "INTEGRITY"


class UnavailableError(InspectionsError):
    """PostgreSQL or Temporal cannot be reached."""

    code = "UNAVAILABLE"


class CalendarHorizonError(InspectionsError):
    """A date lies outside the years for which the working calendar is frozen."""

    code = "CALENDAR_HORIZON"
