"""A house for every test of whole lifecycles."""

from tests.journeys.fixtures import house, idle_house

__all__ = ["house", "idle_house"]
