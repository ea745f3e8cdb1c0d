"""Results in words and tables, for the terminal and for `docs/performance.md`."""

from collections.abc import Iterable
from typing import Any


def summary(result: dict[str, Any]) -> str:
    """Return all tables and targets of a result."""
    return "\n".join(line for suite in result["suites"].values() for line in suite_lines(suite))


def machine_lines(result: dict[str, Any], file: str) -> Iterable[str]:
    """Yield what a result was measured with."""
    machine, versions, settings = result["machine"], result["versions"], result["settings"]
    packages = ("asyncpg", "pydantic", "temporalio", "eventsourcing", "psycopg", "dbos", "sqlalchemy")
    listed = ", ".join(f"{name} {versions[name]}" for name in packages)
    postgresql = ", ".join(f"{name}={value}" for name, value in settings["postgresql"].items())
    suites = ", ".join(result["suites"])
    yield f"{suites}: `bench/results/{file}`, {result['measured_at']}, commit {versions['commit']}"
    yield ""
    yield f"- {machine['cores']} cores ({machine['cpu']}), {machine['memory']}, Linux {machine['kernel']}"
    yield f"- Python {versions['python']}; {listed}"
    yield f"- PostgreSQL {versions['postgresql']}: {postgresql}"
    yield f"- Temporal server {versions['temporal_server']}: {settings['temporal']}"
    yield f"- Worker: {settings['worker']}"
    yield f"- {result['rounds']} rounds; load average before: {machine['load_before']}"


def suite_lines(suite: dict[str, Any]) -> Iterable[str]:
    """Yield the lines of one suite: its tables, then its targets."""
    for table in suite["tables"]:
        yield from table_lines(table)
        yield ""
    yield from target_lines(suite["targets"])
    yield ""


def table_lines(table: dict[str, Any]) -> Iterable[str]:
    """Yield a table in Markdown, under its title."""
    yield f"**{table['title']}**"
    yield ""
    yield f"| {' | '.join(table['columns'])} |"
    yield f"|{'---|' + '---:|' * (len(table['columns']) - 1)}"
    for row in table["rows"]:
        yield f"| {' | '.join(_cell(value) for value in row)} |"


def target_lines(targets: list[dict[str, Any]]) -> Iterable[str]:
    """Yield the targets in Markdown: which were met, and by how much the others were missed."""
    if not targets:
        return
    yield "| target | wanted | reached | |"
    yield "|---|---:|---:|---|"
    for target in targets:
        sign = "at most" if target["at_most"] else "at least"
        reached, wanted, unit = target["reached"], target["wanted"], target["unit"]
        verdict = "met" if target["met"] else f"**missed** by {abs(reached / wanted - 1):.0%}"
        yield f"| {target['what']} | {sign} {_cell(wanted)} {unit} | {_cell(reached)} {unit} | {verdict} |"


def _cell(value: str | float) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if value >= 1000 or value == int(value) else f"{value:.2f}"
