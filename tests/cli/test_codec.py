"""Encryption as operators and coordinators meet it: every command uses the keys that are set."""

import urllib.request
from dataclasses import replace
from pathlib import Path

from tests.cli.conftest import Inspections, stop, wait_until_gone, write_cases
from tests.cli.test_operator import ADA
from workers.embedded.temporal import free_port
from workers.payloads.keys import Keyring, new_key

KEY, OTHER = new_key(), new_key()
SECRET = "a-secret-of-at-least-32-characters"


def with_key(inspections: Inspections, *keys: str) -> Inspections:
    """Return the same command with keys set."""
    return replace(inspections, environment={"INSPECTIONS_PAYLOAD_KEYS": " ".join(keys)})


def test_each_new_key_is_another_and_can_be_set_as_it_is_printed(tmp_path: Path) -> None:
    inspections = Inspections(tmp_path)
    printed = inspections("codec", "new-key").out + inspections("codec", "new-key").out
    assert len(Keyring.read(printed).keys) == 2
    shown = with_key(inspections, *printed.split())("config", "show")
    assert "payload_keys" in shown.out
    assert printed.split()[0].partition(":")[2] not in shown.out


def test_a_stack_with_keys_is_used_by_whoever_has_them_and_nobody_else(folder: Path) -> None:
    """The doctor and `codec keys` say which key is missing; with it, all commands work."""
    keyless = Inspections(folder / "encrypted")
    inspections = with_key(keyless, OTHER.written, KEY.written)
    process = with_key(keyless, KEY.written).up()
    try:
        plan = (
            *("open", "SFK", "--notify-on", "2030-01-07", "--on-site-from", "2030-01-21"),
            *("--on-site-to", "2030-01-25", "--body", "la-sfk", *ADA, "--format", "json"),
        )
        # What is encrypted with a key that the worker does not have waits for it: so it is not first here.
        opened = with_key(keyless, KEY.written, OTHER.written)(*plan)
        assert opened.code == 0, opened.err
        assert inspections("stuck", "--format", "json").data == []
        listed = inspections("codec", "keys", "--format", "json")
        assert (listed.code, [(one["key"], one["does"]) for one in listed.data["keys"]]) == (
            0,
            [(OTHER.id, "encrypts"), (KEY.id, "decrypts")],
        )
        assert [one["histories"] > 0 for one in listed.data["keys"]] == [False, True]
        missing = keyless("codec", "keys")
        assert (missing.code, f"{KEY.id} is missing" in missing.out) == (5, True)
        assert f"key {KEY.id} is missing" in " ".join(keyless("doctor").out.split())
        well = with_key(keyless, KEY.written)("doctor")
        assert (well.code, f"on, with key {KEY.id}" in " ".join(well.out.split())) == (0, True)
        denied = keyless("record", opened.data["inspection"], "notify_area", *ADA)
        assert (denied.code, f"with key {KEY.id}, and no key is set" in denied.err) == (5, True)
    finally:
        stop(process)
    wait_until_gone(keyless.folder)


def test_a_rehearsal_uses_the_keys_too(folder: Path) -> None:
    """On its virtual clocks, so that it rehearses what is done in earnest."""
    inspections = with_key(Inspections(folder / "encrypted-rehearsal"), KEY.written)
    rows = ["TRF,Trafford,358,2023-10-16,2023-10-20,2023-12-22,2,,2024-02-14,,"]
    rehearsed = inspections("rehearse", str(write_cases(folder / "one.csv", rows)), "--format", "json")
    assert rehearsed.code == 0, rehearsed.err
    assert [one["stage"] for one in rehearsed.data] == ["follow_up"]
    wait_until_gone(inspections.folder)


def test_the_codec_server_runs_until_it_is_interrupted(folder: Path) -> None:
    port = free_port()
    server = replace(
        Inspections(folder / "codec"),
        environment={
            "INSPECTIONS_PAYLOAD_KEYS": KEY.written,
            "INSPECTIONS_CODEC_SECRET": SECRET,
            "INSPECTIONS_CODEC_ADDRESS": f"127.0.0.1:{port}",
        },
    )
    process = server.start("codec", "serve")
    assert process.stdout is not None
    assert f"http://127.0.0.1:{port}/decode" in process.stdout.readline()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/decode", b"{}", {"Authorization": f"Bearer {SECRET}"}
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.read() == b"{}"
    assert stop(process).code == 0


def test_a_codec_server_that_would_serve_anybody_does_not_begin(tmp_path: Path) -> None:
    ended = with_key(Inspections(tmp_path), KEY.written)("codec", "serve")
    assert (ended.code, "set INSPECTIONS_CODEC_SECRET" in ended.err) == (2, True)
    short = {"INSPECTIONS_CODEC_SECRET": "short", "INSPECTIONS_CODEC_ORIGIN": "https://ui/"}
    ended = replace(Inspections(tmp_path), environment=short)("codec", "serve")
    assert (ended.code, "32 characters or more" in ended.err, "short" in ended.err) == (2, True, False)
    assert "INSPECTIONS_CODEC_ORIGIN cannot be read" in ended.err
