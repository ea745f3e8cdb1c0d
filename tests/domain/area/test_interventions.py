"""What DfE does about an area is on record, and asks nothing of the inspectorates."""

from datetime import date

import pytest

from domain.actors import PERMISSIONS, Role, Verb
from domain.area.state import Intervention
from domain.area.vocabulary import InterventionKind
from tests.domain.area.story import Story


@pytest.mark.parametrize("kind", InterventionKind)
def test_dfe_records_what_it_does(kind: InterventionKind) -> None:
    """With its day and, where there is one, the reference in DfE's own files."""
    story = Story("OLD").entered().do("record_intervention", kind=kind, at=date(2023, 11, 10), reference=None)
    (fact,) = story.state.all(Intervention)
    assert (fact.kind, fact.on, fact.reference) == (kind, date(2023, 11, 10), None)


def test_the_same_step_can_be_taken_on_several_days() -> None:
    """Stocktakes come about every six months."""
    story = Story().entered()
    for day in (date(2025, 6, 2), date(2025, 12, 1)):
        story.do("record_intervention", kind="stocktake", at=day)
    assert [fact.on for fact in story.state.all(Intervention)] == [date(2025, 6, 2), date(2025, 12, 1)]


def test_nobody_else_records_an_intervention_as_his_or_her_own() -> None:
    """The inspectorates neither decide it nor may answer for it."""
    assert [role for role in Role if Verb.RECORD_INTERVENTION in PERMISSIONS[role]] == [Role.DFE]


def test_the_support_team_keeps_the_register() -> None:
    """Everything else of an area is entered by coordinators."""
    assert [role for role in Role if Verb.KEEP_REGISTER in PERMISSIONS[role]] == [Role.COORDINATOR]
    assert Story().refused("enter_area", by=Role.OFSTED_LEAD).accepted == "decided by coordinator"
