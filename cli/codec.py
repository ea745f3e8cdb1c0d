"""Operators: the keys that encrypt what goes to Temporal, and a server that decrypts it."""

import asyncio
from typing import Any

from cyclopts import App

from cli.access import settings, temporal
from cli.endings import on_request_to_end
from cli.exits import Exit
from cli.output import Format, console, in_numbers, print_json, print_table
from workers.logs import configure
from workers.payloads.keys import Keyring
from workers.payloads.keys import new_key as make_key

codec = App(name="codec", help="What encrypts the payloads that go to Temporal, and decrypts them.")


@codec.command
def new_key() -> None:
    """Print a new key for INSPECTIONS_PAYLOAD_KEYS. Keep it as you keep passwords, and nowhere else."""
    console().print(make_key().written, soft_wrap=True, markup=False)


@codec.command
async def keys(*, format: Format = Format.TABLE) -> Exit:
    """List the keys that are set or missing, and how many of Temporal's histories need each.

    A key that no history needs can be taken away, unless it is the first. Ends with 5 if one is missing.

    Parameters
    ----------
    format
        table for people, json for scripts.
    """
    from workers.payloads.usage import count_uses

    ring = settings().payload_keys
    client, task_queue = await temporal()
    read, uses = await count_uses(client, task_queue)
    missing = sorted(uses.keys() - {*(ring.ids if ring else ())})
    told: list[dict[str, Any]] = [
        {"key": key_id, "does": _does(ring, key_id), "histories": uses[key_id]}
        for key_id in (*(ring.ids if ring else ()), *missing)
    ]
    if format is Format.JSON:
        print_json({"keys": told, "histories": read})
    elif told:
        columns = ("key", "does", f"needed by (of {in_numbers(read, 'history')})")
        print_table(columns, [tuple(one.values()) for one in told])
    else:
        console().print("No key is set, and none is needed.")
    return Exit.UNAVAILABLE if missing else Exit.DONE


def _does(ring: Keyring | None, key_id: str) -> str:
    if ring is None or key_id not in ring.ids:
        return "is missing"
    return "encrypts" if key_id == ring.first.id else "decrypts"


@codec.command
async def serve() -> None:
    """Decrypt payloads for Temporal's web UI and the `temporal` command, until interrupted.

    It listens on INSPECTIONS_CODEC_ADDRESS and decrypts for whoever shows INSPECTIONS_CODEC_SECRET.
    """
    from workers.payloads.server import serving_codec

    chosen = settings()
    configure(chosen.log_level)
    asked_to_end = asyncio.Event()
    async with serving_codec(chosen) as address:
        on_request_to_end(asked_to_end.set)
        console().print(f"Payloads are decrypted at http://{address}/decode. Stop it with Ctrl-C.")
        await asked_to_end.wait()
