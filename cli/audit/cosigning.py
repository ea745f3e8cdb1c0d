"""Auditors: sign a checkpoint after checking it. With an export this needs no server."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from audit.cosigning import Proofs, proofs_in
from audit.cosigning import cosign as checked
from audit.folder import Folder
from audit.keys import read_checkpoint, read_public_key, read_secret_key
from cli.output import console, print_hanging
from domain.errors import MalformedError
from domain.values import PersonRef
from proof.checkpoints import Checkpoint
from proof.notes import KeyType


def cosign(
    file: Path,
    folder: Path | None = None,
    /,
    *,
    key: Path,
    log_key: Annotated[tuple[str, ...], Parameter(negative=())],
    last: Path | None = None,
    live: Annotated[bool, Parameter(negative=())] = False,
    recorded_by: PersonRef | None = None,
) -> None:
    """Sign a checkpoint as an auditor, and write it with that signature into a new file beside it.

    The log must have signed it, and it must have grown from what you signed last. An export proves that
    without a server; its entries are what `inspections audit verify` examines.

    Parameters
    ----------
    file
        The checkpoint; a copy of it, if it lies in the export.
    folder
        An export: prove with its hashes that the ledger has grown and is what the checkpoint says.
    key
        The file with your secret key (`inspections audit keys new NAME --cosigner --out FILE`).
    log_key
        The log's public key, as you got it from the operator, or a file with it; again for each further one.
    last
        The checkpoint that you signed last; leave it out the first time.
    live
        Prove it with the database instead. Noted as an act.
    recorded_by
        Who does this, with --live; otherwise INSPECTIONS_RECORDED_BY, otherwise the account's name.
    """
    if live and folder is not None:
        raise MalformedError("accepted is either the folder of an export, or --live")
    if folder is not None and file.resolve().is_relative_to(folder.resolve()):
        raise MalformedError(f"nothing is added to an export; accepted is a copy of {file} elsewhere")
    secret, checkpoint = read_secret_key(key, KeyType.COSIGNER), read_checkpoint(file)
    log_keys = [read_public_key(one) for one in log_key]
    earlier = read_checkpoint(last) if last else None

    def sign(proofs: Proofs | None) -> Path:
        at = datetime.now(UTC)
        signed = checked(checkpoint, secret, log_keys=log_keys, last=earlier, proofs=proofs, at=at)
        return _write(file, signed)

    size = checkpoint.head.size
    if live:
        out = asyncio.run(_with_ledger(sign, size, recorded_by))
    else:
        out = sign(proofs_in(Folder(folder), size) if folder else None)
    console().print(str(out), soft_wrap=True, markup=False)
    if last is None:
        print_hanging(
            "", "It was compared with no earlier one. Keep this file, and give it with --last next time."
        )


def _write(file: Path, cosigned: Checkpoint) -> Path:
    out = file.with_name(f"{file.name}.cosigned")
    try:
        with out.open("x", encoding="utf-8") as beside:
            beside.write(str(cosigned))
    except FileExistsError:
        raise MalformedError(f"{out} is there already; move it away first") from None
    return out


async def _with_ledger(sign: Callable[[Proofs], Path], size: int, recorded_by: str | None) -> Path:
    # Beside an export none of this is installed.
    from cli.access import note, reading

    async with reading(rehearsal=False) as stores:
        out = sign(await stores.checkpoints.tree())
        await note(stores, "cosign", {"size": size}, recorded_by)
    return out
