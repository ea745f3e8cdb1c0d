"""A mail server and a GOV.UK Notify on this machine, which answer as they are told to."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import jwt
from aiohttp import web
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

HOST: Final = "localhost"
CERTIFICATE: Final = Path(__file__).parent / "localhost.pem"
PASSWORD: Final = "correct horse"
SERVICE: Final = str(uuid4())
SECRET: Final = str(uuid4())
API_KEY: Final = f"inspections-{SERVICE}-{SECRET}"
TEMPLATE: Final = str(uuid4())


def files_in(folder: Path) -> list[Path]:
    """List the files in a folder."""
    return sorted(folder.iterdir())


@dataclass
class Mailbox:
    """What a mail server has taken, and how it answers. Empty: it takes everything."""

    letters: list[tuple[str, EmailMessage]] = field(default_factory=list)
    to_address: str = ""
    to_message: str = ""
    hangs_up: bool = False
    """Whether it takes a message and hangs up before it says so."""
    port: int = 0

    async def handle_RCPT(  # noqa: N802  as aiosmtpd calls it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session, options
        if self.to_address:
            return self.to_address
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  as aiosmtpd
        del session
        if self.to_message:
            return self.to_message
        assert isinstance(envelope.content, bytes)
        (address,) = envelope.rcpt_tos
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.letters.append((address, message))
        if self.hangs_up:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return "250 2.0.0 taken"

    @property
    def ids(self) -> list[str]:
        """The Message-IDs of what it has taken."""
        return [message["Message-ID"] for _, message in self.letters]


def _accept(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
) -> AuthResult:
    del server, session, envelope, mechanism
    return AuthResult(success=data.password.decode() == PASSWORD, handled=False)


@asynccontextmanager
async def mail_server(mailbox: Mailbox, *, security: str = "none") -> AsyncIterator[Mailbox]:
    """Run a mail server, on the port on which it ran before if it did."""
    tls = None
    if security != "none":
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(CERTIFICATE)
    login: dict[str, Any] = {}
    if security == "starttls":
        login = {
            "authenticator": _accept,
            "auth_required": True,
            "tls_context": tls,
            "require_starttls": True,
        }
    elif security == "tls":
        # aiosmtpd does not know that the whole connection is secret.
        login = {"authenticator": _accept, "auth_require_tls": False}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(mailbox, hostname=HOST, loop=loop, **login),
        "127.0.0.1",
        mailbox.port,
        ssl=tls if security == "tls" else None,
    )
    mailbox.port = server.sockets[0].getsockname()[1]
    try:
        yield mailbox
    finally:
        server.close()
        await server.wait_closed()


@dataclass
class Notify:
    """What GOV.UK Notify has taken, and how it answers next."""

    taken: list[dict[str, Any]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    """The next answers to a letter; then it takes everything."""
    keeps: bool = False
    """Whether a letter is taken although the answer is an error."""
    asked: list[str] = field(default_factory=list)
    """The references that it was asked after."""
    url: str = ""

    @property
    def references(self) -> list[str]:
        """The references of what it has taken."""
        return [one["reference"] for one in self.taken]


@asynccontextmanager
async def notify_server(notify: Notify) -> AsyncIterator[Notify]:
    """Run Notify, as far as letters go."""

    async def email(request: web.Request) -> web.Response:
        letter = await request.json()
        status = notify.answers.pop(0) if notify.answers else 201
        if status == 201 and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", letter["email_address"]):
            return _error(400, "ValidationError", "email_address Not a valid email address")
        if status == 201 or notify.keeps:
            notify.taken.append(letter)
        if status == 201:
            return web.json_response({"id": str(uuid4()), "reference": letter["reference"]}, status=201)
        return _error(status, *_ERRORS[status])

    async def notifications(request: web.Request) -> web.Response:
        reference = request.query["reference"]
        notify.asked.append(reference)
        found = [{"id": str(uuid4()), "reference": one} for one in notify.references if one == reference]
        return web.json_response({"notifications": found, "links": {"current": str(request.url)}})

    async def template(request: web.Request) -> web.Response:
        if request.match_info["id"] != TEMPLATE:
            return _error(404, "NoResultFound", "No result found")
        return web.json_response({"id": TEMPLATE, "version": 1})

    app = web.Application(middlewares=[_known_only])
    app.router.add_post("/v2/notifications/email", email)
    app.router.add_get("/v2/notifications", notifications)
    app.router.add_get("/v2/template/{id}", template)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    notify.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield notify
    finally:
        await runner.cleanup()


_ERRORS: Final = {
    400: ("BadRequestError", "Can't send to this recipient using a team-only API key"),
    429: ("RateLimitError", "Exceeded rate limit for key type LIVE of 3000 requests per 60 seconds"),
    500: ("Exception", "Internal server error"),
}


def _error(status: int, error: str, message: str) -> web.Response:
    told = {"status_code": status, "errors": [{"error": error, "message": message}]}
    return web.json_response(told, status=status)


@web.middleware
async def _known_only(request: web.Request, handler: Any) -> web.StreamResponse:
    token = request.headers["Authorization"].removeprefix("Bearer ")
    try:
        claims = jwt.decode(token, SECRET, algorithms=["HS256"])
        assert claims["iss"] == SERVICE
    except jwt.InvalidTokenError:
        return _error(403, "AuthError", "Invalid token: signature, api token not found")
    answer: web.StreamResponse = await handler(request)
    return answer
