"""What people are told about fields: in words, with an example that is accepted, never as a pattern."""

import json
import re
import shlex
from uuid import uuid4

import pytest

from cli import main
from cli.catalogue import Milestone, milestone_named, recordable
from cli.exits import Exit
from cli.forms import forms
from cli.matter import Given, check, read_matter, seal_texts
from cli.milestones import milestones
from domain.aggregates import AGGREGATES
from domain.errors import MalformedError
from domain.streams import StreamKind, kind_of
from domain.values import SealedText

DOCUMENTS = {
    StreamKind.INSPECTION: {"version": 1, "digest": "0" * 64},
    StreamKind.THEMATIC_REVIEW: {"number": 1, "digest": "0" * 64},
}
COMMON = {
    "occurred_at": "2024-03-01T12:00:00Z",
    "now": "2024-03-01T12:00:00Z",
    "decided_by": {"person": "p-7k2m", "role": "coordinator", "organisation": "ofsted"},
    "recorded_by": {"person": "p-7k2m"},
}


def test_the_example_of_each_form_fits_its_pattern() -> None:
    for pattern, form in forms().items():
        assert re.search(pattern, form.example), form


async def _pretend(_: str, __: str) -> SealedText:
    return SealedText(sealed="0" * 64)


@pytest.mark.parametrize("milestone", recordable(), ids=lambda one: one.name)
async def test_the_example_of_each_milestone_is_accepted(
    milestone: Milestone, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it is printed; and nobody is shown a regular expression."""
    monkeypatch.setenv("COLUMNS", "4000")
    await milestones(milestone.name)
    told = capsys.readouterr().out
    assert "^" not in told
    inspections, record, stream, named, *options = shlex.split(told.partition("for example")[2])
    assert (inspections, record, named) == ("inspections", "record", milestone.name)
    assert kind_of(stream) is milestone.of

    given: dict[str, list[Given]] = {}
    for option, text in zip(options[::2], options[1::2], strict=True):
        given.setdefault(option.removeprefix("--"), []).append(((), text))
    assert given.pop("decided-by") == [((), "p-7k2m")]
    matter = read_matter(milestone, None, given, DOCUMENTS.get(milestone.of))
    types = {field: info.annotation for field, info in milestone.fields.items()}
    sealed = {field: await seal_texts(types[field], one, field, _pretend) for field, one in matter.items()}
    named_in = {AGGREGATES[milestone.of].named_in: stream}
    check(milestone, {**COMMON, **named_in, "command_id": uuid4(), **sealed})


def test_a_name_stands_for_one_milestone_whatever_it_is_of() -> None:
    """So nobody has to say of what: by the command's name and by that of the event that it records."""
    names = [name for one in recordable() for name in {one.name, one.records}]
    assert len(names) == len(set(names))
    assert milestone_named("area-entered") is not None
    with pytest.raises(MalformedError, match="plan_review is not known of an area"):
        milestone_named("plan_review", StreamKind.AREA)


async def test_scripts_still_get_the_pattern(capsys: pytest.CaptureFixture[str]) -> None:
    from cli.output import Format

    await milestones("appoint_team", format=Format.JSON)
    assert "^p-" in json.dumps(json.loads(capsys.readouterr().out))


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            "show nonsense",
            "NAME is 'nonsense'; accepted is a name such as SFK-2023-F1, SFK, THEMATIC-2023 or PROGRAMME",
        ),
        ("show", "NAME is missing; accepted is a name such as SFK-2023-F1, SFK, THEMATIC-2023 or PROGRAMME"),
        ("record SFK-2023-F1", "MILESTONE is missing. Such as begin_fieldwork"),
        (
            "record SFK-2023-F1 x --decided-by Rosa",
            "--decided-by is 'Rosa'; accepted is a person's reference",
        ),
        ("record SFK-2023-F1 x --decided-by", "--decided-by has no value; accepted is a person's reference"),
        (
            "record SFK-2023-F1 x --decided-by p-a --role Lead",
            "--role is 'Lead'; accepted is ofsted_lead, cqc_lead",
        ),
        (
            "open SFK --notify-on 30.10.2023",
            "--notify-on is '30.10.2023'; accepted is a date such as 2024-03-01",
        ),
        ("list --due-within -3", "Must be >= 0"),
    ],
)
def test_a_wrong_call_is_told_the_field_and_what_is_accepted(
    call: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run(call.split()) is Exit.MALFORMED
    message = capsys.readouterr().err
    assert told in message
    assert f"`inspections {call.split(maxsplit=1)[0]} --help`" in message


def test_roles_are_offered_as_the_ledger_spells_them(capsys: pytest.CaptureFixture[str]) -> None:
    """And the milestone's own fields are explained, not listed as a keyword."""
    main.run(["record", "--help"])
    told = capsys.readouterr().out
    assert "ofsted_lead" in told
    assert "ofsted-lead" not in told
    assert "KEYWORD" not in told
    assert "inspections milestones NAME" in told


def test_each_part_says_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    """A list of bare names helps nobody; and the part that is asked says all of it."""
    main.run(["audit", "--help"])
    told = capsys.readouterr().out
    lines = re.findall(r"^│ (\w+) +(.*?) *│$", told, flags=re.MULTILINE)
    assert {"export", "replay", "verify"} <= {name for name, _ in lines}
    assert [name for name, text in lines if not text] == []
    main.run(["audit", "verify", "--help"])
    assert "Ends with 4" in capsys.readouterr().out
