"""Decisions from the final report to its publication, elsewhere too, and its correction."""

from domain.due import embargoing_polls
from domain.inspection import commands as c
from domain.inspection import events as e
from domain.inspection.decide.moderation import next_draft, require_comments_answered
from domain.inspection.decide.situation import Situation, require_not_before, require_not_own_work
from domain.inspection.progress import (
    approved_by_both,
    correction_pending,
    publication_pending,
    signed_off_by_both,
)
from domain.inspection.vocabulary import DraftRef
from domain.london import london_date


def send_final_report(situation: Situation, command: c.SendFinalReport) -> e.Event:
    """What is sent is the draft that was signed off; noted late, the one that was published."""
    published = situation.state.published
    if not published or command.draft != published[-1].draft:
        situation.require_current_draft(command.draft)
    if not published:
        require_not_before(situation, "outcome_signed_off", situation.state.at("outcome_signed_off"))
    return situation.record(e.FinalReportSent)


def release(situation: Situation, command: c.ReleaseReport) -> e.Event:
    """Somebody who is not of the team releases what both inspectorates approved and signed off.

    Not while a complaint is open or comments are unanswered, and not in the weeks before polls in the area.
    """
    state = situation.state
    draft = situation.require_current_draft(command.draft)
    situation.require(
        approved_by_both(state) and signed_off_by_both(state),
        "signed_off_by_both",
        "not both inspectorates have approved and signed off this draft",
        "approve_draft and sign_off_outcome for each inspectorate on this draft",
    )
    situation.require(
        not publication_pending(state), "recorded_once", "the report is already released", "nothing more"
    )
    open_ones = state.open_complaints
    situation.require(
        not open_ones,
        "no_open_complaint",
        f"{', '.join(open_ones)} is open",
        "resolve_complaint before release_report",
    )
    if not state.published:
        require_comments_answered(situation)
    _require_no_embargo(situation)
    require_not_own_work(situation, doing="release this report")
    return situation.record(e.ReportReleased, draft=draft)


def _require_no_embargo(situation: Situation) -> None:
    """Neither on the day of the release nor, if it is recorded later, on the day on which it publishes."""
    days = situation.handbook.embargo_days_before_polls.value
    for day in (london_date(situation.command.occurred_at), london_date(situation.command.now)):
        polls = embargoing_polls(situation.handbook, situation.state.polls, day)
        situation.require(
            polls is None,
            "no_embargo",
            f"{day} is within {days} days before the polls on {polls}",
            f"a day after {polls}",
        )


def confirm_publication(situation: Situation, command: c.ConfirmPublication) -> e.Event:
    """The system notes what it published: the draft that was released, as the next version."""
    state = situation.state
    expected = len(state.published) + 1
    released: DraftRef | None = state.released
    situation.require(
        released is not None and command.draft == released and command.report_version == expected,
        "released",
        f"version {command.report_version} of draft {command.draft.version} is not what was released",
        f"version {expected} of draft {released.version}" if released else "nothing is released",
    )
    return situation.record(e.ReportPublished)


def correct(situation: Situation, command: c.CorrectReport) -> e.Event:
    """A correction is a new draft with the same findings; it is approved and signed off like the first."""
    state = situation.state
    situation.require(
        not correction_pending(state) and not publication_pending(state),
        "nothing_to_correct",
        "a correction is already under way",
        "release_report for that one first",
    )
    assert state.draft is not None
    draft = next_draft(state, command.sections, state.draft.findings, command.decided_by.person)
    return situation.record(e.ReportCorrected, draft=draft.ref)
