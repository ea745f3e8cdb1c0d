"""The small values that everything else is made of: identifiers, references, instants.

No field of an event may be a bare string, because what is free text may name a person and the ledger
cannot forget. So identifiers carry a pattern and free text is a `SealedText`: a digest whose text lies
in a table that can be deleted from.
"""

from datetime import MAXYEAR, MINYEAR, UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, StringConstraints, model_validator


class Value(BaseModel):
    """Frozen, compared by content, and deaf to fields that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _in_utc(instant: datetime) -> datetime:
    # In the first and the last year a step to another time zone, or to the next second, may leave time.
    if not MINYEAR < instant.year < MAXYEAR:
        raise ValueError(f"{instant} lies outside the years {MINYEAR + 1} to {MAXYEAR - 1}")
    return instant.astimezone(UTC)


Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A moment with a time zone, kept in UTC, in the years 2 to 9998."""

AreaCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
"""The three-letter register code of a local authority, e.g. `SFK`."""

InspectionId = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}-[0-9]{4}-[FMT][0-9]{1,2}$")]
"""Area, year, kind and number, e.g. `SFK-2023-F1`. Also the name of the inspection's stream."""

ThematicReviewId = Annotated[str, StringConstraints(pattern=r"^THEMATIC-20[0-9]{2}$")]
"""A thematic review by its year, e.g. `THEMATIC-2023`: there is one a year. Also the name of its stream.

Longer before the hyphen than an area's code, so it is neither an area nor an inspection.
"""

ProgrammeName = Annotated[str, StringConstraints(pattern=r"^PROGRAMME$")]
"""The name of the one stream of the national programme."""

StreamName = Annotated[
    str, StringConstraints(pattern=r"^([A-Z]{3}(-[0-9]{4}-[FMT][0-9]{1,2})?|THEMATIC-20[0-9]{2}|PROGRAMME)$")
]
"""Whatever has a stream of its own: an inspection, an area, a thematic review, the programme, by its name."""

PersonRef = Annotated[str, StringConstraints(pattern=r"^p-[a-z0-9]{1,20}$")]
"""A reference into the directory of people, e.g. `p-7k2m`. Says nothing about the person."""

BodyRef = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
"""A body such as `ofsted`, `la-sfk` or `icb-norfolk-and-waveney`."""

PublicName = Annotated[
    str, StringConstraints(pattern=r"^[A-Z0-9]([A-Za-z0-9 .,'()&/-]*[A-Za-z0-9.)])?$", max_length=100)
]
"""The name of a public body or of an area, as a public register prints it.

It may stand in the ledger because it names no person: it is public, and meant to be remembered. Pattern and
length keep out notes, e-mail addresses and line breaks. They cannot tell a person's name from a body's, so no
field that somebody might take for a contact or a remark is of this type.
"""

GssCode = Annotated[str, StringConstraints(pattern=r"^E[0-9]{8}$")]
"""The code of a local authority in England in the official statistics, e.g. `E10000029`."""

DfeCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{3}$")]
"""The number that the Department for Education gives a local authority, e.g. `935`."""

ChildRef = Annotated[str, StringConstraints(pattern=r"^c-[a-z0-9]{1,12}$")]
"""An opaque reference to a tracked child. Who it is lies with the inspectorates, never here."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
"""A short technical name, e.g. of an information item: `strategic_plan`, `annex_a_3`."""

Reference = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9/-]{0,30}$")]
"""A case reference in another register, e.g. `MASH/2023-114`."""

Address = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._~:/%-]{1,300}$")]
"""Where something was published: a web address or a path in the publication folder."""

Email = Annotated[str, StringConstraints(pattern=r"^[^@\s\x00]+@[^@\s\x00]+$", max_length=254)]
"""Where somebody is written to. It stands in the directory and in settings, never in the ledger."""

HandbookVersion = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
"""A handbook version is named after the day from which it is in force, e.g. `2023-01-01`."""

CalendarVersion = Annotated[str, StringConstraints(pattern=r"^[a-z]+-[0-9]{4}\.[0-9]{1,3}$")]
"""E.g. `england-2026.1`: the second number counts the releases made in that year."""


class SealedText(Value):
    """Free text by reference: SHA-256 over a random salt followed by the text's UTF-8 bytes."""

    sealed: Sha256


class EvidenceRef(Value):
    """Evidence by its digest. The evidence itself stays in the inspectorates' own store."""

    sha256: Sha256


class Pin(Value):
    """A released file by version and digest, so that an event says exactly which rules it rested on."""

    version: HandbookVersion | CalendarVersion
    digest: Sha256


class Period(Value):
    """Two dates, both included."""

    first: date
    last: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"ends {self.last} before it begins {self.first}")
        return self

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


class Theme(Value):
    """What a thematic review is about: a short technical name, and the name under which it is published."""

    theme: Slug
    name: PublicName


class Inspectorate(StrEnum):
    """The two inspectorates that inspect together."""

    OFSTED = "ofsted"
    CQC = "cqc"


class Kind(StrEnum):
    """What sort of inspection it is."""

    FULL = "full"
    MONITORING = "monitoring"

    @property
    def letter(self) -> str:
        """What an identifier has before its number."""
        return self.value[0].upper()


class Outcome(StrEnum):
    """The three outcomes, numbered as in the handbook. Never a grade, never a judgement."""

    TYPICALLY_POSITIVE = "1"
    INCONSISTENT = "2"
    WIDESPREAD_FAILINGS = "3"


class MonitoringResult(StrEnum):
    """What a monitoring inspection comes to: whether effective action was taken. It has no outcome."""

    EFFECTIVE = "effective"
    NOT_EFFECTIVE = "not_effective"
