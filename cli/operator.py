"""Operators: run the embedded stack, and move the clock of a rehearsal."""

import asyncio
import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from cyclopts.types import PositiveInt

from cli.access import settings
from cli.endings import on_request_to_end
from cli.output import console
from cli.progress import progress_of
from domain.errors import NotFoundError
from domain.london import LONDON
from eventstore.migrate import migrate
from workers.audit.keys import make_log_key
from workers.embedded import clock as rehearsal_clock
from workers.embedded.address import StackAddress, find_rehearsal
from workers.embedded.stack import running_stack
from workers.logs import configure
from workers.notices import notices_go_to
from workers.service.serving import serving
from workers.settings import Settings
from workers.worker import connect
from workers.workplace import Workplace, workplace_of
from workflows import search_attributes

clock = App(name="clock", help="Move the clock of a rehearsal.")


_FAREWELL = {
    False: "Stopping; every inspection goes on when the stack is started again.",
    True: "Stopping; the rehearsal's ledger is kept, and the reading commands show it with --rehearsal.",
}


async def up(
    *, data: Path | None = None, virtual_clock: Annotated[bool, Parameter(negative=())] = False
) -> None:
    """Run PostgreSQL, Temporal and a worker until interrupted. Start it again, and every inspection goes on.

    Parameters
    ----------
    data
        The folder in which everything lies; otherwise INSPECTIONS_DATA_DIR or the user's data folder.
    virtual_clock
        Make it a rehearsal with an empty ledger, whose clock `inspections clock advance` moves.
    """
    asked_to_end = asyncio.Event()
    on_request_to_end(asked_to_end.set)
    here = {"INSPECTIONS_DATA_DIR": str(data)} if data else {}
    chosen = Settings.from_environment({**os.environ, **here})
    configure(chosen.log_level)
    async with running_stack(
        chosen, search_attributes=search_attributes.ALL, rehearsal=virtual_clock
    ) as stack:
        rehearsal_clock.reset(stack.data_dir)
        await migrate(stack.database_url, rehearsal=virtual_clock)
        if not virtual_clock and chosen.checkpoint_key is None:
            make_log_key(stack.data_dir)
        workplace = workplace_of(stack, chosen)
        async with serving(workplace, chosen) as service:
            _tell(stack, workplace, chosen)
            await service.until(asked_to_end)
        console().print(_FAREWELL[stack.rehearsal])


def _tell(stack: StackAddress, workplace: Workplace, chosen: Settings) -> None:
    out = console()
    out.print("[bold]The stack is up.[/bold] Stop it with Ctrl-C.", highlight=False)
    for name, value in (
        ("Temporal", stack.temporal_address),
        ("Temporal's web UI", stack.ui_url or "none in a rehearsal"),
        ("PostgreSQL", stack.database_url),
        ("published reports", workplace.publication_dir),
        ("notices", notices_go_to(chosen, workplace)),
        ("data", stack.data_dir),
    ):
        out.print(f"  {name:18} {value}", soft_wrap=True)


@clock.command
async def advance(days: PositiveInt, /) -> None:
    """Move the clock of the running rehearsal on.

    Parameters
    ----------
    days
        How many calendar days.
    """
    chosen = settings()
    running = find_rehearsal(chosen)
    if running is None:
        raise NotFoundError(
            "no rehearsal is running, and the real clock is not moved; "
            "start one with `inspections up --virtual-clock`"
        )
    client = await connect(running.temporal_address, chosen.payload_keys, running.namespace)
    with progress_of(f"moving the clock by {days} days, stopping at each deadline"):
        shown = await rehearsal_clock.advance(client, running, timedelta(days=days))
    console().print(f"It is now {shown.astimezone(LONDON):%A %d %B %Y, %H:%M} in London.")
