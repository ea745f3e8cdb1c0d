"""The rules that can speak against a command: a stable code, what the rule says, whether it yields.

A rule that yields can be overridden by a fact: what happened against it is recorded as irregular, with
reason and authority. A rule that does not yield guards the meaning of the record itself.
"""

from typing import Final

from domain.deciding import COMMON_RULES, Rule

RULES: Final[dict[str, Rule]] = {
    **COMMON_RULES,
    "inspection_exists": Rule("An inspection is planned before anything else is recorded of it.", False),
    "stage": Rule("Each milestone belongs to certain stages.", False),
    "recorded_once": Rule(
        "This milestone happens once; a wrong record of it is rectified, not repeated.", False
    ),
    "order": Rule("Nothing happens before what it rests on.", True),
    "separation_of_duties": Rule("Nobody approves, signs off or publishes his or her own work.", True),
    "not_for_both": Rule("Each inspectorate speaks for itself: nobody speaks for both on a draft.", False),
    "id_fits_area": Rule("An inspection's identifier begins with the code of its area.", False),
    "id_fits_kind": Rule(
        "An inspection's identifier says of which kind it is: F is a full one, M a monitoring one.", False
    ),
    "follows_full_inspection": Rule(
        "A monitoring inspection follows a full one of its area and deals with areas for priority action "
        "of that one; a full inspection does neither.",
        False,
    ),
    "on_site_week": Rule("The inspectors are on site from a Monday.", True),
    "term_time": Rule("Inspections take place in term time.", True),
    "team_complete": Rule("A lead of Ofsted and a lead of CQC are named before the area is notified.", True),
    "interest_declared": Rule("An inspector with a declared interest in an area does not inspect it.", True),
    "on_the_team": Rule("Only a member of the team can do this.", True),
    "notification_day": Rule(
        "An area is notified on a Monday, unless a bank holiday shortens the notice.", True
    ),
    "notice_before_fieldwork": Rule("An area has its working days of notice before fieldwork begins.", True),
    "notice_before_on_site": Rule("An area has its working days of notice before inspectors come.", True),
    "deferral_ground": Rule("An inspection is deferred on a ground that its handbook knows.", True),
    "item_requested": Rule("Only an item that was asked for can be received or chased.", False),
    "number_of_children": Rule("The experience of a fixed number of children is followed.", True),
    "child_chosen": Rule("Only a child that was chosen can be replaced.", False),
    "paused": Rule("Only what is paused can be resumed or found incomplete.", False),
    "not_paused": Rule("While fieldwork is paused it neither ends nor is paused again.", False),
    "pause_limit": Rule("An inspection is incomplete only when its pause has run past its limit.", True),
    "feedback_given": Rule("Fieldwork ends after the final feedback.", True),
    "findings_fit_outcome": Rule(
        "Outcome 3 asks for areas for priority action; outcomes 1 and 2 have none.", False
    ),
    "findings_fit_kind": Rule(
        "A full inspection comes to an outcome; a monitoring one to whether effective action was taken, "
        "on each area of its scope and as a whole.",
        False,
    ),
    "result_fits_areas": Rule(
        "Where each area of the scope has the same result, the inspection has no other.", True
    ),
    "body_of_partnership": Rule("Only a body of the partnership can be made responsible.", True),
    "draft_exists": Rule("There is a draft to speak of.", False),
    "draft_is_current": Rule("An approval, a return or a sign-off names the current draft.", False),
    "evidence_complete": Rule(
        "While more evidence is being gathered no draft is submitted or approved.", False
    ),
    "evidence_ordered": Rule("Only evidence that was ordered is noted as gathered.", False),
    "approved_by_both": Rule("Both inspectorates have approved the current draft.", True),
    "signed_off_by_both": Rule(
        "Both inspectorates have approved and signed off the draft that is published.", False
    ),
    "comment_window": Rule("Comments come within the days for comment.", True),
    "comments_or_complaint": Rule(
        "The partnership comments on factual accuracy or complains, not both.", True
    ),
    "comments_answered": Rule(
        "Comments are answered before the outcome is decided and the report released.", True
    ),
    "complaint_known": Rule("A complaint is lodged once and resolved once.", False),
    "no_open_complaint": Rule("An open complaint holds publication and closing.", True),
    "cqc_concurs": Rule("The lead of CQC on the team concurs in what the inspection comes to.", True),
    "no_embargo": Rule("Nothing is published about an area in the weeks before its polls.", True),
    "released": Rule("The system publishes the report that was released, and no other.", False),
    "nothing_to_correct": Rule("One correction is finished before the next begins.", False),
    "outcome_asks_for_plan": Rule("The outcome decides which plan the partnership owes.", False),
    "plan_awaits_review": Rule("Only a plan that was submitted or published can be reviewed.", False),
    "plan_reviewer": Rule(
        "The handbook says who decides whether a priority action plan is fit for purpose.", True
    ),
    "plan_accepted": Rule("A priority action plan is published after it was accepted.", True),
    "deadline_exists": Rule("Only a deadline that runs can be moved.", False),
    "extends_later": Rule("An extension moves a deadline to a later day.", False),
    "handbook_in_force": Rule("An area is notified under the handbook in force on that day.", False),
    "handbook_known": Rule("An inspection is moved to a released handbook, other than its own.", False),
    "calendar_known": Rule("An inspection is moved to a released calendar, other than its own.", False),
    "milestone_recorded": Rule("Only a milestone that was recorded can be rectified.", False),
    "nothing_rests_on_it": Rule("What rests on a milestone is put right before the milestone itself.", False),
    "duties_done": Rule("An inspection is closed when the partnership has done what the outcome asks.", True),
    "calendar_horizon": Rule("Dates are reckoned within the years that the calendar covers.", False),
}
