"""What every record says besides its own matter: who decided, when, and who records it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

from cyclopts import Parameter

from cli.access import recorder
from cli.matter import AS_IN_LEDGER
from cli.output import Format
from domain.actors import Role
from domain.errors import MalformedError
from domain.london import LONDON, at_time, london_date
from domain.values import BodyRef, PersonRef
from eventstore.people import Directory

NOON: Final = time(12)
# A message repeats this when nothing was given, and only what is said here is known by then.
AT: Final = "When it happened: a date or an ISO date and time in London; otherwise now."


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Decided:
    """Who decided, when, and who records it.

    Parameters
    ----------
    decided_by
        Who decided, as in the directory.
    role
        In which role; otherwise as in the directory.
    organisation
        For which organisation; otherwise as in the directory.
    recorded_by
        Who records it; otherwise INSPECTIONS_RECORDED_BY, otherwise who decided.
    format
        table for people, json for scripts.
    rehearsal
        In the running rehearsal, also beside a live stack.
    """

    decided_by: PersonRef
    at: Annotated[str | None, Parameter(help=AT)] = None
    role: Annotated[Role | None, AS_IN_LEDGER] = None
    organisation: BodyRef | None = None
    recorded_by: PersonRef | None = None
    format: Format = Format.TABLE
    rehearsal: Annotated[bool, Parameter(negative=())] = False

    async def who_and_when(self, directory: Directory) -> dict[str, Any]:
        """Say it as a command does.

        Raises:
            MalformedError: somebody is not in the directory, or the moment cannot be read.
        """
        return {
            **_occurred(self.at),
            "decided_by": await _actor(directory, self.decided_by, self.role, self.organisation),
            "recorded_by": recorder(self.recorded_by, self.decided_by),
        }


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Deed(Decided):
    """What one record says besides its own matter.

    Parameters
    ----------
    command_id
        A UUID of your own, so that sending again records nothing twice.
    """

    command_id: Annotated[UUID, Parameter(show_default=False)] = field(default_factory=uuid4)


def _occurred(at: str | None) -> dict[str, str]:
    """Say when something happened. A day that is over is taken at noon; today is left to the clock."""
    if at is None:
        return {}
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise MalformedError(f"--at {at} is no date such as 2024-02-10, with a time or without") from None
    if len(at) > 10:
        instant = (moment if moment.tzinfo else moment.replace(tzinfo=LONDON)).astimezone(UTC)
    elif moment.date() == london_date(datetime.now(UTC)):
        return {}
    else:
        instant = at_time(moment.date(), NOON)
    return {"occurred_at": instant.isoformat()}


async def _actor(
    directory: Directory, person: str, role: Role | None, organisation: str | None
) -> dict[str, str]:
    """Say who decided; role and organisation come from the directory unless they are given."""
    known = await directory.find(person) if role is None or organisation is None else None
    if known is None and (role is None or organisation is None):
        raise MalformedError(
            f"--decided-by {person} is not in the directory; add the person with `inspections people add`, "
            "or give --role and --organisation"
        )
    return {
        "person": person,
        "role": (role or (known.role if known else Role.AUDITOR)).value,
        "organisation": organisation or (known.organisation if known else ""),
    }
