"""The check of checkpoints: are they issued, and can they be mailed."""

from domain.errors import InspectionsError
from workers.audit.keys import log_key
from workers.doctor.finding import Finding, ok, warning, wrong
from workers.notices import sender_for
from workers.settings import Settings
from workers.sources import variable
from workers.workplace import Workplace

_CHECK = "checkpoints"


async def checkpoints(settings: Settings, place: Workplace) -> list[Finding]:
    """See whether workers with these settings would issue checkpoints. None is issued."""
    if place.rehearsal:
        return [ok(_CHECK, "none are issued in a rehearsal")]
    try:
        key = log_key(settings, embedded=place.embedded)
    except InspectionsError as error:
        return [wrong(_CHECK, str(error))]
    if key is None:
        return [
            warning(
                _CHECK,
                "none are issued, so nobody can show later what the ledger was",
                f"`inspections audit keys new`, and set {variable('checkpoint_key_file')} for the workers",
            )
        ]
    if settings.checkpoint_recipients and sender_for(settings, place) is None:
        return [wrong(_CHECK, f"they are to be mailed: set {variable('notices_sender')} too")]
    return [ok(_CHECK, f"{key.public.name} signs one every {settings.checkpoint_minutes} minutes")]
