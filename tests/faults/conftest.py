"""A house for the tests of faults that need no processes of their own."""

from tests.journeys.fixtures import house, idle_house

__all__ = ["house", "idle_house"]
