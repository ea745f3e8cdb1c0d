"""The programme of all areas together: which inspections are proposed for a period, and what is owed."""

from domain.programme.plan import WEEKLY, plan
from domain.programme.proposals import NotProposed, Programme, Proposal, Reason, Why

__all__ = ["WEEKLY", "NotProposed", "Programme", "Proposal", "Reason", "Why", "plan"]
