"""Auditors and operators: the keys that sign checkpoints."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from audit.keys import new_secret_key, signers, write_secret_key
from cli.output import Format, console, print_hanging, print_json
from domain.errors import NotFoundError
from domain.london import LONDON
from domain.values import PersonRef
from proof.notes import KeyType, PublicKey

if TYPE_CHECKING:
    from eventstore.checkpoints import Issued

# Auditors make theirs where nothing but what examines exports is installed: all else is imported when called.
app = App(name="keys", help="The keys that sign checkpoints.")


@app.command
def new(name: str, /, *, out: Path, cosigner: Annotated[bool, Parameter(negative=())] = False) -> None:
    """Make a key: the secret goes into a new file that only you can read, the public key is printed.

    Parameters
    ----------
    name
        What the log is known by, for good: a name without spaces, such as send.example.gov.uk/ledger.
    out
        The file for the secret key.
    cosigner
        Make an auditor's key, which signs after the log's.
    """
    key = new_secret_key(name, KeyType.COSIGNER if cosigner else KeyType.LOG)
    write_secret_key(out, key)
    console().print(str(key.public), soft_wrap=True, markup=False)


@app.command(name="list")
async def list_keys(*, format: Format = Format.TABLE) -> None:
    """List the public keys of the log and of its cosigners, and which checkpoints each has signed.

    Parameters
    ----------
    format
        table for people, json for scripts.
    """
    from cli.access import reading

    async with reading(rehearsal=False) as stores:
        keys = [*await stores.checkpoints.keys(), *await stores.checkpoints.cosigners()]
        issued = await stores.checkpoints.all()
    signed = [(one, signers(one.checkpoint, keys)) for one in issued]
    told = [_as_data(key, [one for one, who in signed if key in who]) for key in keys]
    if format is Format.JSON:
        print_json(told)
        return
    for one in told:
        console().print(one["key"], soft_wrap=True, markup=False)
        span = "no checkpoint" if one["since"] is None else f"checkpoints {one['first']} to {one['last']}"
        since = "" if one["since"] is None else f" since {_day(one['since'])}"
        print_hanging("    ", f"{one['type']}, {span}{since}")
    if not told:
        console().print("No checkpoint was signed yet.")


@app.command
async def rotate(
    *,
    out: Path,
    old_key_is_lost: Annotated[bool, Parameter(negative=())] = False,
    recorded_by: PersonRef | None = None,
) -> None:
    """Make the log's next key, and issue one checkpoint that is signed by the old key and by the new one.

    Then have the workers use it: set INSPECTIONS_CHECKPOINT_KEY_FILE to the file, and start them again.

    Parameters
    ----------
    out
        The file for the new secret key.
    old_key_is_lost
        Begin with a new key without the old one. Auditors have to be told in another way that it is yours.
    recorded_by
        Who does this; otherwise INSPECTIONS_RECORDED_BY, otherwise the account's name.
    """
    from cli.access import note, reading
    from cli.audit.signing import issue, signing_key

    async with reading(rehearsal=False) as stores:
        last = await stores.checkpoints.last()
        old = None if old_key_is_lost else signing_key()
        if old is None and last is None:
            raise NotFoundError("nothing was signed yet, so there is no key to follow")
        name = old.public.name if old else last.checkpoint.head.origin if last else ""
        key = new_secret_key(name, KeyType.LOG)
        write_secret_key(out, key)
        issued = await issue(stores, [old, key] if old else [key], old_key_is_lost=old_key_is_lost)
        detail = {"key": str(key.public), "checkpoint": issued.number, "old_key_is_lost": old_key_is_lost}
        await note(stores, "rotate_key", detail, recorded_by)
    console().print(str(key.public), soft_wrap=True, markup=False)
    signed = "the new key alone" if old is None else "the old key and the new one"
    print_hanging("", f"Checkpoint {issued.number} is signed by {signed}. Give the public key to auditors.")
    print_hanging("", f"Set INSPECTIONS_CHECKPOINT_KEY_FILE to {out} and start the workers again.")


def _as_data(key: PublicKey, signed: Sequence["Issued"]) -> dict[str, Any]:
    return {
        "key": str(key),
        "name": key.name,
        "type": key.type.name.lower(),
        "first": signed[0].number if signed else None,
        "last": signed[-1].number if signed else None,
        "since": signed[0].issued_at if signed else None,
    }


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(LONDON):%Y-%m-%d}"
