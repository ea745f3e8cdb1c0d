"""Listening for HTTP, for as long as somebody wants."""

import errno
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

from domain.errors import MalformedError
from workers.settings import HttpAddress
from workers.sources import variable

_GRACE_SECONDS: Final = 1.0
"""For answers that are under way at the end."""


@asynccontextmanager
async def listening(app: web.Application, address: HttpAddress, setting: str) -> AsyncIterator[None]:
    """Serve at an address for as long as the block lasts.

    Raises:
        MalformedError: nobody can listen there; names the setting.
    """
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_GRACE_SECONDS)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, address.host, address.port).start()
        except OSError as error:
            why = "it is in use already" if error.errno == errno.EADDRINUSE else str(error)
            raise MalformedError(
                f"nothing can listen on {address}: {why}; set {variable(setting)} to another address"
            ) from error
        yield
    finally:
        await runner.cleanup()
