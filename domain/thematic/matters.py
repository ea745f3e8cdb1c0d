"""What a command to a thematic review says and its event keeps."""

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.canonical import canonical_json, sha256_hex
from domain.thematic.vocabulary import (
    ConcernReason,
    Consent,
    Entry,
    Recommendation,
    RectificationReason,
    ReportRef,
    Season,
    WithdrawalReason,
)
from domain.values import (
    Address,
    AreaCode,
    EvidenceRef,
    Instant,
    SealedText,
    Sha256,
    ThematicReviewId,
    Theme,
    Value,
)


def year_of(review: ThematicReviewId) -> int:
    """Return the year of a review, which its name says."""
    return int(review.rpartition("-")[2])


class PlanMatter(Value):
    """What a review is about, and by which day its report is to be published.

    What is left out the terms say: the theme of the year if it is known, and the usual day.
    """

    review: ThematicReviewId
    theme: Theme | None = None
    publish_by: date | None = None

    @model_validator(mode="after")
    def _published_in_season(self) -> Self:
        year = year_of(self.review)
        if self.publish_by is not None and self.publish_by.year not in {year, year + 1}:
            raise ValueError(f"publish_by {self.publish_by} lies neither in {year} nor in the year after it")
        return self


class GuidanceMatter(Value):
    """Where the guidance of the review stands, and its digest, as far as they are known."""

    address: Address | None = None
    sha256: Sha256 | None = None


class AreaMatter(Value):
    area: AreaCode


class ChoiceMatter(AreaMatter):
    """An area that takes part, with its consent, and when it is to be visited."""

    consent: Consent
    season: Season | None = None


class FindingsMatter(Value):
    """What was found, in one area or across several."""

    area: AreaCode | None = None
    texts: Annotated[tuple[SealedText, ...], Field(min_length=1)]
    evidence: tuple[EvidenceRef, ...] = ()


class ConcernMatter(AreaMatter):
    reason: ConcernReason
    text: SealedText


class ReportMatter(Value):
    """The report: its text, and what it recommends to government. It names no outcome of any area."""

    text: SealedText
    recommendations: Annotated[tuple[Recommendation, ...], Field(min_length=1)]

    @property
    def report_digest(self) -> Sha256:
        """SHA-256 of the canonical JSON of text and recommendations: a changed word is a changed report."""
        content = {
            "text": self.text.model_dump(mode="json"),
            "recommendations": [one.model_dump(mode="json") for one in self.recommendations],
        }
        return sha256_hex(canonical_json(content))


class ReportNamedMatter(Value):
    report: ReportRef


class PublicationMatter(ReportNamedMatter):
    """Where a report was published, and the digest of what stands there."""

    address: Address
    sha256: Sha256


class GeneralElectionMatter(Value):
    polls_on: date


class WithdrawalMatter(Value):
    reason: WithdrawalReason
    note: SealedText | None = None


class RectificationMatter(Value):
    """Which entry is wrong: its true moment, or none if it is struck."""

    entry: Entry
    happened_at: Instant | None = None
    reason: RectificationReason
    note: SealedText | None = None

    @model_validator(mode="after")
    def _moment_or_strike(self) -> Self:
        if (self.happened_at is None) != (self.reason is not RectificationReason.WRONG_DATE):
            raise ValueError(
                "happened_at goes with reason wrong_date; other reasons strike the entry and take none"
            )
        return self
