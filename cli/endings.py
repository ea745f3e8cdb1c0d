"""How a command that goes on until it is asked to end hears that it is asked."""

import asyncio
import signal
from collections.abc import Callable


def on_request_to_end(first: Callable[[], object], again: Callable[[], object] = lambda: None) -> None:
    """Call `first` at the first SIGINT or SIGTERM from here on, and `again` at each further one."""
    loop, asked = asyncio.get_running_loop(), asyncio.Event()

    def hear() -> None:
        call = again if asked.is_set() else first
        asked.set()
        call()

    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, hear)
