"""On whose authority something happens against a rule, and that two inspectorates are two people."""

import pytest

from domain.actors import Role
from domain.inspection.decide.repair import STRIKABLE
from domain.inspection.vocabulary import Stage
from tests.domain.inspection.story import Story, findings, who

EARLY = ("notice_before_fieldwork",)


def _notified() -> Story:
    return Story().until("area_notified")


@pytest.mark.parametrize(
    ("person", "because"),
    [
        ("p-ofstedlead", "decided or recorded"),
        ("p-support", "decided or recorded"),
        ("p-inspector", "has inspected"),
        ("p-coordinator", "acts as coordinator"),
    ],
    ids=["who decided", "who recorded", "who is on the team", "who schedules"],
)
def test_nobody_authorises_his_or_her_own_deed_or_beyond_his_or_her_role(person: str, because: str) -> None:
    """Directors authorise. The refusal says so, and no further authority helps."""
    story = _notified()
    refusal = story.refused("begin_fieldwork", at=story.day(7), contrary_to=EARLY, authorised_by=person)
    assert (refusal.code, refusal.waivable) == ("authority", False)
    assert because in refusal.because
    assert "ofsted_director or cqc_director or hmci" in refusal.accepted


def test_a_director_authorises_what_others_do() -> None:
    """Who has decided as a director in this inspection is known to be one."""
    story = _notified().do("move_to_handbook", by=Role.CQC_DIRECTOR)
    story.do("begin_fieldwork", at=story.day(7), contrary_to=EARLY, authorised_by="p-cqcdirector")
    assert story.stage() is Stage.FIELDWORK


def test_of_whom_the_record_knows_nothing_it_says_nothing() -> None:
    """The rules have no directory of people: whether somebody unheard of is a director is not checked."""
    story = _notified()
    story.do("begin_fieldwork", at=story.day(7), contrary_to=EARLY, authorised_by="p-unheardof")


def test_a_director_has_his_or_her_own_irregular_deed_authorised_by_another() -> None:
    """Also a director does not stand alone against a rule."""
    story = _notified()
    told = {"contrary_to": ("deferral_ground", "order"), "at": story.day(-1), "recorded": story.now}
    own = story.refused("defer_inspection", **told, authorised_by="p-ofsteddirector")
    assert own.code == "authority"
    story.do("defer_inspection", **told, authorised_by="p-cqcdirector")


def test_what_breaks_no_rule_needs_no_authority() -> None:
    """Nothing was authorised, so nobody is named."""
    story = _notified()
    story.do("begin_fieldwork", at=story.day(8), contrary_to=EARLY, authorised_by="p-ofstedlead")
    assert story.latest[-1].irregular is None


def test_one_person_does_not_approve_for_both_inspectorates() -> None:
    """Not under two roles, and not as irregular: then only one inspectorate would have approved."""
    story = Story().until("draft_submitted").do("approve_draft", inspectorate="ofsted")
    same = who(Role.CQC_MODERATOR, "p-ofstedmoderator")
    assert story.refused("approve_draft", inspectorate="cqc", by=same).code == "not_for_both"
    posing = story.refused(
        "approve_draft", inspectorate="cqc", by=Role.OFSTED_MODERATOR, contrary_to=("permission",)
    )
    assert posing.code == "not_for_both"
    story.do("approve_draft", inspectorate="cqc").do("send_draft_for_comment")


def test_one_person_does_not_sign_off_for_both_inspectorates() -> None:
    """Nor sign off for one what he or she approved for the other."""
    story = Story().until("outcome_decided").do("sign_off_outcome", inspectorate="ofsted")
    for person in ("p-ofsteddirector", "p-ofstedmoderator"):
        same = who(Role.CQC_DIRECTOR, person)
        assert story.refused("sign_off_outcome", inspectorate="cqc", by=same).code == "not_for_both"
    story.do("sign_off_outcome", inspectorate="cqc")
    assert story.stage() is Stage.PUBLICATION


def test_who_decides_the_outcome_does_not_concur_in_it() -> None:
    """The lead of CQC concurs in what the lead of Ofsted decides."""
    story = Story().until("comments_answered")
    refusal = story.refused("decide_outcome", by=who(Role.OFSTED_LEAD, "p-cqclead"))
    assert refusal.code == "not_for_both"


def test_the_next_draft_may_be_spoken_for_by_others() -> None:
    """People change: what somebody said of a draft that fell binds nobody."""
    story = Story().until("draft_approved").do("submit_draft", findings=findings("2", "la-sry"))
    changed = who(Role.CQC_MODERATOR, "p-ofstedmoderator")
    story.do("approve_draft", inspectorate="cqc", by=changed)
    assert story.refused("approve_draft", inspectorate="ofsted").code == "not_for_both"
    story.do("approve_draft", inspectorate="ofsted", by=who(Role.OFSTED_MODERATOR, "p-another"))


def test_a_voice_that_was_noted_by_mistake_falls_with_its_draft() -> None:
    """Nothing that speaks can be struck; the draft is returned, and on the next one nobody has spoken."""
    assert STRIKABLE.isdisjoint({"draft_approved", "outcome_decided", "outcome_signed_off"})
    story = Story().until("draft_submitted").do("approve_draft", inspectorate="ofsted")
    mistaken = who(Role.CQC_MODERATOR, "p-ofstedmoderator")
    assert story.refused("approve_draft", inspectorate="cqc", by=mistaken).code == "not_for_both"
    story.do("return_draft", inspectorate="ofsted").do("submit_draft")
    story.do("approve_draft", inspectorate="cqc", by=mistaken)


def test_the_same_person_approves_and_signs_off_for_one_inspectorate() -> None:
    """Nothing in the handbook speaks against it."""
    story = Story().until("outcome_decided")
    story.do("sign_off_outcome", inspectorate="ofsted", by=who(Role.OFSTED_DIRECTOR, "p-ofstedmoderator"))
