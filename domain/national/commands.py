"""What can be asked of the national programme."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, TypeAdapter

from domain.actors import Verb
from domain.commands import DomainCommand, command_types
from domain.national import events as happened
from domain.national.matters import (
    AskedForMatter,
    BeginningStrikeMatter,
    PauseMatter,
    ResumptionMatter,
    StrikeMatter,
)
from domain.values import ProgrammeName


class Command(DomainCommand):
    """What is asked of the programme, of which there is one."""

    verb: ClassVar[Verb] = Verb.PAUSE_SCHEDULING
    records: ClassVar[type[happened.Event]]

    programme: ProgrammeName


class BeginProgramme(Command):
    """Have each year's thematic review planned when its day comes, the first one on the next such day."""

    type: Literal["begin_programme"] = "begin_programme"
    verb = Verb.SCHEDULE
    records = happened.ProgrammeBegun


class StrikeBeginning(Command, BeginningStrikeMatter):
    """Strike that the programme has begun. It may begin anew, on another day or in another name."""

    type: Literal["strike_beginning"] = "strike_beginning"
    verb = Verb.SCHEDULE
    records = happened.BeginningStruck


class NoteReviewAskedFor(Command, AskedForMatter):
    """Note that a year's thematic review was seen to."""

    type: Literal["note_review_asked_for"] = "note_review_asked_for"
    verb = Verb.RUN
    records = happened.AnnualReviewAskedFor


class PauseScheduling(Command, PauseMatter):
    """Schedule no inspections for some time, of one kind or of all."""

    type: Literal["pause_scheduling"] = "pause_scheduling"
    records = happened.SchedulingPaused


class ResumeScheduling(Command, ResumptionMatter):
    """Say which day is the last of a pause."""

    type: Literal["resume_scheduling"] = "resume_scheduling"
    records = happened.SchedulingResumed


class StrikePause(Command, StrikeMatter):
    """Strike a pause that was recorded wrongly; what is right is recorded anew."""

    type: Literal["strike_pause"] = "strike_pause"
    records = happened.PauseStruck


class Tick(Command):
    """Time brings no event to the programme; its process looks at the ledger by this."""

    type: Literal["tick"] = "tick"
    verb = Verb.RUN
    records = happened.SchedulingPaused


AnyCommand = Annotated[
    BeginProgramme
    | StrikeBeginning
    | NoteReviewAskedFor
    | PauseScheduling
    | ResumeScheduling
    | StrikePause
    | Tick,
    Field(discriminator="type"),
]

COMMANDS: TypeAdapter[AnyCommand] = TypeAdapter(AnyCommand)
"""Reads any command from plain data by its `type`."""

COMMAND_TYPES: dict[str, type[Command]] = command_types(Command)
"""Every command class by the name that it goes by on the wire."""
