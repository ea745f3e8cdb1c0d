"""Input that the store cannot keep as it is given, and how it is told in one line what is wrong with it."""

from datetime import datetime

from pydantic import ValidationError

from domain.errors import MalformedError


def refuse_unstorable(text: str, what: str) -> None:
    """Refuse a text that has no UTF-8 form or holds U+0000, which PostgreSQL's text cannot.

    Raises:
        MalformedError: names `what` and what stands in the way.
    """
    if "\x00" in text:
        raise MalformedError(f"{what} holds the character U+0000; any other character is accepted")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise MalformedError(f"{what} holds half a surrogate pair at character {error.start}") from None


def refuse_naive(moment: datetime, what: str) -> None:
    """Refuse a moment without a time zone: nobody could say when it was.

    Raises:
        MalformedError: names `what`.
    """
    if moment.utcoffset() is None:
        raise MalformedError(
            f"{what} {moment.isoformat()} has no time zone; give one, e.g. {moment.isoformat()}Z"
        )


def problems(error: ValidationError) -> str:
    """Name each field that does not have its form, and why, in one line and without what was given."""
    return "; ".join(
        ": ".join([".".join(map(str, problem["loc"])), problem["msg"]])
        for problem in error.errors(include_url=False, include_context=False, include_input=False)
    )
