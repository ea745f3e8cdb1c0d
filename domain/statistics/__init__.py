"""What the official statistics count, from how each inspection went."""

from domain.statistics.conduct import Conduct, Late, Publication, conduct
from domain.statistics.count import Spread, Statistics, shares, statistics
from domain.statistics.monitoring import Monitoring

__all__ = [
    "Conduct",
    "Late",
    "Monitoring",
    "Publication",
    "Spread",
    "Statistics",
    "conduct",
    "shares",
    "statistics",
]
