"""What a command may be recorded against: each rule by itself, and only what was broken."""

from typing import Any

from domain.actors import Role
from tests.domain.inspection.story import BODIES, Story, findings, who


def test_only_rules_that_were_broken_are_named_as_irregular() -> None:
    """A command that is ready to break more rules than it breaks is as regular as it can be."""
    story = Story().until("area_notified")
    story.do("begin_fieldwork", at=story.day(8), contrary_to=("notice_before_fieldwork", "order"))
    assert story.latest[-1].irregular is None


def test_a_contravention_of_one_rule_does_not_waive_another() -> None:
    """Each rule has to be named by itself."""
    story = Story().until("fieldwork_ended")
    stranger = who(Role.OFSTED_LEAD, "p-stranger")
    elsewhere = findings("2", *BODIES, "la-sfk")
    told: dict[str, Any] = {"by": stranger, "findings": elsewhere}
    assert story.refused("submit_draft", **told, contrary_to=("on_the_team",)).code == "body_of_partnership"
    story.do("submit_draft", **told, contrary_to=("on_the_team", "body_of_partnership"))
    assert story.latest[0].irregular is not None
    assert story.latest[0].irregular.rules == ("on_the_team", "body_of_partnership")
