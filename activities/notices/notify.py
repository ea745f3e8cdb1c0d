"""Letters by GOV.UK Notify.

Notify takes a letter under a reference of ours and finds it again by that, so a letter whose fate is
unknown is asked after before it is sent again.
"""

import asyncio
import re
from collections.abc import Callable
from contextlib import closing
from typing import Any, Final

from notifications_python_client.errors import APIError
from notifications_python_client.notifications import NotificationsAPIClient

from activities.notices.letters import Letter, SenderAwayError, UndeliverableError, address_of
from domain.canonical import canonical_json

PATIENCE_SECONDS: Final = 20
"""For each answer of Notify."""

_OURS: Final = frozenset({401, 403, 408, 429})
"""Answers that are not about the letter: the key, the clock, or too many at once."""
_LONGEST_TOLD: Final = 200


class NotifySender:
    """Hands each letter to Notify, which makes mail of it by a template with ((subject)) and ((body))."""

    reaches_people = True

    def __init__(self, api_key: str, template_id: str, base_url: str) -> None:
        self._api_key = api_key
        self._template_id = template_id
        self._base_url = base_url

    async def send(self, letter: Letter, *, again: bool) -> bytes:
        """Hand a letter over, unless Notify has it already."""
        given = {
            "email_address": address_of(letter),
            "template_id": self._template_id,
            "personalisation": {
                "subject": letter.words.subject,
                "body": "\n\n".join(filter(None, (*letter.words.paragraphs, letter.words.verbatim))),
            },
            "reference": letter.id,
            # What a body is called has been typed by somebody: it is to become neither link nor heading.
            "sanitise_content_for": ["body"],
        }
        if not (again and await self._has(letter.id)):
            await self._ask(lambda notify: notify.send_email_notification(**given))
        return canonical_json(given).encode()

    async def check(self) -> None:
        """Ask Notify for the template, which needs a key that fits."""
        try:
            await self._ask(lambda notify: notify.get_template(self._template_id))
        except UndeliverableError as error:
            raise SenderAwayError(str(error)) from error

    async def _has(self, reference: str) -> bool:
        found = await self._ask(lambda notify: notify.get_all_notifications(reference=reference))
        return bool(found["notifications"])

    async def _ask(self, question: Callable[[Any], Any]) -> Any:
        """Ask Notify in a thread: its client waits for the answer."""

        def ask() -> Any:
            client = NotificationsAPIClient(  # type: ignore[no-untyped-call]  # its client has no types
                self._api_key, base_url=self._base_url, timeout=PATIENCE_SECONDS
            )
            with closing(client.request_session):
                return question(client)

        try:
            return await asyncio.to_thread(ask)
        except APIError as error:
            told = f"GOV.UK Notify answers {error.status_code}: {_without_addresses(error.message)}"
            if error.response is None:
                raise SenderAwayError(f"GOV.UK Notify cannot be reached at {self._base_url}") from error
            if error.status_code in _OURS or not 400 <= error.status_code < 500:
                raise SenderAwayError(told) from error
            raise UndeliverableError(told) from error


def _without_addresses(message: object) -> str:
    """Tell what Notify says is wrong, without an address that it may repeat."""
    problems = message if isinstance(message, list) else [message]
    told = "; ".join(str(one.get("message", one) if isinstance(one, dict) else one) for one in problems)
    return re.sub(r"\S*@\S*", "(address)", told)[:_LONGEST_TOLD]
