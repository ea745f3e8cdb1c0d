"""What every event of an area has in common."""

from domain.area.vocabulary import Entry
from domain.events import DomainEvent


class Event(DomainEvent):
    """What was decided about an area, or became known of it.

    `occurred_at` is when that was; from which day it holds is in the event's own matter.
    """

    def made(self) -> Entry | None:
        """Return the entry that this event makes in the register, as one refers to it, if it makes one."""
        return None
