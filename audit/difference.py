"""What is different between two looks at a stream: where it stands, what is on record, what is due, by whom.

Walking a stream is the same question asked again and again: each of its entries lies between two looks.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from audit.deeds import Deed, deed_of
from audit.points import Look, Seen
from domain.aggregate import Aggregate
from domain.aggregates import aggregate_of
from domain.area.matters import NewsMatter
from domain.area.state import State as Area
from domain.deadline import Paired, paired
from domain.inspection.state import State as Inspection
from domain.london import london_date
from domain.messages import Due, Standing
from domain.national.state import State as Programme
from domain.rulebook import Rulebook
from domain.streams import require_kind
from domain.thematic.state import State as Review
from domain.values import Period
from eventstore.codecs import CODECS


class Changed(NamedTuple):
    """Something that is said in one look otherwise than in another; none: it is not said there."""

    what: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What is different between two looks at one stream."""

    before: Seen
    after: Seen
    standing: tuple[Changed, ...]
    """Where it stands, and by which rules."""
    on_record: tuple[Changed, ...]
    """Milestones and entries that count, with the day of each where it has one."""
    deadlines: tuple[Paired, ...]
    """Those of which the day or the status is another."""
    owed: tuple[Due, ...]
    """What is owed afterwards."""
    owed_changed: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One entry, and what is different after it."""

    deed: Deed
    difference: Difference


def difference(rules: Rulebook, stream: str, before: Seen, after: Seen) -> Difference:
    """Say what is different between two states of a stream, each at its moment."""
    aggregate = aggregate_of(stream)
    earlier, later = (aggregate.stands(rules, one.state, one.now) for one in (before, after))
    pairs = paired(aggregate.deadlines(rules, before.state), aggregate.deadlines(rules, after.state))
    changed = (pair for pair in pairs if pair.how(before.now, after.now) != "stays")
    return Difference(
        before=before,
        after=after,
        standing=_changed(
            _standing(aggregate, before.state, earlier.standing),
            _standing(aggregate, after.state, later.standing),
        ),
        on_record=_changed(_on_record(before.state), _on_record(after.state)),
        deadlines=tuple(sorted(changed, key=lambda pair: pair.one.due)),
        owed=later.due,
        owed_changed=earlier.due != later.due,
    )


def deeds_between(before: Look, after: Look) -> tuple[tuple[Deed, ...], tuple[Deed, ...]]:
    """List the entries that only the later look sees, and those that only the earlier one does."""
    return _only_in(after, before), _only_in(before, after)


def steps(rules: Rulebook, look: Look) -> Iterator[Step]:
    """Walk through what a look sees, entry by entry, each at the moment of its record."""
    aggregate, codec = aggregate_of(look.name), CODECS[require_kind(look.name)]
    seen = Seen(aggregate.initial(), look.entries[0].recorded_at)
    for entry in look.entries:
        after = Seen(aggregate.evolve(seen.state, codec.decode(entry)), entry.recorded_at)
        yield Step(deed_of(entry), difference(rules, look.name, seen, after))
        seen = after


def _only_in(look: Look, other: Look) -> tuple[Deed, ...]:
    known = {entry.version for entry in other.entries}
    return tuple(deed_of(entry) for entry in look.entries if entry.version not in known)


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Changed, ...]:
    return tuple(
        Changed(what, before.get(what), after.get(what))
        for what in {**before, **after}
        if before.get(what) != after.get(what)
    )


def _standing(aggregate: Aggregate[Any, Any, Any], state: Any, standing: Standing) -> dict[str, str]:
    handbook, calendar = aggregate.bound_to(state)
    draft = standing.draft
    told = {
        "stage": standing.stage if standing.version else "",
        "held by": _listed(standing.held_by),
        "outcome": _outcome(state, standing),
        "draft": f"version {draft.version}, digest {draft.digest}" if draft else "",
        "publication": "pending" if standing.publication_pending else "",
        "sees to": _listed(standing.errands),
        "handbook": handbook.version if handbook else "",
        "calendar": calendar.version if calendar else "",
    }
    return {what: value for what, value in told.items() if value}


def _outcome(state: Any, standing: Standing) -> str:
    """Return the outcome, or the result of a monitoring inspection, also before it is published."""
    found = (state.outcome or state.result) if isinstance(state, Inspection) else standing.outcome
    return found or ""


def _listed(values: Sequence[str]) -> str:
    return ", ".join(values)


def _on_record(state: Any) -> dict[str, str]:
    """Name what counts, by what it is, each with its day or whatever tells it from another of its kind."""
    match state:
        case Inspection():
            return {name: str(london_date(fact.at)) for name, fact in state.facts.items()}
        case Area():
            heard = (line for news in state.news.values() for line in _heard(news).items())
            return {**{str(fact.entry): "in the register" for fact in state.facts}, **dict(heard)}
        case Review():
            return {str(fact.entry): str(london_date(fact.at)) for fact in state.facts}
        case Programme():
            begun = {"programme": "begun"} if state.begun else {}
            return begun | {str(one.ref): str(one.last or "until further notice") for one in state.pauses}
        case _:
            raise TypeError(f"{type(state).__name__} is no state of a stream")


def _heard(news: NewsMatter) -> dict[str, str]:
    """Say what an area has heard of an inspection, each thing by itself."""
    told = {name: getattr(news, name) for name in NewsMatter.model_fields if name != "inspection"}
    return {f"{news.inspection} {name}": _plain(value) for name, value in told.items() if value}


def _plain(value: Any) -> str:
    match value:
        case Period():
            return f"{value.first} to {value.last}"
        case tuple():
            return _listed([str(one) for one in value])
        case bool():
            return "yes"
        case _:
            return str(value)
