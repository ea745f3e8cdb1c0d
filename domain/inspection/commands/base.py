"""What every command to an inspection has in common."""

from typing import ClassVar

from domain.commands import DomainCommand
from domain.inspection.events.base import Event
from domain.inspection.vocabulary import Stage
from domain.values import InspectionId


class Command(DomainCommand):
    """What is asked of an inspection: at which stages it can be, and whether it happens once."""

    stages: ClassVar[frozenset[Stage]]
    records: ClassVar[type[Event]]
    once: ClassVar[bool] = False

    inspection: InspectionId


def between(first: Stage, last: Stage) -> frozenset[Stage]:
    """Every stage from one to another, both included, in the order of the process."""
    stages = list(Stage)
    return frozenset(stages[stages.index(first) : stages.index(last) + 1])
