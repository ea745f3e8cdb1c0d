"""How one inspection went, as far as the statistics count it. Days are days in London."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from domain.area.matters import NewsMatter
from domain.area.news import news_of
from domain.deadline import Status
from domain.handbook import DeadlineKind
from domain.inspection.deadlines import deadlines
from domain.inspection.record import State
from domain.london import london_date
from domain.rulebook import Rulebook
from domain.values import AreaCode, InspectionId, Instant, Kind, Outcome


@dataclass(frozen=True, slots=True)
class Publication:
    """An inspection of which the report is published. A corrected report changes none of this."""

    fieldwork_ended_on: date
    published_on: date
    outcome: Outcome

    @property
    def year(self) -> int:
        """The year of inspection: not that of publication, but that in which fieldwork ended.

        The official totals go by year of inspection (S). That the end of fieldwork decides, and not its
        beginning, is inferred (I): none has been known to go on over New Year.
        """
        return self.fieldwork_ended_on.year


@dataclass(frozen=True, slots=True)
class Late:
    """What was not done by its day, and still is not."""

    inspection: InspectionId
    kind: DeadlineKind
    subject: str | None
    due: date
    working_days: int
    """How many have passed since the due day; none, if only a weekend has."""


@dataclass(frozen=True, slots=True)
class Conduct:
    """What the statistics need to know of one inspection at a moment."""

    news: NewsMatter
    """What the cycle of its area hears of it."""
    area: AreaCode
    publication: Publication | None
    """None: the world does not know the outcome yet."""
    late: tuple[Late, ...]

    @property
    def inspection(self) -> InspectionId:
        """Its name."""
        return self.news.inspection

    @property
    def kind(self) -> Kind:
        """What sort of inspection it is."""
        return self.news.kind


def conduct(
    inspection: InspectionId, state: State, rules: Rulebook, *, now: Instant, on: date
) -> Conduct | None:
    """Say how an inspection went; None if there is none to count, not yet or because it was withdrawn.

    Args:
        inspection: its identifier.
        state: what it had become.
        rules: by whose latest calendar working days are counted.
        now: the moment up to which it has lived; what is due later is not late.
        on: the day up to which working days are counted.

    Raises:
        IntegrityError: this installation's rules are not those to which the inspection was bound.
        CalendarHorizonError: something is late, and the day lies outside the years of the calendar.
    """
    if state.area is None or state.has("inspection_withdrawn"):
        return None
    return Conduct(
        news=news_of(inspection, state),
        area=state.area,
        publication=_publication(state),
        late=tuple(_late(inspection, state, rules, now, on)),
    )


def _publication(state: State) -> Publication | None:
    """Once a report is published, its findings change no more: another outcome is not a correction."""
    published, ended = state.at("report_published"), state.at("fieldwork_ended")
    if published is None or ended is None or state.outcome is None:
        return None
    return Publication(
        fieldwork_ended_on=london_date(ended),
        published_on=london_date(published),
        outcome=state.outcome,
    )


def _late(inspection: InspectionId, state: State, rules: Rulebook, now: Instant, on: date) -> Iterator[Late]:
    for one in deadlines(rules, state):
        if one.met_on is None and one.status(now) is Status.MISSED:
            days = rules.current_calendar.working_days_between(one.due, on)
            yield Late(inspection, one.kind, one.subject, one.due, days)
