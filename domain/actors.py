"""Who acts, in which role, and what each role may decide.

The table follows the two inspectorates' division of labour: leads inspect, propose and draft; the
support team schedules and despatches; moderators review work that is not theirs; directors sign off;
the partnership's people answer for their own documents; nobody edits what another published. The support
team keeps the register of areas (inferred, I: no source says who does); what DfE does about an area is DfE's
to say (section 10 of the facts). A thematic review is planned by the support team, released by a director or
HMCI and published by the press office; an area's consent is its own to withdraw (inferred, I).
"""

from enum import StrEnum
from typing import Final, Literal

from domain.values import BodyRef, PersonRef, Value


class Role(StrEnum):
    """The role in which somebody decides."""

    OFSTED_LEAD = "ofsted_lead"
    CQC_LEAD = "cqc_lead"
    INSPECTOR = "inspector"
    COORDINATOR = "coordinator"
    OFSTED_MODERATOR = "ofsted_moderator"
    CQC_MODERATOR = "cqc_moderator"
    OFSTED_DIRECTOR = "ofsted_director"
    CQC_DIRECTOR = "cqc_director"
    HMCI = "hmci"
    LANO = "lano"
    DCS = "dcs"
    ICB_EXECUTIVE = "icb_executive"
    DFE = "dfe"
    NHS_ENGLAND = "nhs_england"
    PRESS_OFFICE = "press_office"
    AUDITOR = "auditor"
    SYSTEM = "system"


class Verb(StrEnum):
    """What can be decided. Every command names one."""

    SCHEDULE = "schedule"
    NOTIFY = "notify"
    RECORD = "record"
    HANDLE_INFORMATION = "handle_information"
    REFER_CONCERN = "refer_concern"
    DRAFT = "draft"
    PROPOSE_OUTCOME = "propose_outcome"
    MODERATE = "moderate"
    SIGN_OFF = "sign_off"
    DESPATCH = "despatch"
    ACKNOWLEDGE = "acknowledge"
    COMMENT = "comment"
    ANSWER = "answer"
    COMPLAIN = "complain"
    AUTHORISE = "authorise"
    RELEASE = "release"
    PUBLISH = "publish"
    NAME_PRINCIPAL_AUTHORITY = "name_principal_authority"
    SUBMIT_PLAN = "submit_plan"
    REVIEW_PLAN = "review_plan"
    CLOSE = "close"
    RECTIFY = "rectify"
    KEEP_REGISTER = "keep_register"
    RECORD_INTERVENTION = "record_intervention"
    CONSENT = "consent"
    RELEASE_REVIEW = "release_review"
    PUBLISH_REVIEW = "publish_review"
    PAUSE_SCHEDULING = "pause_scheduling"
    RUN = "run"


_LEADS = {
    Verb.NOTIFY,
    Verb.RECORD,
    Verb.HANDLE_INFORMATION,
    Verb.REFER_CONCERN,
    Verb.DRAFT,
    Verb.PROPOSE_OUTCOME,
    Verb.ANSWER,
    Verb.RECTIFY,
}
_DIRECTORS = {
    Verb.SIGN_OFF,
    Verb.AUTHORISE,
    Verb.RELEASE,
    Verb.REVIEW_PLAN,
    Verb.CLOSE,
    Verb.RECTIFY,
    Verb.REFER_CONCERN,
    Verb.RELEASE_REVIEW,
    Verb.PAUSE_SCHEDULING,
}
_PARTNERSHIP = {
    Verb.ACKNOWLEDGE,
    Verb.COMMENT,
    Verb.COMPLAIN,
    Verb.SUBMIT_PLAN,
    Verb.PUBLISH,
    Verb.CONSENT,
}

PERMISSIONS: Final[dict[Role, frozenset[Verb]]] = {
    Role.OFSTED_LEAD: frozenset(_LEADS),
    Role.CQC_LEAD: frozenset(_LEADS - {Verb.PROPOSE_OUTCOME}),
    Role.INSPECTOR: frozenset({Verb.RECORD, Verb.HANDLE_INFORMATION, Verb.REFER_CONCERN}),
    Role.COORDINATOR: frozenset(
        {
            Verb.SCHEDULE,
            Verb.HANDLE_INFORMATION,
            Verb.DESPATCH,
            Verb.ACKNOWLEDGE,
            Verb.CLOSE,
            Verb.RECTIFY,
            Verb.REFER_CONCERN,
            Verb.KEEP_REGISTER,
        }
    ),
    Role.OFSTED_MODERATOR: frozenset({Verb.MODERATE}),
    Role.CQC_MODERATOR: frozenset({Verb.MODERATE}),
    Role.OFSTED_DIRECTOR: frozenset(_DIRECTORS),
    Role.CQC_DIRECTOR: frozenset(_DIRECTORS),
    Role.HMCI: frozenset(_DIRECTORS | {Verb.NAME_PRINCIPAL_AUTHORITY}),
    Role.LANO: frozenset(_PARTNERSHIP),
    Role.DCS: frozenset(_PARTNERSHIP),
    Role.ICB_EXECUTIVE: frozenset(_PARTNERSHIP),
    Role.DFE: frozenset({Verb.REVIEW_PLAN, Verb.RECORD_INTERVENTION}),
    Role.NHS_ENGLAND: frozenset({Verb.REVIEW_PLAN}),
    Role.PRESS_OFFICE: frozenset({Verb.PUBLISH, Verb.RELEASE, Verb.PUBLISH_REVIEW}),
    Role.AUDITOR: frozenset(),
    Role.SYSTEM: frozenset({Verb.RUN}),
}


SPEAKS_FOR: Final[dict[Role, BodyRef]] = {
    Role.OFSTED_LEAD: "ofsted",
    Role.CQC_LEAD: "cqc",
    Role.OFSTED_MODERATOR: "ofsted",
    Role.CQC_MODERATOR: "cqc",
    Role.OFSTED_DIRECTOR: "ofsted",
    Role.CQC_DIRECTOR: "cqc",
    Role.HMCI: "ofsted",
    Role.DFE: "dfe",
    Role.NHS_ENGLAND: "nhs-england",
}
"""Roles that belong to one organisation. The others name theirs: a partnership's people, an inspector."""


def may(role: Role, verb: Verb) -> bool:
    """Say whether a role may decide what a verb stands for."""
    return verb in PERMISSIONS[role]


def roles_that_may(verb: Verb) -> tuple[Role, ...]:
    """List the roles that may decide what a verb stands for, in the order of the table."""
    return tuple(role for role in Role if may(role, verb))


class Actor(Value):
    """Somebody who decides: the person by reference, in a role, for an organisation."""

    person: PersonRef
    role: Role
    organisation: BodyRef


class Recorder(Value):
    """Somebody who records what was decided, and how the engine knows that it was they.

    `claimed` means that nobody has checked: the name was given on the command line.
    """

    person: PersonRef
    authenticated: Literal["claimed", "engine"] = "claimed"


ENGINE: Final = Actor(person="p-engine", role=Role.SYSTEM, organisation="inspections")
ENGINE_RECORDER: Final = Recorder(person="p-engine", authenticated="engine")
