"""The check of notices: can they be sent."""

import asyncio

from activities.notices.letters import SenderAwayError
from domain.errors import MalformedError
from workers.doctor.finding import PATIENCE_SECONDS, Finding, ok, overdue, wrong
from workers.notices import sender_for
from workers.settings import Settings
from workers.workplace import Workplace

_CHECK = "notices"


async def notices(settings: Settings, place: Workplace) -> list[Finding]:
    """See whether whatever sends notices can be reached. None is sent."""
    try:
        sender = sender_for(settings, place)
    except MalformedError as error:
        return [wrong(_CHECK, str(error))]
    if sender is None:
        return [ok(_CHECK, "none are sent; INSPECTIONS_NOTICES_SENDER says how they would be")]
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await sender.check()
    except TimeoutError:
        return [overdue(_CHECK)]
    except SenderAwayError as error:
        return [wrong(_CHECK, str(error), "until it is mended, notices wait; nothing else does")]
    return [ok(_CHECK, f"can be sent by {settings.notices_sender or 'folder'}")]
