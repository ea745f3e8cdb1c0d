"""The engine as it is run: its own ledger, worker processes, and somebody at the desk."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4

from temporalio.client import Client

from bench.lives import Lives, OffsetDesk
from bench.recorded import rulebook
from bench.servers import Servers, process
from domain.values import SealedText
from workers.rehearsal.script import PEOPLE, UNWRITTEN
from workers.stores import Stores, open_stores


@dataclass
class Engine:
    """What a sender sees of the engine, and its stores to look into."""

    client: Client
    desk: OffsetDesk
    lives: Lives
    stores: Stores
    text: SealedText
    database: str


@asynccontextmanager
async def engine(servers: Servers, *, workers: int = 1, database: str | None = None) -> AsyncIterator[Engine]:
    """Run worker processes on a ledger, a new one unless it is given."""
    url = database or await servers.database(rehearsal=True)
    queue = f"bench-{uuid4().hex}"
    async with AsyncExitStack() as parts:
        stores = await parts.enter_async_context(open_stores(url))
        for number in range(workers):
            published = str(servers.folder / "published" / str(number))
            await parts.enter_async_context(
                process("bench.worker", url, servers.temporal.address, queue, published)
            )
        text = await stores.texts.seal(UNWRITTEN, "bench/unwritten")
        if database is None:
            for role, (person, _) in PEOPLE.items():
                await stores.directory.add(
                    name=role.value.replace("_", " "), role=role, organisation="bench", ref=person
                )
        client = await servers.client()
        desk = OffsetDesk(client, queue)
        yield Engine(client, desk, Lives(desk, text, rulebook()), stores, text, url)
