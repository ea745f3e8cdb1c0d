"""Letters by SMTP."""

import contextlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, Literal

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from activities.notices.letters import (
    Letter,
    SenderAwayError,
    TryLaterError,
    UndeliverableError,
    as_message,
    in_codes,
)

PATIENCE_SECONDS: Final = 20.0
"""For each answer of the server."""

_CLOSING: Final = 421


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in, and how."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    from_address: str
    user: str | None = None
    password: str | None = None

    def __str__(self) -> str:
        return f"the mail server {self.host}:{self.port}"


class SmtpSender:
    """Hands each letter in over a connection of its own.

    Whether a server has a letter whose connection was lost before the last answer, nobody can know. It is
    then sent again under the same Message-ID, by which mail programs tell that they have it.
    """

    reaches_people = True

    def __init__(self, server: MailServer) -> None:
        self._server = server

    async def send(self, letter: Letter, *, again: bool) -> bytes:  # noqa: ARG002  a mail server cannot be asked
        """Hand a letter in."""
        message = as_message(letter, self._server.from_address)
        async with self._connection() as connection:
            try:
                await connection.sendmail(self._server.from_address, [letter.email], message)
            except SMTPRecipientsRefused as error:
                (refused,) = error.recipients
                raise self._refused("the recipient's address", refused.code, refused.message) from error
            except SMTPDataError as error:
                raise self._refused("the notice", error.code, error.message) from error
            except ValueError as error:
                raise UndeliverableError("the address in the directory is not an email address") from error
        return message

    async def check(self) -> None:
        """Connect and log in."""
        async with self._connection():
            pass

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[SMTP]:
        """Connect, log in, and take whatever is not about one letter as the server being away."""
        server = self._server
        connection = SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.security == "tls",
            start_tls=False,
            timeout=PATIENCE_SECONDS,
        )
        try:
            await connection.connect()
            await self._make_safe(connection)
            await self._log_in(connection)
            yield connection
        except SMTPResponseException as error:
            raise SenderAwayError(f"{server} refuses: {in_codes(error.code, error.message)}") from error
        except (SMTPException, OSError) as error:
            raise SenderAwayError(f"{server} {_why_away(error)}") from error
        finally:
            with contextlib.suppress(SMTPException, OSError):
                await connection.quit()
            connection.close()

    async def _make_safe(self, connection: SMTP) -> None:
        if self._server.security != "starttls":
            return
        await connection.ehlo()
        if not connection.supports_extension("starttls"):
            raise SenderAwayError(
                f"{self._server} offers no STARTTLS: set INSPECTIONS_SMTP_SECURITY to tls, "
                "mostly with port 465, or without a login to none"
            )
        await connection.starttls()

    async def _log_in(self, connection: SMTP) -> None:
        if self._server.user is None:
            return
        await connection.ehlo()
        if not connection.supports_extension("auth"):
            raise SenderAwayError(f"{self._server} takes no login: unset INSPECTIONS_SMTP_USER")
        try:
            await connection.login(self._server.user, self._server.password or "")
        except SMTPAuthenticationError as error:
            raise SenderAwayError(
                f"{self._server} refuses the login: {in_codes(error.code, error.message)}; "
                "see whether INSPECTIONS_SMTP_USER and INSPECTIONS_SMTP_PASSWORD are right"
            ) from error

    def _refused(self, what: str, code: int, text: str) -> Exception:
        told = f"{self._server} refuses {what}: {in_codes(code, text)}"
        if code == _CLOSING:
            return SenderAwayError(told)
        return UndeliverableError(told) if code >= 500 else TryLaterError(told)


def _why_away(error: Exception) -> str:
    """Say in words of our own why there is no connection: what the server said may repeat an address."""
    cause = error if isinstance(error, ssl.SSLError) else error.__cause__
    match cause:
        case ssl.SSLCertVerificationError():
            return (
                f"cannot be trusted: {cause.verify_message}; "
                "have its certificate's authority in SSL_CERT_FILE, and its name in INSPECTIONS_SMTP_HOST"
            )
        case ssl.SSLError(reason="WRONG_VERSION_NUMBER"):
            return "does not begin with TLS: set INSPECTIONS_SMTP_SECURITY to starttls, mostly with port 587"
        case ConnectionRefusedError():
            return "cannot be reached: nothing listens there"
        case OSError(strerror=str(told)):
            return f"cannot be reached: {told}"
        case _:
            return f"cannot be reached: {type(error).__name__}"
