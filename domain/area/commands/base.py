"""What every command about an area has in common."""

from typing import ClassVar

from domain.actors import Verb
from domain.area.events.base import Event
from domain.commands import DomainCommand
from domain.values import AreaCode


class Command(DomainCommand):
    """What is asked of an area, which is known by its register code."""

    verb: ClassVar[Verb] = Verb.KEEP_REGISTER
    records: ClassVar[type[Event]]

    area: AreaCode
