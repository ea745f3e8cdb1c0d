"""What a worker serves over HTTP: whether it lives, whether it is ready, and its metrics."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from workers.listening import listening
from workers.service.health import Health
from workers.service.metrics import Metrics
from workers.settings import HttpAddress


@asynccontextmanager
async def serving_http(address: HttpAddress, health: Health, metrics: Metrics) -> AsyncIterator[None]:
    """Serve `/health/live`, `/health/ready` and `/metrics` for as long as the block lasts.

    Raises:
        MalformedError: nobody can listen there; names the setting.
    """
    app = web.Application()
    endpoints = _Endpoints(health, metrics)
    app.router.add_get("/health/live", endpoints.live)
    app.router.add_get("/health/ready", endpoints.ready)
    app.router.add_get("/metrics", endpoints.metrics)
    async with listening(app, address, "http_address"):
        yield


class _Endpoints:
    def __init__(self, health: Health, metrics: Metrics) -> None:
        self._health = health
        self._metrics = metrics

    async def live(self, _: web.Request) -> web.Response:
        """Answer: whoever does is alive, its event loop included."""
        return web.json_response({"alive": True})

    async def ready(self, _: web.Request) -> web.Response:
        status = 200 if self._health.ready else 503
        return web.json_response(self._health.as_json(), status=status)

    async def metrics(self, _: web.Request) -> web.Response:
        text = await self._metrics.text()
        return web.Response(body=text.encode(), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})
