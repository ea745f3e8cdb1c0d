"""Whose data it is, and why it is erased.

Grounds are those of Article 17 of the UK GDPR (our reading, I), and two of this project's own: a rule for how
long things are kept has run out, or somebody wrote what does not belong here.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from pydantic import TypeAdapter, ValidationError

from domain.errors import MalformedError
from domain.values import ChildRef, PersonRef, Sha256, StreamName


class ErasureReason(StrEnum):
    """Why something is erased."""

    PERSON_ASKED = "person_asked"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    NO_LONGER_NEEDED = "no_longer_needed"
    UNLAWFUL = "unlawful"
    LEGAL_DUTY = "legal_duty"
    WRITTEN_IN_ERROR = "written_in_error"
    RETENTION_OVER = "retention_over"


class SubjectKind(StrEnum):
    """What can be asked about."""

    PERSON = "person"
    CHILD = "child"
    TEXT = "text"
    STREAM = "stream"


_FORMS: Final = {
    SubjectKind.PERSON: TypeAdapter(PersonRef),
    SubjectKind.CHILD: TypeAdapter(ChildRef),
    SubjectKind.TEXT: TypeAdapter(Sha256),
    SubjectKind.STREAM: TypeAdapter(StreamName),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody by reference, a sealed text by its digest, or a stream with all its texts."""

    kind: SubjectKind
    name: str

    @classmethod
    def parse(cls, name: str) -> Self:
        """Tell from its form what a name stands for.

        Raises:
            MalformedError: it has none of the forms.
        """
        for kind, form in _FORMS.items():
            try:
                form.validate_python(name)
            except ValidationError:
                continue
            return cls(kind, name)
        raise MalformedError(
            f"SUBJECT is {name!r}; accepted is a person such as p-7k2m, a child such as c-1, the digest of a "
            "sealed text, or a name such as SFK-2023-F1"
        )
