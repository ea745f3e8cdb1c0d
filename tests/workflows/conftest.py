"""A house for every test of the process."""

from tests.journeys.fixtures import house, idle_house

__all__ = ["house", "idle_house"]
