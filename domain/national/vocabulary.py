"""The words of the national programme: why scheduling is paused, and what tells one pause from another."""

from datetime import date
from enum import StrEnum

from domain.values import Kind, Value


class PauseReason(StrEnum):
    """Why inspections of all areas are not scheduled. No list is published; this one is inferred (I)."""

    NATIONAL_EMERGENCY = "national_emergency"
    FRAMEWORK_CHANGES = "framework_changes"
    NATIONAL_REFORMS = "national_reforms"
    CAPACITY = "capacity"


class PauseRef(Value):
    """Which pause: of which kind of inspection, or of all, and its first day."""

    kind: Kind | None = None
    first: date

    def __str__(self) -> str:
        what = f"{self.kind} inspections" if self.kind else "all inspections"
        return f"the pause of {what} from {self.first}"
