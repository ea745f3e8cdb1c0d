"""The codec server decrypts payloads for Temporal's web UI and the `temporal` command, for who may read them.

It speaks the protocol that both know: payloads as protobuf's JSON, sent to `…/decode`. It only decrypts. What
is started or sent goes through the desk, which encrypts by itself and knows who asks.
"""

import base64
import binascii
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler
from google.protobuf import json_format
from temporalio.api.common.v1 import Payloads

from domain.errors import InspectionsError, MalformedError
from workers.listening import listening
from workers.payloads.codec import EncryptingCodec
from workers.payloads.keys import Keyring
from workers.settings import HttpAddress, Settings

MOST_BYTES: Final = 8 * 1024 * 1024
"""What one request may bring. Temporal itself takes messages of 4 MiB, which grow by a third in JSON."""

_WHO: Final = {hdrs.WWW_AUTHENTICATE: 'Basic realm="inspections", charset="UTF-8"'}
_WELCOME: Final = "You are known here; Temporal's web UI can now have payloads decrypted in this browser.\n"

_log = structlog.get_logger(__name__)


@asynccontextmanager
async def serving_codec(settings: Settings) -> AsyncIterator[HttpAddress]:
    """Serve for as long as the block lasts, and say where.

    Raises:
        MalformedError: keys or the secret are not set, or nothing can listen on the address.
    """
    keys, secret, address = settings.payload_keys, settings.codec_secret, settings.codec_address
    if keys is None:
        raise MalformedError("there is nothing to decrypt with: set INSPECTIONS_PAYLOAD_KEYS")
    if secret is None:
        raise MalformedError("nobody could show who may read: set INSPECTIONS_CODEC_SECRET")
    async with listening(codec_app(keys, secret, settings.codec_origin), address, "codec_address"):
        yield address


def codec_app(keys: Keyring, secret: str, origin: str | None) -> web.Application:
    """Return the server as an application.

    Args:
        keys: those that decrypt.
        secret: what has to be shown with each request, as a bearer token or as the password of any user.
        origin: of the web UI, whose pages may ask; without it, no page of another origin may.
    """
    gate = _Gate(secret.encode(), origin)
    decoder = _Decoder(EncryptingCodec(keys))
    app = web.Application(client_max_size=MOST_BYTES, middlewares=[gate.let_the_page_read, gate.ask_who])
    app.router.add_get("/", decoder.welcome)
    for path in ("/decode", "/{namespace}/decode"):
        app.router.add_post(path, decoder.decode)
        app.router.add_options(path, decoder.allow)
    return app


class _Gate:
    """Who may ask, and the pages of which origin may read the answer."""

    def __init__(self, secret: bytes, origin: str | None) -> None:
        self._secret = secret
        self._origin = origin

    @web.middleware
    async def let_the_page_read(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let the web UI's pages read each answer, refusals too. No browser lets any other page."""
        try:
            response = await handler(request)
        except web.HTTPException as refused:
            self._mark(request, refused)
            raise
        self._mark(request, response)
        return response

    def _mark(self, request: web.Request, response: web.StreamResponse) -> None:
        response.headers[hdrs.VARY] = hdrs.ORIGIN
        response.headers[hdrs.CACHE_CONTROL] = "no-store"
        if self._origin is not None and request.headers.get(hdrs.ORIGIN) == self._origin:
            response.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = self._origin
            response.headers[hdrs.ACCESS_CONTROL_ALLOW_CREDENTIALS] = "true"
            response.headers[hdrs.ACCESS_CONTROL_ALLOW_METHODS] = hdrs.METH_POST
            response.headers[hdrs.ACCESS_CONTROL_ALLOW_HEADERS] = "authorization,content-type,x-namespace"

    @web.middleware
    async def ask_who(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse whoever does not show the secret, before anything of the request is read."""
        # A browser asks beforehand whether it may send what shows it.
        if request.method != hdrs.METH_OPTIONS and not self._is_known(request):
            raise web.HTTPUnauthorized(headers=_WHO)
        return await handler(request)

    def _is_known(self, request: web.Request) -> bool:
        scheme, _, shown = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
        offered = shown.strip().encode(errors="surrogateescape")
        if scheme.lower() == "basic":
            try:
                offered = base64.b64decode(offered, validate=True).partition(b":")[2]
            except binascii.Error:
                return False
        elif scheme.lower() != "bearer":
            return False
        return hmac.compare_digest(offered, self._secret)


class _Decoder:
    def __init__(self, codec: EncryptingCodec) -> None:
        self._codec = codec

    async def welcome(self, _: web.Request) -> web.Response:
        """Answer whoever has logged in with a browser, which then shows the secret by itself."""
        return web.Response(text=_WELCOME)

    async def allow(self, _: web.Request) -> web.Response:
        return web.Response(status=204)

    async def decode(self, request: web.Request) -> web.Response:
        try:
            sent = json_format.Parse(await request.read(), Payloads(), ignore_unknown_fields=True)
        except (json_format.ParseError, UnicodeDecodeError):
            raise web.HTTPBadRequest(text="accepted are payloads as protobuf's JSON\n") from None
        try:
            decoded = Payloads(payloads=await self._codec.decode(sent.payloads))
        except InspectionsError as error:
            raise web.HTTPUnprocessableEntity(text=f"{error}\n") from None
        _log.info("payloads were decrypted", number=len(decoded.payloads), asked_from=request.remote)
        return web.Response(
            text=json_format.MessageToJson(decoded, indent=None), content_type="application/json"
        )
