"""Auditors: sign a checkpoint after checking it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from audit.cosigning import cosign as checked
from audit.keys import read_checkpoint, read_public_key, read_secret_key
from cli.access import note, reading
from cli.output import console, print_hanging
from domain.errors import MalformedError
from domain.values import PersonRef
from proof.merkle import Tree
from proof.notes import KeyType


async def cosign(
    file: Path,
    /,
    *,
    key: Path,
    log_key: Annotated[tuple[str, ...], Parameter(negative=())],
    last: Path | None = None,
    live: Annotated[bool, Parameter(negative=())] = False,
    recorded_by: PersonRef | None = None,
) -> None:
    """Sign a checkpoint as an auditor, and write it with that signature into a new file beside it.

    The log must have signed it, and it must have grown from what you signed last.

    Parameters
    ----------
    file
        The checkpoint.
    key
        The file with your secret key (`inspections audit keys new NAME --cosigner --out FILE`).
    log_key
        The log's public key, as you got it from the operator; again for each further one.
    last
        The checkpoint that you signed last; leave it out the first time.
    live
        Prove with the ledger itself that it has grown and is what the checkpoint says. Noted as an act.
    recorded_by
        Who does this, with --live; otherwise INSPECTIONS_RECORDED_BY, otherwise the account's name.
    """
    secret = read_secret_key(key, KeyType.COSIGNER)
    checkpoint = read_checkpoint(file)
    cosigned = checked(
        checkpoint,
        secret,
        log_keys=[read_public_key(one) for one in log_key],
        last=read_checkpoint(last) if last else None,
        proofs=await _tree(checkpoint.head.size, recorded_by) if live else None,
        at=datetime.now(UTC),
    )
    out = file.with_name(f"{file.name}.cosigned")
    try:
        with out.open("x", encoding="utf-8") as beside:
            beside.write(str(cosigned))
    except FileExistsError:
        raise MalformedError(f"{out} is there already; move it away first") from None
    console().print(str(out), soft_wrap=True, markup=False)
    if last is None:
        print_hanging(
            "", "It was compared with no earlier one. Keep this file, and give it with --last next time."
        )


async def _tree(size: int, recorded_by: str | None) -> Tree:
    async with reading(rehearsal=False) as stores:
        tree = await stores.checkpoints.tree()
        await note(stores, "cosign", {"size": size}, recorded_by)
    return tree
