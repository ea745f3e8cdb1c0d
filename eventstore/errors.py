"""What can go wrong in the event store, besides what `domain.errors` names."""

from domain.errors import InspectionsError


class RehearsalError(InspectionsError):
    """A rehearsed instant was given to a live ledger, or none to a rehearsal. Nothing was written."""

    code = "REHEARSAL"


class SchemaError(InspectionsError):
    """The database's schema is not the one that this code was written for."""

    code = "SCHEMA"
