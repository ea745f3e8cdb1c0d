"""The check of encryption: is what goes to Temporal encrypted, and can what is there be read."""

from collections import Counter
from datetime import timedelta
from typing import Final

from temporalio.client import Client

from workers.doctor.finding import PATIENCE_SECONDS, Finding, ok, wrong
from workers.payloads.keys import Keyring
from workers.payloads.usage import keys_in_use

LOOKED_AT: Final = 20
"""The youngest histories; `inspections codec keys` reads all."""

_CHECK: Final = "encryption"


async def encryption(client: Client, *, task_queue: str, keys: Keyring | None) -> list[Finding]:
    """Say whether encryption is on, and which keys are missing."""
    missing: Counter[str] = Counter()
    within = timedelta(seconds=PATIENCE_SECONDS)
    async for use in keys_in_use(client, task_queue, limit=LOOKED_AT, within=within):
        missing.update(use.keys - {*(keys.ids if keys else ())})
    return [_state(keys), *(_missing(key_id, number) for key_id, number in sorted(missing.items()))]


def _state(keys: Keyring | None) -> Finding:
    if keys is None:
        return ok(_CHECK, "off: Temporal keeps payloads as they are; INSPECTIONS_PAYLOAD_KEYS switches it on")
    others = f", and {', '.join(keys.ids[1:])} can be read" if keys.ids[1:] else ""
    return ok(_CHECK, f"on, with key {keys.first.id}{others}")


def _missing(key_id: str, number: int) -> Finding:
    return wrong(
        _CHECK,
        f"key {key_id} is missing, and {number} of the {LOOKED_AT} youngest histories need it",
        "add it to INSPECTIONS_PAYLOAD_KEYS of every worker and every command",
    )
