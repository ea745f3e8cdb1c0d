"""What the official statistics count, from how each inspection went."""

from domain.statistics.conduct import Conduct, Late, Publication, conduct
from domain.statistics.count import Spread, Statistics, shares, statistics

__all__ = ["Conduct", "Late", "Publication", "Spread", "Statistics", "conduct", "shares", "statistics"]
