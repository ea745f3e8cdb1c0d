"""The aggregates, as the tests see them that hold for each: their commands, events, rules and scenes."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from domain.area import commands as of_areas
from domain.area import events as in_areas
from domain.area.rules import RULES as AREA_RULES
from domain.commands import DomainCommand
from domain.deciding import Rule
from domain.events import DomainEvent
from domain.inspection import commands as of_inspections
from domain.inspection import events as in_inspections
from domain.inspection.rules import RULES as INSPECTION_RULES
from domain.national import commands as of_the_programme
from domain.national import events as in_the_programme
from domain.national.rules import RULES as PROGRAMME_RULES
from domain.thematic import commands as of_reviews
from domain.thematic import events as in_reviews
from domain.thematic.rules import RULES as REVIEW_RULES
from tests.domain.area import golden as golden_areas
from tests.domain.area.scenes import SCENES as AREA_SCENES
from tests.domain.golden import Golden
from tests.domain.inspection import golden as golden_inspections
from tests.domain.inspection.scenes import SCENES as INSPECTION_SCENES
from tests.domain.national import golden as golden_programme
from tests.domain.national.scenes import SCENES as PROGRAMME_SCENES
from tests.domain.thematic import golden as golden_reviews
from tests.domain.thematic.scenes import SCENES as REVIEW_SCENES

Scene = tuple[Any, str, dict[str, Any]]
"""A story, and a command that a rule speaks against."""


class Aggregate(NamedTuple):
    """One aggregate. `unions` are those by which commands and events are read."""

    name: str
    command: type[DomainCommand]
    commands: Mapping[str, type[DomainCommand]]
    event: type[DomainEvent]
    events: Mapping[str, type[DomainEvent]]
    unions: tuple[Any, Any]
    golden: Golden
    one_of_each: Callable[[], Mapping[str, DomainEvent]]
    rules: Mapping[str, Rule]
    scenes: Mapping[str, Callable[[], Scene]]
    by_the_clock: frozenset[str] = frozenset()
    """Types of events that no command records, beside those about a deadline."""


AGGREGATES: Final = (
    Aggregate(
        "inspection",
        of_inspections.Command,
        of_inspections.COMMAND_TYPES,
        in_inspections.Event,
        in_inspections.EVENT_TYPES,
        (of_inspections.AnyCommand, in_inspections.AnyEvent),
        golden_inspections.GOLDEN,
        golden_inspections.one_of_each,
        INSPECTION_RULES,
        INSPECTION_SCENES,
        frozenset({"comment_window_lapsed"}),
    ),
    Aggregate(
        "area",
        of_areas.Command,
        of_areas.COMMAND_TYPES,
        in_areas.Event,
        in_areas.EVENT_TYPES,
        (of_areas.AnyCommand, in_areas.AnyEvent),
        golden_areas.GOLDEN,
        golden_areas.one_of_each,
        AREA_RULES,
        AREA_SCENES,
    ),
    Aggregate(
        "review",
        of_reviews.Command,
        of_reviews.COMMAND_TYPES,
        in_reviews.Event,
        in_reviews.EVENT_TYPES,
        (of_reviews.AnyCommand, in_reviews.AnyEvent),
        golden_reviews.GOLDEN,
        golden_reviews.one_of_each,
        REVIEW_RULES,
        REVIEW_SCENES,
        frozenset({"survey_data_deletion_due"}),
    ),
    Aggregate(
        "programme",
        of_the_programme.Command,
        of_the_programme.COMMAND_TYPES,
        in_the_programme.Event,
        in_the_programme.EVENT_TYPES,
        (of_the_programme.AnyCommand, in_the_programme.AnyEvent),
        golden_programme.GOLDEN,
        golden_programme.one_of_each,
        PROGRAMME_RULES,
        PROGRAMME_SCENES,
    ),
)


def each(names: Callable[[Aggregate], Iterator[str] | Mapping[str, Any]]) -> dict[str, Any]:
    """Return the arguments with which a test is run for each name that each aggregate has."""
    return {
        "argnames": ("aggregate", "name"),
        "argvalues": [(one, name) for one in AGGREGATES for name in names(one)],
        "ids": lambda value: value.name if isinstance(value, Aggregate) else value,
    }
