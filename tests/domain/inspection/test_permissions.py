"""Who may decide what, put as a table of roles and commands."""

from typing import Final

import pytest

from domain.actors import ENGINE, PERMISSIONS, SPEAKS_FOR, Role, Verb, may, roles_that_may
from domain.inspection.commands import COMMAND_TYPES
from domain.refusal import Refusal
from tests.domain.inspection.story import Story, who


@pytest.mark.parametrize("command", sorted(COMMAND_TYPES))
def test_every_command_is_somebodys_to_decide(command: str) -> None:
    """A command that nobody may give would hold every inspection."""
    assert roles_that_may(COMMAND_TYPES[command].verb)


def test_every_role_and_every_verb_is_in_the_table() -> None:
    """An auditor decides nothing; the engine runs the clock and notes what it published, and no more."""
    assert set(PERMISSIONS) == set(Role)
    assert all(roles_that_may(verb) for verb in Verb)
    assert PERMISSIONS[Role.AUDITOR] == frozenset()
    assert PERMISSIONS[Role.SYSTEM] == {Verb.RUN}
    assert {command.__name__ for command in COMMAND_TYPES.values() if command.verb is Verb.RUN} == {
        "Tick",
        "ConfirmPublication",
    }


MAY_NOT: Final = [
    (Role.OFSTED_LEAD, Verb.SIGN_OFF),
    (Role.OFSTED_LEAD, Verb.RELEASE),
    (Role.CQC_LEAD, Verb.PROPOSE_OUTCOME),
    (Role.INSPECTOR, Verb.PROPOSE_OUTCOME),
    (Role.INSPECTOR, Verb.RELEASE),
    (Role.COORDINATOR, Verb.RECORD),
    (Role.COORDINATOR, Verb.PROPOSE_OUTCOME),
    (Role.OFSTED_MODERATOR, Verb.DRAFT),
    (Role.LANO, Verb.RECORD),
    (Role.DCS, Verb.RELEASE),
    (Role.DFE, Verb.PROPOSE_OUTCOME),
    (Role.NHS_ENGLAND, Verb.SIGN_OFF),
    (Role.PRESS_OFFICE, Verb.DRAFT),
    (Role.HMCI, Verb.PROPOSE_OUTCOME),
]


@pytest.mark.parametrize(("role", "verb"), MAY_NOT)
def test_what_a_role_may_not(role: Role, verb: Verb) -> None:
    """As section 10 of the facts has it."""
    assert not may(role, verb)


STORIES: Final = {
    "plan_inspection": Story(),
    "notify_area": Story().until("team_appointed"),
    "end_fieldwork": Story().until("feedback_given"),
    "submit_draft": Story().until("fieldwork_ended"),
    "sign_off_outcome": Story().until("outcome_decided"),
    "release_report": Story().until("final_report_received"),
    "name_principal_authority": Story(outcome="3").until("report_published"),
    "close_inspection": Story().until("strategic_plan_published"),
    "tick": Story().until("area_notified"),
}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("command", STORIES)
def test_a_command_is_refused_to_every_role_that_may_not_decide_it(command: str, role: Role) -> None:
    """And the refusal lists the roles that may."""
    story, verb = STORIES[command], COMMAND_TYPES[command].verb
    answer = story.ask(command, by=role, at=story.notified if command == "notify_area" else None)
    if not may(role, verb):
        assert isinstance(answer, Refusal)
        assert answer.code == "permission"
        assert answer.accepted == "decided by " + ", ".join(roles_that_may(verb))


@pytest.mark.parametrize("role", SPEAKS_FOR)
def test_a_role_speaks_for_the_organisation_it_belongs_to(role: Role) -> None:
    """A moderator of CQC is of CQC."""
    command = next(
        name for name in COMMAND_TYPES if COMMAND_TYPES[name].verb in PERMISSIONS[role] and name != "tick"
    )
    story = Story().until("report_published")
    posing = who(role, organisation="la-sry")
    answer = story.ask(command, by=posing)
    assert isinstance(answer, Refusal)
    assert answer.code in {"permission", "stage"}


def test_the_engine_decides_only_its_own() -> None:
    """Nobody records a milestone in its name."""
    story = Story().until("area_notified")
    assert story.refused("open_surveys", by=ENGINE).code == "permission"
