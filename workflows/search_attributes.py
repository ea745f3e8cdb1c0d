"""The search attributes of an inspection. Temporal never encrypts them: codes only, no names."""

from typing import Final

from temporalio.common import SearchAttributeKey

AREA: Final = SearchAttributeKey.for_keyword("InspectionArea")
KIND: Final = SearchAttributeKey.for_keyword("InspectionKind")
STAGE: Final = SearchAttributeKey.for_keyword("InspectionStage")
OUTCOME: Final = SearchAttributeKey.for_keyword("InspectionOutcome")
NEXT_DUE: Final = SearchAttributeKey.for_keyword("InspectionNextDue")
"""The next due day as an ISO date, which sorts as a word too."""

ALL: Final = (AREA, KIND, STAGE, OUTCOME, NEXT_DUE)
"""To be registered in a namespace before a worker polls it; a workflow's task waits otherwise."""
