"""Who has spoken for which inspectorate on a draft.

Two inspectorates inspect together. That means little if it is one person under two names of office; so the
record knows, without any directory, who has spoken for which.
"""

from domain.inspection import events as e
from domain.inspection.record import State, Voice
from domain.inspection.vocabulary import DraftRef
from domain.values import Inspectorate, PersonRef

Speaking = e.DraftApproved | e.OutcomeDecided | e.OutcomeSignedOff
"""What somebody says on a draft in the name of an inspectorate."""


def voices_after(state: State, event: Speaking) -> tuple[Voice, ...]:
    """Return who has spoken on the draft that an event is about; on drafts before it nobody counts."""
    person = event.decided_by.person
    spoken = (
        {Inspectorate.OFSTED: person, Inspectorate.CQC: event.concurring}
        if isinstance(event, e.OutcomeDecided)
        else {event.inspectorate: person}
    )
    # Whoever counts so far has spoken on the same draft.
    before = state.voices if state.voices and state.voices[0].draft == event.draft else ()
    return before + tuple(
        Voice(person=who, inspectorate=one, draft=event.draft) for one, who in spoken.items()
    )


def speak_for_both(state: State, draft: DraftRef, speaking: dict[Inspectorate, PersonRef]) -> list[PersonRef]:
    """Name those who would have spoken for both inspectorates on a draft."""
    spoken = {(one.person, one.inspectorate) for one in state.voices if one.draft == draft}
    spoken |= {(person, inspectorate) for inspectorate, person in speaking.items()}
    return sorted(
        person
        for person in set(speaking.values())
        if all((person, inspectorate) in spoken for inspectorate in Inspectorate)
    )
