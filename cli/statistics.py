"""Everybody: what the official statistics count, at any moment."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from cli.access import reading
from cli.output import (
    SheetFormat,
    console,
    deadline_in_words,
    print_csv,
    print_hanging,
    print_json,
    print_table,
)
from cli.progress import progress_of
from cli.statistics_chart import draw
from domain.rulebook import Rulebook
from domain.statistics import Late, Monitoring, Statistics, shares
from domain.values import Outcome
from workers.statistics import Counted, count


async def statistics(
    *,
    as_at: date | None = None,
    format: SheetFormat = SheetFormat.TABLE,
    chart: Path | None = None,
    rehearsal: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """Count the published inspections as the official statistics do: outcomes by year of inspection.

    Also re-inspections, the working days from the end of fieldwork to publication, and who is late on what.

    Parameters
    ----------
    as_at
        Count what had happened by the end of this day, as far as is known today, such as 2024-03-31.
        Otherwise by now.
    format
        table for people, json for scripts, csv for a spreadsheet: the outcomes by year.
    chart
        Draw the outcomes by year into this file, as SVG.
    rehearsal
        Those of the newest rehearsal; as at its end, unless a day is given.
    """
    rules = Rulebook.released()
    async with reading(rehearsal=rehearsal) as stores:
        with progress_of("inspections") as tell:
            counted = await count(stores.ledger, rules, as_at=as_at, progress=tell)
    labels = _labels(rules, counted)
    if chart is not None:
        _draw(chart, counted, labels)
    if format is SheetFormat.JSON:
        print_json(as_data(counted))
    elif format is SheetFormat.CSV:
        print_csv(("year", "outcome", "label", "inspections", "share"), _rows(counted.statistics, labels))
    else:
        print_counted(counted, rules, rehearsal=rehearsal)


def _draw(chart: Path, counted: Counted, labels: Mapping[Outcome, str]) -> None:
    chart.write_text(draw(counted.statistics.by_year, labels, counted.on), encoding="utf-8")


def as_data(counted: Counted) -> dict[str, Any]:
    """Put statistics into the words of the documented JSON."""
    found = counted.statistics
    days = found.publication_working_days
    return {
        "by_year": {
            str(year): {outcome.value: number for outcome, number in counts.items()}
            for year, counts in found.by_year.items()
        },
        "shares": {
            "all": _share_data(found.by_outcome),
            "by_year": {str(year): _share_data(counts) for year, counts in found.by_year.items()},
        },
        "reinspections": list(found.reinspections),
        "publication_working_days": {
            "min": days.minimum if days else None,
            "median": days.median if days else None,
            "max": days.maximum if days else None,
        },
        "monitoring": {
            "due": sum(one.begun_on is None and not one.overdue for one in found.monitoring),
            "overdue": sum(one.overdue for one in found.monitoring),
            "begun": sum(one.begun_on is not None for one in found.monitoring),
            "inspections": [_monitoring_data(one) for one in found.monitoring],
        },
        "late": [_late_data(one) for one in found.late],
        "as_at": counted.on.isoformat(),
    }


def _share_data(counts: Mapping[Outcome, int]) -> dict[str, float]:
    return {outcome.value: float(share) for outcome, share in shares(counts).items()}


def _monitoring_data(one: Monitoring) -> dict[str, Any]:
    return {
        "area": one.area,
        "after": one.after,
        "due": one.due.isoformat(),
        "begun_on": one.begun_on.isoformat() if one.begun_on else None,
        "overdue": one.overdue,
    }


def _late_data(one: Late) -> dict[str, Any]:
    return {
        "inspection_id": one.inspection,
        "kind": one.kind.value,
        "subject": one.subject,
        "due": one.due.isoformat(),
        "working_days": one.working_days,
    }


def _labels(rules: Rulebook, counted: Counted) -> dict[Outcome, str]:
    """Return what the handbook in force calls the outcomes; none is needed where nothing is published."""
    if not counted.statistics.by_year:
        return {}
    return {one: text.label.value for one, text in rules.in_force(counted.on).outcomes.items()}


def _rows(found: Statistics, labels: Mapping[Outcome, str]) -> Iterator[tuple[object, ...]]:
    for year, counts in found.by_year.items():
        for outcome, share in shares(counts).items():
            yield year, outcome.value, labels[outcome], counts[outcome], f"{float(share):.4f}"


def print_counted(counted: Counted, rules: Rulebook, *, rehearsal: bool) -> None:
    """Show statistics to people."""
    found, labels = counted.statistics, _labels(rules, counted)
    console().print(f"[bold]Inspections of which the report was published by {counted.on}[/bold]")
    if found.by_year:
        _print_outcomes(found)
        for outcome, label in labels.items():
            print_hanging(f"  outcome {outcome.value}  ", label)
    else:
        console().print("None.")
    if days := found.publication_working_days:
        print_hanging(
            "Published  ",
            f"{days.minimum} to {days.maximum} working days after the end of fieldwork, median {days.median}",
        )
    print_hanging("Re-inspections  ", ", ".join(found.reinspections) or "none")
    _print_monitoring(found.monitoring)
    if found.late:
        _print_late(found.late)
    else:
        print_hanging("Late  ", "nothing, as far as each was rehearsed" if rehearsal else "nothing")


def _print_monitoring(found: Sequence[Monitoring]) -> None:
    ahead = [one for one in found if one.begun_on is None]
    overdue = [f"{one.area} (due {one.due})" for one in ahead if one.overdue]
    begun = len(found) - len(ahead)
    print_hanging(
        "Monitoring inspections  ",
        f"{begun} begun, {len(ahead) - len(overdue)} due later, {len(overdue)} overdue"
        + (f": {', '.join(overdue)}" if overdue else ""),
    )


def _print_outcomes(found: Statistics) -> None:
    years = [(str(year), counts) for year, counts in found.by_year.items()]
    columns = [column for outcome in Outcome for column in (f"outcome {outcome.value}", "share")]
    print_table(
        ("year of inspection", *columns, "in all"),
        [_row(name, counts) for name, counts in (*years, ("all", found.by_outcome))],
    )


def _row(name: str, counts: Mapping[Outcome, int]) -> tuple[object, ...]:
    cells = [cell for outcome, share in shares(counts).items() for cell in (counts[outcome], _percent(share))]
    return (name, *cells, sum(counts.values()))


def _percent(share: Fraction) -> str:
    return f"{float(share):.1%}"


def _print_late(late: Sequence[Late]) -> None:
    rows = [
        (one.inspection, deadline_in_words(one.kind, one.subject), one.due, one.working_days) for one in late
    ]
    print_table(("late", "on", "due", "working days late"), rows)
