"""URLs of databases: what one has to look like, and how to show one without its password."""

from typing import Final
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

ACCEPTED: Final = "a URL such as postgresql://user:password@host:5432/database"
MASK: Final = "********"


def checked(url: str) -> str:
    """Return a URL whose parts are beyond doubt, so that it is known where its password begins and ends.

    Raises:
        ValueError: it is no URL of a database, or a character in it has to be escaped. The message repeats
            nothing of it.
    """
    if not url.startswith(("postgresql://", "postgres://")):
        raise ValueError(f"accepted is {ACCEPTED}")
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = SplitResult("", "", "", "", "#")
    hosts = parts.netloc.rpartition("@")[2]
    ports = [one.rpartition("]")[2].partition(":")[2] for one in hosts.split(",")]
    if (
        "@" in parts.path + parts.query
        or parts.fragment
        or parts.netloc.count("@") > 1
        or not all(port.isdecimal() for port in ports if port)
    ):
        raise ValueError(
            f"accepted is {ACCEPTED}; in a user, a password and a database, write @ as %40, : as %3A, "
            "/ as %2F, ? as %3F, # as %23, [ as %5B"
        )
    return url


def without_password(url: str) -> str:
    """Return a checked URL with each password in it masked; host and database stay readable."""
    parts = urlsplit(url)
    login, at, hosts = parts.netloc.rpartition("@")
    user, colon, _ = login.partition(":")
    query = [
        (name, MASK if "password" in name else value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
    ]
    shown = parts._replace(
        netloc=f"{user}{colon}{MASK if colon else ''}{at}{hosts}", query=urlencode(query, safe="*/")
    )
    return urlunsplit(shown)
