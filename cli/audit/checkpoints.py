"""Auditors and operators: signed statements of what the ledger was."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from audit.keys import read_checkpoint, read_public_key, signers
from cli.access import note, reading
from cli.audit.signing import issue, signing_key
from cli.output import Format, console, in_numbers, print_json, print_table
from domain.errors import MalformedError
from domain.london import LONDON
from domain.values import PersonRef
from eventstore.checkpoints import Issued
from proof.notes import PublicKey
from workers.stores import Stores

Flag = Annotated[bool, Parameter(negative=())]


async def checkpoint(
    *,
    add: Path | None = None,
    cosigner: str | None = None,
    recorded_by: PersonRef | None = None,
    format: Format = Format.TABLE,
    rehearsal: Flag = False,
) -> None:
    """Sign what the ledger is now and print it, after checking that it has grown from what was signed last.

    Without news the last checkpoint is printed. It is published at once; workers mail it like their own.

    Parameters
    ----------
    add
        Instead, file a checkpoint from this file that an auditor has cosigned.
    cosigner
        The auditor's public key or a file with it, with --add: whose signature is checked and taken.
    recorded_by
        Who files it; otherwise INSPECTIONS_RECORDED_BY, otherwise the account's name.
    format
        table for the checkpoint as it is, json for scripts.
    rehearsal
        Of the newest rehearsal, with a key that rehearsals have for themselves.
    """
    if (add is None) != (cosigner is None):
        raise MalformedError("accepted are --add FILE and --cosigner KEY together, or neither")
    async with reading(rehearsal=rehearsal) as stores:
        if add and cosigner:
            issued = await _add(stores, add, read_public_key(cosigner), recorded_by)
        else:
            issued = await issue(stores, [signing_key(rehearsal=rehearsal)])
    if format is Format.JSON:
        print_json(_as_data(issued))
        return
    sys.stdout.write(str(issued.checkpoint))


async def _add(stores: Stores, file: Path, cosigner: PublicKey, recorded_by: str | None) -> Issued:
    issued = await stores.checkpoints.add(read_checkpoint(file), cosigner, datetime.now(UTC))
    detail = {"checkpoint": issued.number, "cosigner": str(cosigner)}
    await note(stores, "file_cosignature", detail, recorded_by)
    return issued


async def checkpoints(*, format: Format = Format.TABLE, rehearsal: Flag = False) -> None:
    """List what was signed: the number, how many entries there were, when, and who signed and cosigned.

    Parameters
    ----------
    format
        table for people, json for scripts.
    rehearsal
        Those of the newest rehearsal.
    """
    async with reading(rehearsal=rehearsal) as stores:
        issued = await stores.checkpoints.all()
        keys = [*await stores.checkpoints.keys(), *await stores.checkpoints.cosigners()]
    signed = [signers(one.checkpoint, keys) for one in issued]
    if format is Format.JSON:
        print_json(
            [
                {**_as_data(one), "signed": [{"key": str(key), "at": at} for key, at in who.items()]}
                for one, who in zip(issued, signed, strict=True)
            ]
        )
        return
    print_table(
        ("checkpoint", "entries", "issued or filed", "signed by"),
        [
            (
                one.number,
                one.checkpoint.head.size,
                _minute(one.issued_at),
                "\n".join(_signer(key, at) for key, at in who.items()),
            )
            for one, who in zip(issued, signed, strict=True)
        ],
    )
    console().print(in_numbers(len(issued), "checkpoint"))


def _signer(key: PublicKey, at: datetime | None) -> str:
    told = f"{key.name} ({key.id.hex()})"
    return told if at is None else f"{told} at {_minute(at)}"


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(LONDON):%Y-%m-%d %H:%M}"


def _as_data(issued: Issued) -> dict[str, Any]:
    head = issued.checkpoint.head
    return {
        "number": issued.number,
        "origin": head.origin,
        "size": head.size,
        "root": head.root.hex(),
        "issued_at": issued.issued_at.isoformat(),
        "checkpoint": str(issued.checkpoint),
    }
