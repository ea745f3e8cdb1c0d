"""What is different between two looks at a stream, for people and for scripts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from audit.deeds import Deed
from audit.difference import Changed, Difference
from cli.erased import instead_of, read_texts
from cli.foresight import pairs_as_data
from cli.output import deadline_in_words, in_words, print_hanging
from domain.deadline import Paired
from domain.london import london_date
from domain.messages import Due
from domain.values import SealedText
from eventstore.erasures import Erasure
from workers.stores import Stores

_INDENT: Final = "    "


@dataclass(frozen=True, slots=True)
class Told:
    """Names and texts that lie beside the ledger, for some of its entries."""

    names: Mapping[str, str]
    texts: Mapping[SealedText, tuple[str | None, Erasure | None]]

    @classmethod
    async def of(cls, stores: Stores, deeds: Sequence[Deed]) -> Self:
        """Look up who decided, recorded and authorised, and the reasons of what went against a rule."""
        against = [one.irregular for one in deeds if one.irregular]
        people = {one.decided_by.person for one in deeds} | {one.recorded_by.person for one in deeds}
        people |= {one.authorised_by for one in against}
        return cls(
            await stores.directory.names(sorted(people)),
            await read_texts(stores, [one.reason for one in against]),
        )

    def person(self, ref: str) -> str:
        """Name somebody by reference, and by name if the directory has one."""
        return f"{ref} ({self.names[ref]})" if ref in self.names else ref


def print_deed(deed: Deed, told: Told) -> None:
    """Print what an entry records, who decided it and by which authority, and what it puts right."""
    by = deed.decided_by
    what = in_words(deed.entry.type) + (f" because of {in_words(deed.reason)}" if deed.reason else "")
    print_hanging(
        f"version {deed.entry.version}: ",
        f"{what} on {london_date(deed.happened_at)}; decided by {told.person(by.person)}, "
        f"{in_words(by.role)}, {by.organisation}; recorded by {told.person(deed.recorded_by.person)} on "
        f"{london_date(deed.entry.recorded_at)}",
    )
    if deed.irregular:
        print_hanging(f"{_INDENT}irregular   ", f"against {', '.join(deed.irregular.rules)}")
        print_hanging(f"{_INDENT}reason      ", instead_of(*told.texts[deed.irregular.reason]))
        print_hanging(f"{_INDENT}authority   ", told.person(deed.irregular.authorised_by))
    if deed.correction:
        was = f"was {deed.correction.was:%Y-%m-%d %H:%M} UTC, " if deed.correction.was else ""
        now = f"is {deed.correction.now:%Y-%m-%d %H:%M} UTC" if deed.correction.now else "is struck"
        print_hanging(f"{_INDENT}put right   ", f"{in_words(deed.correction.what)} {was}{now}")


def print_difference(found: Difference) -> None:
    """Print what stands, what counts and what is due otherwise than before."""
    for one in (*found.standing, *found.on_record):
        print_hanging(f"{_INDENT}{in_words(one.what)}: ", _in_words(one))
    for pair in found.deadlines:
        begins = f"{_INDENT}{deadline_in_words(pair.one.kind, pair.one.subject)}: "
        print_hanging(begins, _becomes(pair, found))


def owed_in_words(owed: Iterable[Due]) -> str:
    """List what is owed, each with its day; what is past it is said to be missed."""
    return "; ".join(
        f"{deadline_in_words(one.kind, one.subject)} by {one.due}"
        + (", missed" if one.status == "missed" else "")
        for one in owed
    )


def _becomes(pair: Paired, found: Difference) -> str:
    """Say what becomes of a deadline: its day, and how it stands."""
    if pair.after is None:
        return f"no longer due {pair.was}"
    status = in_words(pair.after.status(found.after.now))
    if pair.before is None:
        return f"due {pair.now}, {status}"
    before = in_words(pair.before.status(found.before.now))
    day = f"due {pair.now}" if pair.was == pair.now else f"due from {pair.was} to {pair.now}"
    return f"{day}, {status}" if before == status else f"{day}, from {before} to {status}"


def _in_words(one: Changed) -> str:
    if one.before is None:
        return in_words(one.after or "")
    if one.after is None:
        return f"no longer {in_words(one.before)}"
    return f"from {in_words(one.before)} to {in_words(one.after)}"


def deed_as_data(deed: Deed, told: Told) -> dict[str, Any]:
    """Write an entry for scripts."""
    irregular, correction = deed.irregular, deed.correction
    return {
        "version": deed.entry.version,
        "position": deed.entry.position,
        "event": deed.entry.type,
        "occurred_at": deed.happened_at.isoformat(),
        "recorded_at": deed.entry.recorded_at.isoformat(),
        "decided_by": {
            **deed.decided_by.model_dump(mode="json"),
            "name": told.names.get(deed.decided_by.person),
        },
        "recorded_by": deed.recorded_by.person,
        "reason": deed.reason,
        "irregular": {
            "rules": list(irregular.rules),
            "reason": told.texts[irregular.reason][0],
            "authorised_by": irregular.authorised_by,
        }
        if irregular
        else None,
        "put_right": {
            "what": correction.what,
            "was": correction.was.isoformat() if correction.was else None,
            "now": correction.now.isoformat() if correction.now else None,
        }
        if correction
        else None,
    }


def difference_as_data(found: Difference) -> dict[str, Any]:
    """Write what is different for scripts."""
    return {
        "standing": [one._asdict() for one in found.standing],
        "on_record": [one._asdict() for one in found.on_record],
        "deadlines": pairs_as_data(found.deadlines, found.before.now, found.after.now),
        "owed": [one.model_dump(mode="json") for one in found.owed],
    }
