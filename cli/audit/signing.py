"""What commands that sign or read checkpoints have in common."""

from cli.access import settings
from domain.errors import NotFoundError
from proof.notes import SecretKey
from workers import keys


def log_key() -> SecretKey:
    """Find the log's secret key as the workers do.

    Raises:
        NotFoundError: there is none.
    """
    chosen = settings()
    key = keys.log_key(chosen, embedded=chosen.database_url is None)
    if key is None:
        raise NotFoundError(
            "there is no key to sign with: make one with `inspections audit keys new`, "
            "and set INSPECTIONS_CHECKPOINT_KEY_FILE"
        )
    return key
