"""Mix faults at random over inspections that go on meanwhile: `python -m tests.soak [MINUTES] [SEED]`.

Ends with 0 if nothing was lost, nothing is there twice, nothing is stuck and nobody was told a lie.
"""

import asyncio
import logging
import random
import sys
import tempfile
import time
import traceback
from pathlib import Path

from temporalio.runtime import Runtime, TelemetryConfig

from tests.faults.houses import OwnPostgres, OwnTemporal, house_at
from tests.faults.proxy import Proxy, socket_of, through
from tests.faults.sound import is_sound
from tests.soak.plan import plan
from tests.soak.scene import Scene
from workers.worker import connect


async def soak(minutes: float, seed: int) -> None:
    """Live through the plan of a seed for so many minutes, then see what is left."""
    with tempfile.TemporaryDirectory(prefix="soak-", dir="/tmp") as name, OwnPostgres.running() as postgres:
        folder = Path(name)
        async with (
            OwnTemporal.running(folder / "temporal") as temporal,
            Proxy.before(temporal.address) as to_temporal,
            Proxy.before(socket_of(postgres.url)) as to_postgres,
            house_at(postgres.url, await connect(to_temporal.address, None), folder / "published") as (
                url,
                house,
            ),
            Scene.open(
                house, postgres, temporal, to_postgres, to_temporal, through(to_postgres, url)
            ) as scene,
        ):
            end = time.monotonic() + 60 * minutes
            for step in plan(seed):
                await asyncio.sleep(step.after)
                if time.monotonic() > end:
                    break
                _say(f"{end - time.monotonic():4.0f} s to go  {step.fault:34} {scene.progress()}")
                await scene.suffer(step)
            _say("the faults are over; everything has to come right now")
            await scene.calm_down()
            await is_sound(house, *scene.lives)
            await scene.check_signals()
            _say(f"sound: {scene.progress()}, {await house.stores.ledger.head()} events")


def _say(words: str) -> None:
    print(words, flush=True)


def main(minutes: str = "5", seed: str = "") -> int:
    """Run, and return the exit code."""
    chosen = int(seed) if seed else random.randrange(1_000_000)
    # What the faults do to clients is meant.
    logging.disable(logging.ERROR)
    Runtime.set_default(Runtime(telemetry=TelemetryConfig(logging=None)))
    again = f"make soak MINUTES={minutes} SEED={chosen}"
    _say(f"seed {chosen}; the same faults again: {again}")
    try:
        asyncio.run(soak(float(minutes), chosen))
    except Exception:
        traceback.print_exc()
        _say(f"NOT SOUND; the same faults again: {again}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
