"""The working calendar: which days count when the handbook says "working days".

Counting (it fits the dated cases of Suffolk and Trafford to the day): the day of the trigger is day 0, the
next working day is day 1, and the day on which a deadline falls is counted. Saturdays, Sundays and bank
holidays in England are not working days.

A royal holiday is announced late. So a calendar is a frozen value with a version: an event that computed
a date names the version, and a new holiday is a new version, never an edit.
"""

from bisect import bisect_left, bisect_right
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Final, Self

from pydantic import StringConstraints, model_validator

from domain.errors import CalendarHorizonError
from domain.released import ReleasedValue
from domain.values import CalendarVersion, Period, Slug, Value

_WEEKEND: Final = {5: "Saturday", 6: "Sunday"}


class MustBeWorkingDay(StrEnum):
    """What becomes of a due day that is not a working day: it moves on, moves back, or stays."""

    NEXT = "next"
    PREVIOUS = "previous"
    NO = "no"


class Holiday(Value):
    """A bank holiday, or the day on which one is observed."""

    day: date
    name: Annotated[str, StringConstraints(min_length=1)]


class Layer(Value):
    """Days that an area knows by a name, such as its school holidays.

    They are working days like any other, unless the layer says that they are not counted.
    """

    name: Slug
    periods: tuple[Period, ...]
    counted: bool = True

    def __contains__(self, day: date) -> bool:
        return any(day in period for period in self.periods)


class SkippedDay(Value):
    """A day that was not counted, and why: `Saturday`, `Sunday`, the holiday's or the layer's name."""

    day: date
    reason: str


class WorkingCalendar(ReleasedValue):
    """The working days of a region from `first` to `last`, both included (the horizon).

    Every method raises `CalendarHorizonError` for a day outside the horizon: the holidays of those years
    are not known, and a guess would look like an answer.
    """

    version: CalendarVersion
    region: Annotated[str, StringConstraints(min_length=1)]
    first: date
    last: date
    holidays: tuple[Holiday, ...]
    layers: tuple[Layer, ...] = ()

    @model_validator(mode="after")
    def _is_well_formed(self) -> Self:
        days = [holiday.day for holiday in self.holidays]
        if days != sorted(set(days)):
            raise ValueError("holidays must be in order, each day once")
        if any(not self.first <= day <= self.last for day in (*days, self.first)):
            raise ValueError(f"a holiday lies outside {self.first} to {self.last}")
        names = [layer.name for layer in self.layers]
        if len(names) != len(set(names)):
            raise ValueError("two layers have the same name")
        return self

    def is_working_day(self, day: date) -> bool:
        """Say whether a day counts."""
        self._check(day)
        return day in self._working_set

    def in_layer(self, name: Slug, day: date) -> bool:
        """Say whether a day lies in the layer of that name. Without such a layer, no day does."""
        self._check(day)
        return any(layer.name == name and day in layer for layer in self.layers)

    def with_layer(self, name: Slug, periods: tuple[Period, ...]) -> "WorkingCalendar":
        """Return a calendar in which the days of these periods do not count, e.g. to count in term time.

        A layer of the same name is replaced. The copy has a digest of its own.
        """
        others = tuple(layer for layer in self.layers if layer.name != name)
        return self.model_copy(update={"layers": (*others, Layer(name=name, periods=periods, counted=False))})

    def add_working_days(self, day: date, n: int) -> date:
        """Return the n-th working day after a day; for a negative n, the n-th before it.

        With n = 0 it is the day itself, working day or not.
        """
        self._check(day)
        if n == 0:
            return day
        days = self._working_days
        index = bisect_right(days, day) + n - 1 if n > 0 else bisect_left(days, day) + n
        if not 0 <= index < len(days):
            raise CalendarHorizonError(f"{n} working days from {day} lie outside {self._horizon}")
        return days[index]

    def working_days_between(self, start: date, end: date) -> int:
        """Count the working days after `start` up to and including `end`.

        Backwards, if `end` is earlier: the working days before `start` down to and including `end`, as a
        negative number. So `add_working_days(start, n)` is always n working days from `start`.
        """
        self._check(start)
        self._check(end)
        days = self._working_days
        if end < start:
            return bisect_left(days, end) - bisect_left(days, start)
        return bisect_right(days, end) - bisect_right(days, start)

    def skipped(self, start: date, end: date) -> tuple[SkippedDay, ...]:
        """List, with reasons, the days after `start` up to and including `end` that do not count."""
        self._check(start)
        self._check(end)
        days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
        return tuple(SkippedDay(day=day, reason=reason) for day in days if (reason := self._reason(day)))

    def roll(self, day: date, must_be: MustBeWorkingDay) -> date:
        """Return a day itself if it counts or need not; otherwise the next or the previous that does."""
        if self.is_working_day(day) or must_be is MustBeWorkingDay.NO:
            return day
        return self.add_working_days(day, 1 if must_be is MustBeWorkingDay.NEXT else -1)

    @property
    def _horizon(self) -> str:
        return f"calendar {self.version}, which runs from {self.first} to {self.last}"

    def _check(self, day: date) -> None:
        if not self.first <= day <= self.last:
            raise CalendarHorizonError(f"{day} lies outside {self._horizon}")

    def _reason(self, day: date) -> str | None:
        """Why a day does not count; None if it does. The weekend comes first: it needs no list."""
        if weekend := _WEEKEND.get(day.weekday()):
            return weekend
        if holiday := self._holiday_names.get(day):
            return holiday
        return next((layer.name for layer in self.layers if not layer.counted and day in layer), None)

    @cached_property
    def _holiday_names(self) -> dict[date, str]:
        return {holiday.day: holiday.name for holiday in self.holidays}

    @cached_property
    def _working_days(self) -> tuple[date, ...]:
        """Every working day of the horizon in order, so that counting is looking up a place in a list."""
        horizon = (self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1))
        return tuple(day for day in horizon if self._reason(day) is None)

    @cached_property
    def _working_set(self) -> frozenset[date]:
        return frozenset(self._working_days)
