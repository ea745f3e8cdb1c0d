"""The codec server lets who may read it read what Temporal keeps of an inspection, and nobody else."""

import asyncio
import base64
import io
import itertools
import re
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from google.protobuf import json_format
from temporalio.api.common.v1 import Payloads
from temporalio.client import WorkflowHistory

from domain.actors import Role
from domain.errors import MalformedError
from tests.journeys.halting import CONCERN
from tests.journeys.house import House, Life
from tests.journeys.test_encrypted import NEW, OLD, move, with_keys
from workers.embedded.temporal import free_port
from workers.payloads.codec import key_of
from workers.payloads.keys import Keyring, PayloadKey
from workers.payloads.server import MOST_BYTES, serving_codec
from workers.payloads.usage import payloads_in
from workers.settings import HttpAddress, Settings

SECRET = "a-secret-of-at-least-32-characters"
ORIGIN = "http://127.0.0.1:8233"
BEARER = {"Authorization": f"Bearer {SECRET}"}
FROM_THE_UI = {"Origin": ORIGIN, "X-Namespace": "default", "Content-Type": "application/json"}


def basic(password: str) -> dict[str, str]:
    """Show a password as a browser does after it has asked for one."""
    return {"Authorization": f"Basic {base64.b64encode(f'anybody:{password}'.encode()).decode()}"}


@asynccontextmanager
async def served(*keys: PayloadKey) -> AsyncIterator[str]:
    """Run the server, and say at which URL."""
    settings = Settings(
        payload_keys=Keyring(keys),
        codec_address=HttpAddress("127.0.0.1", free_port()),
        codec_secret=SECRET,
        codec_origin=ORIGIN,
    )
    async with serving_codec(settings) as address:
        yield f"http://{address}"


async def ask(
    url: str, body: str | bytes = "{}", *, method: str = "POST", headers: Mapping[str, str]
) -> tuple[int, str, Mapping[str, str]]:
    """Ask the server, and return status, text and headers of its answer."""
    content = body if isinstance(body, bytes) else body.encode()
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, url, data=io.BytesIO(content), headers=headers) as answer,
    ):
        return answer.status, await answer.text(), dict(answer.headers)


async def _short_life(house: House) -> Life:
    """Bring an inspection to notification with the old key, and record a concern with the new one."""
    life = house.life("TRF", until="notified")
    for keys in ((OLD,), (NEW, OLD)):
        seen = await with_keys(house, *keys)
        move(life, seen)
        async with seen.worker():
            await life.play()
            await life.record("refer_safeguarding_concern", Role.OFSTED_LEAD, life.moment, **CONCERN)
    return life


async def _sent(life: Life) -> str:
    """Write all payloads of its history as the web UI sends them."""
    history: WorkflowHistory = await life.handle.fetch_history()
    found = itertools.chain.from_iterable(map(payloads_in, history.events))
    return json_format.MessageToJson(Payloads(payloads=found))


async def test_who_shows_the_secret_reads_a_whole_history(idle_house: House) -> None:
    """Encrypted with two keys, and in part not at all: each payload comes back in its place."""
    life = await _short_life(idle_house)
    sent = await _sent(life)
    async with served(NEW, OLD) as url:
        for path, headers in (("/decode", BEARER), ("/default/decode", basic(SECRET))):
            status, text, answered = await ask(url + path, sent, headers=FROM_THE_UI | headers)
            assert status == 200, text
            read, given = json_format.Parse(text, Payloads()), json_format.Parse(sent, Payloads())
            assert len(read.payloads) == len(given.payloads)
            assert {key_of(one) for one in given.payloads} == {None, OLD.id, NEW.id}
            assert {key_of(one) for one in read.payloads} == {None}
            assert any(b"MASH/2023-114" in one.data for one in read.payloads)
            assert answered["Access-Control-Allow-Origin"] == ORIGIN
            assert answered["Access-Control-Allow-Credentials"] == "true"
    async with served(NEW) as url:
        status, text, _ = await ask(f"{url}/decode", sent, headers=BEARER)
        assert (status, f"with key {OLD.id}, and known are {NEW.id}" in text) == (422, True)


async def test_the_temporal_command_reads_with_the_secret(idle_house: House) -> None:
    """Temporal's own program speaks to the server as it is."""
    life = await _short_life(idle_house)
    async with served(NEW, OLD) as url:
        told = await _show(life, "--codec-endpoint", url, "--codec-auth", f"Bearer {SECRET}")
    assert b"MASH/2023-114" in told
    assert b"MASH/2023-114" not in await _show(life)


async def _show(life: Life, *options: str) -> bytes:
    """Return what the command shows, with what it writes in base64 as that says."""
    address = life.house.client.service_client.config.target_host
    command = ["workflow", "show", "--workflow-id", life.inspection, "--address", address, "-o", "json"]
    program = await asyncio.create_subprocess_exec(
        Path(sys.executable).parent / "temporal", *command, *options, stdout=-1, stderr=-2
    )
    out, _ = await program.communicate()
    return b"".join(map(base64.b64decode, re.findall(rb'"data": "([^"]+)"', out)))


@pytest.mark.parametrize(
    "shown",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": f"Bearer {SECRET[:-1]}"},
        {"Authorization": f"Bearer {SECRET}!"},
        {"Authorization": f"Digest {SECRET}"},
        {"Authorization": f"Basic {SECRET}"},
        {"Authorization": "Basic !"},
        basic("another"),
        basic(""),
    ],
    ids=str,
)
async def test_without_the_secret_nothing_is_looked_at(shown: dict[str, str]) -> None:
    """A browser is told to ask for a password. Whether the body could be read is not said."""
    async with served(OLD) as url:
        for method, path in (("POST", "/decode"), ("GET", "/"), ("GET", "/nothing")):
            status, _, answered = await ask(url + path, "no JSON", method=method, headers=shown)
            assert (status, answered["WWW-Authenticate"].split()[0]) == (401, "Basic")


async def test_a_browser_may_ask_beforehand_and_no_page_but_the_uis_may_read() -> None:
    async with served(OLD) as url:
        status, _, answered = await ask(f"{url}/decode", "", method="OPTIONS", headers={"Origin": ORIGIN})
        assert (status, answered["Access-Control-Allow-Methods"]) == (204, "POST")
        assert "authorization" in answered["Access-Control-Allow-Headers"]
        for headers in ({}, {"Origin": "http://127.0.0.1:8234"}, {"Origin": "null"}):
            for one in (headers, headers | BEARER):
                _, _, answered = await ask(f"{url}/decode", headers=one)
                assert not [name for name in answered if name.startswith("Access-Control")]
        _, _, refused = await ask(f"{url}/decode", headers={"Origin": ORIGIN})
        assert refused["Access-Control-Allow-Origin"] == ORIGIN, "so that the UI can say why"
        assert "known here" in (await ask(url, "", method="GET", headers=basic(SECRET)))[1]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 400),
        ("no JSON", 400),
        (b"\xff", 400),
        ('{"payloads": 1}', 400),
        ('{"payloads": []}', 200),
        ("x" * (MOST_BYTES + 1), 413),
    ],
    ids=range(6),
)
async def test_what_is_no_request_is_refused_by_its_kind(body: str | bytes, status: int) -> None:
    async with served(OLD) as url:
        assert (await ask(f"{url}/decode", body, headers=BEARER))[0] == status


async def test_it_does_not_encrypt() -> None:
    async with served(OLD) as url:
        assert (await ask(f"{url}/encode", headers=BEARER))[0] == 404


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"codec_secret": SECRET}, "INSPECTIONS_PAYLOAD_KEYS"),
        ({"payload_keys": Keyring((OLD,))}, "INSPECTIONS_CODEC_SECRET"),
    ],
)
async def test_without_keys_or_a_secret_it_does_not_begin(given: dict[str, Any], missing: str) -> None:
    with pytest.raises(MalformedError, match=missing):
        async with serving_codec(Settings(**given)):
            pass
