"""Every rule refuses somewhere, and every rule that yields lets a fact be recorded as irregular."""

import pytest

from tests.domain.aggregates import AGGREGATES, Aggregate, each


@pytest.mark.parametrize("aggregate", AGGREGATES, ids=lambda one: one.name)
def test_every_rule_has_a_scene(aggregate: Aggregate) -> None:
    """A rule that nothing breaks is no rule, or has no test."""
    assert sorted(aggregate.scenes) == sorted(aggregate.rules)


@pytest.mark.parametrize(**each(lambda aggregate: aggregate.scenes))
def test_a_rule_refuses_and_says_why(aggregate: Aggregate, name: str) -> None:
    """A refusal names its rule in words, why it speaks here, and what would be accepted."""
    rule = aggregate.rules[name]
    story, command, told = aggregate.scenes[name]()
    before = story.state
    refusal = story.refused(command, **told)
    assert (refusal.code, refusal.rule, refusal.waivable) == (name, *rule)
    assert refusal.because
    assert refusal.accepted
    assert story.state == before


@pytest.mark.parametrize(
    **each(lambda aggregate: (name for name, rule in aggregate.rules.items() if rule.yields))
)
def test_what_happened_against_a_rule_that_yields_is_recorded_as_irregular(
    aggregate: Aggregate, name: str
) -> None:
    """A ledger that refuses reality is left for a spreadsheet: the rule is named, and on whose authority."""
    story, command, told = aggregate.scenes[name]()
    story.do(command, **told, contrary_to=(name,))
    irregular = [event.irregular for event in story.events if event.irregular][-1]
    assert (irregular.rules, irregular.authorised_by) == ((name,), "p-authority")


@pytest.mark.parametrize(
    **each(lambda aggregate: (name for name, rule in aggregate.rules.items() if not rule.yields))
)
def test_a_rule_that_guards_the_meaning_of_the_record_does_not_yield(aggregate: Aggregate, name: str) -> None:
    """Naming it changes nothing."""
    story, command, told = aggregate.scenes[name]()
    contrary = (*told.pop("contrary_to", ()), name)
    assert story.refused(command, **told, contrary_to=contrary).code == name
