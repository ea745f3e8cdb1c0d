"""What commands that sign or read checkpoints have in common."""

from collections.abc import Sequence
from datetime import UTC, datetime

from cli.access import settings
from domain.errors import NotFoundError
from eventstore.checkpoints import Issued
from proof.notes import SecretKey
from workers.audit import keys
from workers.stores import Stores


def signing_key(*, rehearsal: bool = False) -> SecretKey:
    """Find the log's secret key as the workers do. Rehearsals have one of their own.

    Raises:
        NotFoundError: there is none.
    """
    chosen = settings()
    if rehearsal:
        return keys.rehearsal_key(chosen)
    key = keys.log_key(chosen, embedded=chosen.database_url is None)
    if key is None:
        raise NotFoundError(
            "there is no key to sign with: make one with `inspections audit keys new`, "
            "and set INSPECTIONS_CHECKPOINT_KEY_FILE"
        )
    return key


async def issue(stores: Stores, signing: Sequence[SecretKey], *, old_key_is_lost: bool = False) -> Issued:
    """Sign what the ledger is now, as the workers do: only if nothing that was published is gone or changed.

    Of a rehearsal nothing is published.

    Raises:
        IntegrityError: the ledger or a checkpoint is not what was signed or published.
        MalformedError: none of these keys has ever signed for this log, and others have.
        OSError: the publication folder cannot be read or written to.
        UnavailableError: PostgreSQL cannot be reached.
    """
    if stores.ledger.rehearsal:
        return await stores.checkpoints.issue(signing, datetime.now(UTC))
    # Reading needs none of this, and loading it takes longer than reading.
    from workers.audit.checkpoints import issue_now

    return await issue_now(stores, settings().publication_dir, signing, old_key_is_lost=old_key_is_lost)
