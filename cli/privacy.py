"""Operators: what is held of somebody, what is due for erasure, and erasing it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from cyclopts import App, Parameter
from pydantic_core import to_jsonable_python

from cli.access import note, owning, reading, settings
from cli.erased import instead_of, told
from cli.exits import Exit
from cli.matter import AS_IN_LEDGER
from cli.output import Format, console, in_numbers, in_words, print_hanging, print_json, print_table
from domain.errors import MalformedError
from domain.london import london_date
from domain.privacy import ErasureReason, Subject
from domain.rulebook import Rulebook
from domain.values import PersonRef
from eventstore import scrub as files
from eventstore.erasures import Decision
from workers.privacy.due import Due, all_due, erase_due
from workers.privacy.erasing import Plan, carry_out, plan_of, require_decider
from workers.privacy.held import Held, held
from workers.stores import Stores

app = App(name="privacy", help="What is held of somebody, how long, and erasing it.")


@app.command
async def report(
    subject: str, /, *, recorded_by: PersonRef | None = None, format: Format = Format.TABLE
) -> None:
    """List what is held of somebody: directory, events, commands, sealed texts, notices. It is noted.

    Parameters
    ----------
    subject
        A person (p-7k2m), a child (c-1), a sealed text (its digest), or a name such as SFK-2023-F1.
    recorded_by
        Who asks; otherwise INSPECTIONS_RECORDED_BY, otherwise the account's name.
    format
        table for people, json for scripts.
    """
    asked = Subject.parse(subject)
    async with reading(rehearsal=False) as stores:
        found = await held(stores, asked)
        await note(stores, "report_what_is_held", {"of": asked.name}, recorded_by)
    if format is Format.JSON:
        print_json(to_jsonable_python(found))
        return
    _print_held(found)


@app.command
async def erase(
    subject: str | None = None,
    /,
    *,
    decided_by: PersonRef,
    reason: Annotated[ErasureReason | None, AS_IN_LEDGER] = None,
    texts: Annotated[bool, Parameter(negative=())] = False,
    due: Annotated[bool, Parameter(negative=())] = False,
    dry_run: Annotated[bool, Parameter(negative=())] = False,
    format: Format = Format.TABLE,
) -> Exit:
    """Erase what can be erased of a subject, or what is due, on record; say where copies stay and until when.

    Parameters
    ----------
    subject
        A person (p-7k2m), a child (c-1), a sealed text (its digest), or a name such as SFK-2023-F1.
    decided_by
        Who decided, as in the directory.
    reason
        Why. It is kept for good, beside the references of what was erased.
    texts
        Of a person, also every text that he or she gave or is named beside; of a stream, its texts.
    due
        Instead of a subject: all that `inspections privacy due` lists.
    dry_run
        Say what would be erased, and erase nothing.
    format
        table for people, json for scripts.
    """
    if due:
        if subject or reason or texts:
            raise MalformedError(
                "--due goes without SUBJECT, --reason and --texts: the rules say what and why"
            )
        return await _erase_all_due(decided_by, dry_run=dry_run, format=format)
    if subject is None or reason is None:
        raise MalformedError("accepted are SUBJECT and --reason, or --due")
    asked, today = Subject.parse(subject), london_date(datetime.now(UTC))
    async with reading(rehearsal=False) as stores:
        await require_decider(stores, decided_by, asked.name)
        found = await held(stores, asked)
        plan = await plan_of(found, with_texts=texts, settings=settings(), today=today)
        if not dry_run:
            await carry_out(stores, plan, Decision(asked.name, reason, decided_by))
    if format is Format.JSON:
        print_json({"subject": asked.name, "dry_run": dry_run, **_plan_as_data(plan)})
    else:
        _print_plan(plan, found, dry_run=dry_run)
    return Exit.DONE


@app.command(name="due")
async def list_due(*, format: Format = Format.TABLE) -> None:
    """List what has been kept for as long as the rules say, each with its rule and where that comes from.

    Parameters
    ----------
    format
        table for people, json for scripts.
    """
    async with reading(rehearsal=False) as stores:
        found = await _due_today(stores)
    _print_due(found, format=format)


@app.command(name="erased")
async def list_erased(*, format: Format = Format.TABLE) -> None:
    """List what was erased, by whom, why and when. Keep this list apart: a restored backup knows less.

    Parameters
    ----------
    format
        table for people, json for scripts.
    """
    async with reading(rehearsal=False) as stores:
        found = await stores.erasures.all()
    if format is Format.JSON:
        print_json(to_jsonable_python(found))
        return
    for one in found:
        by_rule = f" by rule {one.rule}" if one.rule else ""
        print_hanging(
            f"{london_date(one.erased_at)}  ",
            f"{one.what}, asked for as {one.subject}: {in_words(one.reason)}{by_rule}; decided by "
            f"{one.decided_by}",
        )


@app.command
async def scrub(*, format: Format = Format.TABLE) -> None:
    """Have PostgreSQL's own files forget what was erased: dead rows and, as a superuser, the write-ahead log.

    It acts as the login of INSPECTIONS_MIGRATION_DATABASE_URL, otherwise of INSPECTIONS_DATABASE_URL; without
    both, on the embedded stack. Backups and archived logs are not reached.

    Parameters
    ----------
    format
        table for people, json for scripts.
    """
    async with owning() as url:
        kept = await files.scrub(url)
    if format is Format.JSON:
        print_json({"written_anew": list(files.TABLES), "still_kept": kept})
        return
    console().print(f"{' and '.join(files.TABLES)} are written anew.")
    for one in kept:
        print_hanging("still kept: ", one)


async def _due_today(stores: Stores) -> list[Due]:
    return await all_due(stores, Rulebook.released(), settings(), london_date(datetime.now(UTC)))


async def _erase_all_due(decided_by: PersonRef, *, dry_run: bool, format: Format) -> Exit:
    async with reading(rehearsal=False) as stores:
        await require_decider(stores, decided_by)
        found = await _due_today(stores)
        here = [one for one in found if one.here]
        for one in () if dry_run else here:
            await erase_due(stores, settings(), one, decided_by)
    _print_due(found, format=format)
    if format is Format.TABLE and found:
        done = "would be erased; nothing is" if dry_run else "erased"
        console().print(f"{in_numbers(len(here), 'thing')} {done}.")
    return Exit.DONE


def _print_due(found: Sequence[Due], *, format: Format) -> None:
    if format is Format.JSON:
        print_json([{**to_jsonable_python(one), "here": one.here} for one in found])
        return
    if not found:
        console().print("Nothing is due for erasure.")
        return
    print_table(
        ("what", "kept since", "due", "rule", "erased where"),
        [
            (
                one.what,
                one.since,
                one.due,
                f"{one.rule} ({one.sureness})",
                "here" if one.here else "elsewhere",
            )
            for one in found
        ],
    )
    for rule, source in sorted({(one.rule, one.source) for one in found}):
        print_hanging(f"{rule}: ", source)


def _plan_as_data(plan: Plan) -> dict[str, Any]:
    return {
        "persons": list(plan.persons),
        "texts": [{"digest": one.digest, "where": one.where} for one in plan.texts],
        "letters": [str(one) for one in plan.letters],
        "remaining": to_jsonable_python(plan.remaining),
    }


def _print_plan(plan: Plan, found: Held, *, dry_run: bool) -> None:
    if plan.empty:
        print_hanging("", f"Nothing is left to erase of {found.subject.name}.")
    else:
        console().print("Nothing is erased. It would be:" if dry_run else "Erased, and recorded:")
    for person in plan.persons:
        print_hanging("  ", f"{person}: name, role, organisation and address in the directory")
    for text in plan.texts:
        print_hanging("  ", f"the text {text.digest} ({text.where})")
    for letter in plan.letters:
        print_hanging("  ", f"the letter {letter}")
    left = [] if plan.texts else [one for one in found.texts if one.text]
    if left:
        texts = in_numbers(len(left), "text")
        print_hanging("  ", f"Not erased: {texts} that he or she gave or is named beside; see --texts")
    console().print("Copies stay here for a time:")
    for place in plan.remaining:
        print_hanging("  ", f"{place.where}: {place.holds}. Until {place.until}.")


def _print_held(found: Held) -> None:
    console().print(f"[bold]{found.subject.name}[/bold]")
    if found.person:
        one = found.person
        said = [one.name, one.role, one.organisation, one.email or "no address"]
        left = f", left on {one.left_on}" if one.left_on else ""
        print_hanging("  directory  ", ", ".join(said) + left)
    if found.erasure:
        print_hanging("  directory  ", told(found.erasure))
    if found.events:
        rows = [
            (one.stream, one.version, in_words(one.type), one.on, _as(one.named_as)) for one in found.events
        ]
        print_table(("stream", "version", "event", "on", "named as"), rows)
    if found.commands:
        print_table(
            ("stream", "command", "recorded", "answer", "named as"),
            [
                (
                    one.stream,
                    one.command_id,
                    london_date(one.recorded_at),
                    "refused" if one.refused else "recorded",
                    _as(one.named_as),
                )
                for one in found.commands
            ],
        )
    for text in found.texts:
        print_hanging("text ", f"{text.digest} {'given in' if text.given else 'in'} {text.where}")
        print_hanging("    ", instead_of(text.text, text.erasure))
    for notice in found.notices:
        key = notice.notice
        sent = f" on {london_date(notice.sent_at)}" if notice.sent_at else ""
        print_hanging(
            "notice ", f"{key.inspection}, position {key.position}, {key.reason}: {notice.state}{sent}"
        )


def _as(places: Sequence[str]) -> str:
    return ", ".join(places)
