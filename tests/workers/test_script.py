"""Scripts of rehearsals: the rules for unknown dates, and that every case that can be read can be played."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.requests import own_request
from domain.errors import MalformedError
from domain.inspection import State, decide, evolve, initial
from domain.inspection.commands import COMMANDS
from domain.inspection.progress import publication_pending, stage
from domain.inspection.vocabulary import Stage
from domain.messages import MilestoneRequest
from domain.refusal import Refusal
from domain.rulebook import Rulebook
from domain.values import Outcome, SealedText
from workers.rehearsal.cases import Case
from workers.rehearsal.play import write_scripts
from workers.rehearsal.script import CURRENT_DRAFT, PEOPLE, UNWRITTEN, Script, Step, write_script

RULES = Rulebook.released()
SEALED = SealedText(sealed="0" * 64).model_dump()


def case(**changes: Any) -> Case:
    suffolk = {
        "area": "SFK",
        "name": "Suffolk",
        "dfe_code": "935",
        "fieldwork_start": date(2023, 11, 13),
        "fieldwork_end": date(2023, 11, 17),
        "published": date(2024, 1, 30),
        "outcome": Outcome.WIDESPREAD_FAILINGS,
    }
    return Case.model_validate({**suffolk, **changes})


def test_a_week_on_site_begins_two_working_days_before() -> None:
    """Suffolk: on site from Monday 13 November 2023, fieldwork from the Thursday before."""
    dates = write_script(case(), 1, RULES).dates
    assert (dates["fieldwork_begun"], dates["on_site_from"]) == (date(2023, 11, 9), date(2023, 11, 13))
    assert (dates["planned"], dates["notified"]) == (date(2023, 10, 16), date(2023, 10, 30))
    assert dates["surveys_closed"] == date(2023, 11, 7)


def test_a_thursday_start_is_the_formal_beginning() -> None:
    """Greenwich: 11 to 19 May 2023; on site from Monday the 15th."""
    script = write_script(
        case(fieldwork_start=date(2023, 5, 11), fieldwork_end=date(2023, 5, 19), published=date(2023, 7, 11)),
        1,
        RULES,
    )
    assert script.dates["on_site_from"] == date(2023, 5, 15)
    assert "fieldwork_begun" not in script.assumed
    assert "on_site_from" in script.assumed


def test_the_way_from_fieldwork_to_decision_is_cut_in_thirds_and_halves() -> None:
    """Of the working days from the end of fieldwork to the decision: a third, a half, two thirds."""
    dates = write_script(case(), 1, RULES).dates
    between = RULES.current_calendar.working_days_between
    length = between(dates["fieldwork_ended"], dates["outcome_decided"])
    parts = [
        between(dates["fieldwork_ended"], dates[name])
        for name in ("draft_submitted", "draft_approved", "sent_for_comment")
    ]
    assert parts == [length // 3, length // 2, 2 * length // 3]
    assert between(dates["outcome_decided"], dates["final_report_received"]) == 1
    assert between(dates["final_report_received"], dates["published"]) == 8


def test_a_case_before_the_first_handbook_is_malformed() -> None:
    """Nobody was inspected under this framework before 2023."""
    old = case(
        fieldwork_start=date(2022, 11, 14), fieldwork_end=date(2022, 11, 18), published=date(2023, 1, 30)
    )
    with pytest.raises(MalformedError, match="SFK"):
        write_scripts([old], RULES)


DAYS = st.integers(min_value=0, max_value=80)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Cases with every optional date there or not, in any order that a file may have them."""
    start = date(2023, 2, 13) + timedelta(days=draw(st.integers(0, 1100)))
    end = start + timedelta(days=draw(st.integers(0, 11)))
    published = end + timedelta(days=1 + draw(DAYS))
    outcome = draw(st.sampled_from(Outcome))

    def some(day: date) -> date | None:
        return draw(st.one_of(st.none(), st.just(day)))

    after = {name: some(published + timedelta(days=draw(DAYS))) for name in ("a", "b", "c")}
    failings = outcome is Outcome.WIDESPREAD_FAILINGS
    received = end + timedelta(days=1 + draw(DAYS))
    return case(
        fieldwork_start=start,
        fieldwork_end=end,
        published=published,
        outcome=outcome,
        notified=some(start - timedelta(days=1 + draw(DAYS) // 3)),
        final_report_received=some(min(received, published)) if published > end + timedelta(days=1) else None,
        strategic_plan_published=None if failings else after["a"],
        plan_submitted=after["a"] if failings else None,
        plan_accepted=after["b"] if failings else None,
        plan_published=after["c"] if failings else None,
        polls=draw(st.sampled_from([(), (published,), (published + timedelta(days=9),)])),
    )


@given(cases())
@settings(max_examples=150, deadline=None, derandomize=True)
def test_whatever_can_be_read_can_be_played(one: Case) -> None:
    """Each date that breaks a rule is recorded as irregular; none stops a rehearsal."""
    (script,) = write_scripts([one], RULES)
    state = play(script)
    assert stage(state) is Stage.FOLLOW_UP
    for name, milestone in (("notified", "area_notified"), ("published", "report_published")):
        assert state.facts[milestone].at.date() == script.dates[name]


def play(script: Script) -> State:
    """Play a script on the rules alone."""
    state = initial()
    for step in script.steps:
        state = _do(script, step, state, [])
        if publication_pending(state):
            state = _published(script, step, state)
    return state


def _do(script: Script, step: Step, state: State, contrary: list[str]) -> State:
    person, organisation = PEOPLE[step.by]
    draft = state.draft.ref.model_dump() if state.draft else None
    command: dict[str, Any] = {
        "type": step.milestone,
        "occurred_at": step.at,
        "decided_by": {"person": person, "role": step.by, "organisation": organisation},
        "recorded_by": {"person": person},
        **_filled(step.matter, draft),
    }
    if contrary:
        command["contrary_to"] = {"rules": contrary, "reason": SEALED, "authorised_by": "p-x"}
    request = MilestoneRequest(inspection=script.inspection, command_id=str(uuid4()), command=command)
    decision = _decided(request, step, state)
    if isinstance(decision, Refusal):
        assert decision.waivable, (step, decision)
        assert decision.code not in contrary, (step, decision)
        return _do(script, step, state, [*contrary, decision.code])
    for event in decision:
        state = evolve(state, event)
    return state


def _published(script: Script, step: Step, state: State) -> State:
    assert state.released is not None
    matter = {
        "type": "confirm_publication",
        "occurred_at": step.at,
        "report_version": 1,
        "draft": state.released.model_dump(),
        "sha256": "0" * 64,
        "template": "0" * 64,
        "address": "report-1.html",
    }
    decision = _decided(own_request(script.inspection, uuid4(), matter), step, state)
    assert not isinstance(decision, Refusal), decision
    for event in decision:
        state = evolve(state, event)
    return state


def _decided(request: MilestoneRequest, step: Step, state: State) -> Any:
    now = {"inspection": request.inspection, "command_id": request.command_id, "now": step.at}
    return decide(RULES, state, COMMANDS.validate_python({**request.command, **now}))


def _filled(matter: Any, draft: Any) -> Any:
    if matter == CURRENT_DRAFT:
        return draft
    if matter == UNWRITTEN:
        return SEALED
    if isinstance(matter, dict):
        return {name: _filled(value, draft) for name, value in matter.items()}
    if isinstance(matter, list):
        return [_filled(value, draft) for value in matter]
    return matter
