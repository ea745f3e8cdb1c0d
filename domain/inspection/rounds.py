"""Which milestones fall together when an inspection goes back: they can then be recorded anew."""

NOTIFICATION_ROUND = frozenset(
    {
        "area_notified",
        "information_requested",
        "information_received",
        "information_chased",
        "surveys_opened",
        "surveys_closed",
        "tracked_children_chosen",
        "tracked_child_replaced",
        "activity_recorded",
    }
)
"""Milestones that fall when the inspection is put off."""

COMMENT_ROUND = frozenset(
    {"draft_sent_for_comment", "comments_received", "comments_answered", "comment_window_lapsed"}
)
"""Milestones that fall, with the decision, when the evidence is opened again."""

AFTER_DECISION = frozenset(
    {
        "outcome_signed_off",
        "final_report_sent",
        "final_report_received",
        "report_released",
        "principal_authority_named",
        "priority_action_plan_submitted",
        "priority_action_plan_returned",
        "priority_action_plan_resubmitted",
        "priority_action_plan_accepted",
        "priority_action_plan_published",
    }
)
"""Milestones that fall when another outcome is decided before publication."""

DECISION = AFTER_DECISION | {"outcome_decided"}
"""Milestones that fall when the draft falls on which they rest."""
