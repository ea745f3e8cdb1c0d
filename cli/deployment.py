"""Operators: bring the database up to date, see what is set, and find out what is wrong."""

import asyncio
import os
from collections import Counter
from typing import Annotated, Any, Final

from cyclopts import App, Parameter

from cli.access import settings
from cli.exits import Exit, end_at_once
from cli.output import Format, console, print_hanging, print_json
from cli.progress import progress_of
from domain.errors import UnavailableError
from eventstore import migrate as schema
from workers.database_url import without_password
from workers.doctor.examine import examine
from workers.doctor.finding import PATIENCE_SECONDS, Finding, Verdict
from workers.embedded.address import find_running
from workers.external import describe_temporal
from workers.settings import Settings, described

config = App(name="config", help="What is set, and where.")

_QUIET_SECONDS: Final = 2.0
_SETTING_COLUMN: Final = max(map(len, Settings.model_fields)) + 2


async def migrate(
    *, dry_run: Annotated[bool, Parameter(negative=())] = False, format: Format = Format.TABLE
) -> None:
    """Bring the database up to date: schema, roles, grants. Do so before workers of a new release start.

    It acts as the login of INSPECTIONS_MIGRATION_DATABASE_URL, otherwise of INSPECTIONS_DATABASE_URL; without
    both, on the embedded stack that runs. Several may run it at the same time.

    Parameters
    ----------
    dry_run
        Say which migrations would be applied, and change nothing.
    format
        table for people, json for scripts.
    """
    url, rehearsal = _database()
    if dry_run:
        numbers = [one.number for one in await schema.pending(url, rehearsal=rehearsal)]
    else:
        numbers = await schema.migrate(url, rehearsal=rehearsal)
    names = [schema.migrations()[number - 1].name for number in numbers]
    newest, shown = len(schema.migrations()), without_password(url)
    if format is Format.JSON:
        print_json({"database": shown, "dry_run": dry_run, "schema": newest, "migrations": names})
        return
    if not names:
        console().print(f"{shown}\nis up to date (schema {newest}).", soft_wrap=True, markup=False)
        return
    does = "would be brought" if dry_run else "was brought"
    console().print(f"{shown}\n{does} to schema {newest} with", soft_wrap=True, markup=False)
    for name in names:
        console().print(f"  {name}")
    if dry_run:
        console().print("Nothing was changed.")


def _database() -> tuple[str, bool]:
    """Say which database is meant, and whether its ledger is to be a rehearsal's."""
    chosen = settings()
    url = chosen.migration_database_url or chosen.database_url
    if url:
        return url, False
    running = find_running(chosen)
    if running is None:
        raise UnavailableError(
            "there is no database to migrate: set INSPECTIONS_MIGRATION_DATABASE_URL or "
            "INSPECTIONS_DATABASE_URL, or start a stack with `inspections up`, which migrates its own"
        )
    return running.database_url, running.rehearsal


async def doctor(
    *, fix: Annotated[bool, Parameter(negative=())] = False, format: Format = Format.TABLE
) -> Exit:
    """Look at everything that an installation rests on, and say what is wrong and what to do.

    Ends with 0 if nothing is wrong (there may be warnings), with 4 if what guards the ledger is not as it
    should be, otherwise with 5.

    Parameters
    ----------
    fix
        Register search attributes that are missing in Temporal. Nothing else is changed.
    format
        table for people, json for scripts.
    """
    looking = asyncio.ensure_future(examine(settings(), os.environ, fix=fix))
    with progress_of(f"looking; whatever does not answer within {PATIENCE_SECONDS:g} seconds counts as away"):
        done, _ = await asyncio.wait([looking], timeout=_QUIET_SECONDS)
        findings = await looking
    if format is Format.JSON:
        print_json(
            [
                {"check": one.check, "verdict": one.verdict, "told": one.told, "advice": one.advice}
                for one in findings
            ]
        )
    else:
        _tell(findings)
    if not done:
        # A call that was given up goes on, and the end of the event loop would wait for it.
        end_at_once(_exit_for(findings))
    return _exit_for(findings)


def _exit_for(findings: list[Finding]) -> Exit:
    wrong = [one for one in findings if one.verdict is Verdict.WRONG]
    if not wrong:
        return Exit.DONE
    return Exit.INTEGRITY if any(one.integrity for one in wrong) else Exit.UNAVAILABLE


def _tell(findings: list[Finding]) -> None:
    column = max(len(one.check) for one in findings) + 2
    for one in findings:
        begins = f"{one.verdict:9}{one.check:{column}}"
        print_hanging(begins, one.told)
        if one.advice:
            print_hanging(f"{'':{len(begins)}}→ ", one.advice)
    counted = Counter(one.verdict for one in findings)
    console().print(f"wrong: {counted[Verdict.WRONG]}, warnings: {counted[Verdict.WARNING]}")


@config.command
def show(*, format: Format = Format.TABLE) -> None:
    """Print every setting with where it comes from, and how Temporal is reached. Passwords are masked.

    Parameters
    ----------
    format
        table for people, json for scripts.
    """
    chosen = settings()
    temporal = _temporal(chosen)
    if format is Format.JSON:
        print_json(
            {
                "settings": {name: _as_json(chosen, name) for name in Settings.model_fields},
                "temporal": temporal,
            }
        )
        return
    for name in Settings.model_fields:
        shown = chosen.shown(name)
        print_hanging(f"{name:{_SETTING_COLUMN}}", "not set" if shown is None else shown)
        print_hanging(" " * _SETTING_COLUMN, f"{described(name)} [{chosen.source_of(name)}]")
    print_hanging(
        f"{'temporal':{_SETTING_COLUMN}}", temporal["address"] or "the embedded one, which does not run"
    )
    print_hanging(" " * _SETTING_COLUMN, _about(temporal))


def _as_json(chosen: Settings, name: str) -> dict[str, Any]:
    source, value = chosen.source_of(name), getattr(chosen, name)
    return {
        "value": value if isinstance(value, int) else chosen.shown(name),
        "place": source.place,
        "name": source.name,
        "file": source.file,
        "what": described(name),
    }


def _temporal(chosen: Settings) -> dict[str, Any]:
    connection = describe_temporal(os.environ)
    if connection is not None:
        return {**connection.model_dump(), "embedded": False}
    running = find_running(chosen)
    return {
        "address": running and running.temporal_address,
        "namespace": running and running.namespace,
        "tls": False,
        "api_key": False,
        "profile": None,
        "embedded": True,
    }


def _about(temporal: dict[str, Any]) -> str:
    if temporal["embedded"]:
        return "the embedded one; set TEMPORAL_ADDRESS or TEMPORAL_PROFILE for one of your own"
    tls, key = ("with" if temporal[name] else "without" for name in ("tls", "api_key"))
    return (
        f"namespace {temporal['namespace']}, {tls} TLS, {key} API key "
        f"[profile {temporal['profile']} of the temporal command, and TEMPORAL_… variables]"
    )
