"""Which findings an inspection can have: a full one an outcome, a monitoring one a result."""

from domain.inspection.decide.situation import Situation, require_of_partnership
from domain.inspection.vocabulary import Findings
from domain.values import Kind, Outcome


def require_findings(situation: Situation, findings: Findings) -> None:
    """Refuse findings that do not fit the kind of inspection, or name a body of another partnership."""
    if situation.state.kind is Kind.MONITORING:
        _require_result(situation, findings)
    else:
        _require_outcome(situation, findings)
    named = (*findings.areas_for_improvement, *findings.areas_for_priority_action)
    require_of_partnership(situation, (body for area in named for body in area.bodies))


def _require_outcome(situation: Situation, findings: Findings) -> None:
    """Outcome 3 asks for areas for priority action, the others have none."""
    situation.require(
        findings.result is None and not findings.actions,
        "findings_fit_kind",
        "this is a full inspection",
        "an outcome, and neither result nor actions",
    )
    priority = findings.areas_for_priority_action
    needs_priority = findings.outcome is Outcome.WIDESPREAD_FAILINGS
    situation.require(
        bool(priority) == needs_priority,
        "findings_fit_outcome",
        f"outcome {findings.outcome} with {len(priority)} areas for priority action",
        "at least one area for priority action" if needs_priority else "no area for priority action",
    )


def _require_result(situation: Situation, findings: Findings) -> None:
    """A result, for each area of the scope and as a whole.

    That there are two results is in section 5 of the facts, without a letter there (I). How the whole follows
    from the areas is not published: only where all of them are alike is it taken to be the same (I).
    """
    areas = range(1, len(situation.state.scope) + 1)
    told = sorted(action.area for action in findings.actions)
    situation.require(
        findings.result is not None and not findings.areas_for_priority_action and told == [*areas],
        "findings_fit_kind",
        "this is a monitoring inspection, whose scope has "
        + (f"the areas 1 to {len(areas)}" if len(areas) > 1 else "one area"),
        "a result, actions with a result for each area of the scope by its number, no outcome and no area "
        "for priority action",
    )
    results = {action.result for action in findings.actions}
    situation.require(
        len(results) > 1 or findings.result in results,
        "result_fits_areas",
        f"the result is {findings.result}, and that of each area {' or '.join(results)}",
        f"result {' or '.join(results)}, or another result for some area",
    )
