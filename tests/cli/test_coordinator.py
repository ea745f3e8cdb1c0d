"""Coordinators on a running stack: what they record, what is refused, and what they see of it."""

import json
import signal
import uuid
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from domain.canonical import canonical_json
from domain.rulebook import Rulebook
from eventstore.ledger import Append
from tests.activities.notices.conftest import record
from tests.cli.conftest import Ended, Inspections, stop
from tests.domain.inspection.story import INSPECTION, Story
from workers.embedded.postgres import Postgres
from workers.stores import open_stores

TEAM = [
    {"person": "p-lead", "inspectorate": "ofsted", "lead": True},
    {"person": "p-cqc", "inspectorate": "cqc", "lead": True},
]


def monday(weeks_from_now: int) -> date:
    """A Monday; what is planned lies in the future, what is recorded in the past."""
    today = datetime.now(UTC).date()
    return today - timedelta(days=today.weekday()) + timedelta(weeks=weeks_from_now)


def plan(inspections: Inspections, area: str, on_site: date, planned_at: date, *more: str) -> Ended:
    calendar = Rulebook.released().current_calendar
    return inspections(
        *("open", area, "--at", planned_at.isoformat(), "--decided-by", "p-ada"),
        *("--notify-on", calendar.add_working_days(on_site, -10).isoformat()),
        *("--on-site-from", on_site.isoformat(), "--on-site-to", (on_site + timedelta(days=4)).isoformat()),
        *("--body", f"la-{area.lower()}", "--body", f"icb-{area.lower()}", *more),
    )


@pytest.fixture(scope="module")
def notified(live: Inspections) -> str:
    """An inspection that was notified ten working days before its first day on site, which is past."""
    calendar = Rulebook.released().current_calendar
    first = monday(-1)
    told = calendar.add_working_days(first, -10)
    area = "".join(chr(65 + int(digit, 16)) for digit in uuid.uuid4().hex[:3])
    opened = plan(live, area, first, told - timedelta(days=7), "--format", "json")
    assert opened.code == 0, opened.err
    inspection: str = opened.data["inspection"]
    team = [part for member in TEAM for part in ("--members", json.dumps(member))]
    day = ("--at", told.isoformat())
    appointed = live("record", inspection, "appoint_team", "--decided-by", "p-ada", *day, *team)
    assert appointed.code == 0, appointed.out + appointed.err
    told_them = live("record", inspection, "notify_area", "--decided-by", "p-lead", *day)
    if told_them.code == 1:  # a bank holiday lies in the notice of this week's run
        pytest.fail(told_them.out)
    return inspection


def test_identifiers_count_an_areas_inspections_of_a_year(live: Inspections) -> None:
    """The first of the year is F1, the next F2."""
    first = plan(live, "QQA", monday(8), monday(-4), "--format", "json").data["inspection"]
    second = plan(live, "QQA", monday(8), monday(-4), "--format", "json").data["inspection"]
    year = monday(8).year
    assert (first, second) == (f"QQA-{year}-F1", f"QQA-{year}-F2")


def test_a_refusal_says_rule_reason_and_what_is_accepted(live: Inspections, notified: str) -> None:
    """Exit 1; nothing is in the stream; the way out is named."""
    before = live("log", notified, "--format", "json").data
    refused = live("record", notified, "come_on_site", "--decided-by", "p-lead", "--format", "json")
    assert refused.code == 1
    assert refused.data["refused"]["code"] == "stage"
    assert "notified" in refused.data["refused"]["because"]
    assert live("log", notified, "--format", "json").data == before


def test_what_happened_against_a_rule_is_recorded_as_irregular(live: Inspections) -> None:
    """With the rule, a reason and an authority; the reason's words stay out of the ledger."""
    inspection = plan(live, "QQB", monday(8), monday(-4), "--format", "json").data["inspection"]
    own = ("record", inspection, "notify_area", "--decided-by", "p-lead", "--at", monday(-1).isoformat())
    refused = live(*own)
    assert refused.code == 1
    assert "team_complete" in refused.out
    reason = "The team was named by telephone"
    done = live(*(*own, "--contrary-to", "team_complete", "--reason", reason, "--authorised-by", "p-dir"))
    assert done.code == 0, done.out + done.err
    log = live("log", inspection, "--format", "json")
    event = log.data[-1]["body"]["event"]
    assert event["irregular"]["rules"] == ["team_complete"]
    assert reason not in log.out


def test_the_same_command_twice_is_one_and_another_under_its_id_is_refused(
    live: Inspections, notified: str
) -> None:
    """A sender that heard nothing sends again; a sender that reuses an id is told."""
    own = ("record", notified, "open_surveys", "--decided-by", "p-ada", "--command-id", str(uuid.uuid4()))
    assert live(*own).code == 0
    again = live(*own, "--format", "json")
    assert (again.code, [one["type"] for one in again.data["recorded"]]) == (0, ["surveys_opened"])
    reused = live(*own, "--at", monday(-2).isoformat(), "--format", "json")
    assert (reused.code, reused.data["refused"]["code"]) == (1, "command_reused")
    log = live("log", notified, "--format", "json").data
    assert [entry["body"]["type"] for entry in log].count("surveys_opened") == 1


def test_a_field_from_a_file_and_from_an_option(live: Inspections, notified: str, tmp_path: Path) -> None:
    """An option goes before the file, and a note is sealed."""
    due = (datetime.now(UTC).date() + timedelta(days=3)).isoformat()
    file = tmp_path / "matter.json"
    file.write_text(json.dumps({"items": [{"item": "annex_a_1", "due": due}]}))
    asked = live("record", notified, "request_information", "--decided-by", "p-ada", "--file", str(file))
    assert asked.code == 0, asked.out + asked.err
    soon = live("list", "--due-within", "5", "--format", "json").data
    assert notified in {case["inspection_id"] for case in soon}
    assert notified not in {
        case["inspection_id"] for case in live("list", "--overdue", "--format", "json").data
    }
    shown = live("show", notified)
    assert f"information item (annex a 1) due {due}: open" in shown.out


def test_what_the_clock_brings_is_named(live: Inspections, notified: str) -> None:
    """Which deadline was missed, and of which the miss is taken back."""
    asked_on = live("log", notified, "--format", "json").data[2]["body"]["event"]["occurred_at"][:10]
    own = ("--decided-by", "p-ada", "--at", asked_on)
    asked = live(
        *("record", notified, "request_information", *own),
        *("--items", json.dumps({"item": "annex_a_2", "due": asked_on})),
    )
    assert "deadline missed: information item (annex a 2)" in asked.out, asked.out + asked.err
    came = live("record", notified, "receive_information", *own, "--item", "annex_a_2", "--format", "json")
    brought = {one["type"]: one.get("subject") for one in came.data["recorded"]}
    assert brought == {
        "information_received": None,
        "deadline_miss_taken_back": "information_item:annex_a_2",
    }


def test_a_dry_run_says_what_would_be_and_records_nothing(live: Inspections, notified: str) -> None:
    """Which deadlines begin or move and which stay; the texts are not kept either."""
    before = live("log", notified, "--format", "json").data
    due = (datetime.now(UTC).date() + timedelta(days=5)).isoformat()
    own = (
        *("record", notified, "request_information", "--decided-by", "p-ada", "--dry-run"),
        *("--items", json.dumps({"item": "self_evaluation", "due": due})),
    )
    ended = live(*own)
    assert (ended.code, "Nothing is recorded." in ended.out) == (0, True), ended.out + ended.err
    assert "information requested" in ended.out
    told = live(*own, "--format", "json").data
    assert (told["dry_run"], told["result"]) == (True, "recorded")
    changes = {(one["kind"], one["subject"]): (one["was"], one["now"]) for one in told["deadlines"]}
    assert changes["information_item", "self_evaluation"] == (None, {"due": due, "status": "open"})
    assert {one["change"] for one in told["deadlines"][1:]} == {"stays"}, told["deadlines"]
    refused = live("record", notified, "come_on_site", "--decided-by", "p-lead", "--dry-run")
    assert (refused.code, "stage" in refused.out) == (1, True)
    assert live("log", notified, "--format", "json").data == before


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (("no_such_milestone",), "no_such_milestone"),
        (("pause_inspection", "--resume-by", "soon", "--reason", "severe_weather"), "--resume-by"),
        (("pause_inspection", "--reason", "boredom", "--resume-by", "2030-01-01"), "severe_weather"),
        (("open_surveys", "--colour", "red"), "--colour"),
        (("open_surveys", "--at", "yesterday"), "--at yesterday"),
        (("open_surveys", "--contrary-to", "order"), "go together"),
        (
            ("open_surveys", "--contrary-to", "no_rule", "--reason", "x", "--authorised-by", "p-dir"),
            "no_rule",
        ),
        (
            ("open_surveys", "--contrary-to", "order", "--reason", "x", "--authorised-by", "p-x"),
            "p-x is not in the directory; accepted is somebody who is ofsted director",
        ),
        (
            ("open_surveys", "--contrary-to", "order", "--reason", "x", "--authorised-by", "p-lead"),
            "p-lead is ofsted lead in the directory; accepted",
        ),
        (("begin_feildwork",), "did you mean begin_fieldwork?"),
        (
            ("pause_inspection", "--reason", "severe_weather"),
            "--resume-by is missing; accepted is a date such as",
        ),
        (
            ("plan_inspection", "--on-site.first", "2030-01-07", "--on-site.last", "soon"),
            "last in --on-site is",
        ),
        (
            ("appoint_team", "--members", '{"person": "p-a", "lead": 1}'),
            "inspectorate in --members (number 1)",
        ),
        (("appoint_team", "--members", '{"persn": "p-a"}'), "accepted are person, inspectorate"),
        (("approve_draft", "--inspectorate", "ofsted", "--draft", "current"), "there is no draft"),
        (("open_surveys", "--file", "/nowhere.json"), "/nowhere.json cannot be read"),
        (("tick",), "tick"),
    ],
)
def test_malformed_input_is_refused_before_it_is_sent(
    live: Inspections, notified: str, arguments: tuple[str, ...], names: str
) -> None:
    """Exit 2; the message names the field and what is accepted."""
    ended = live("record", notified, *arguments, "--decided-by", "p-lead")
    assert ended.code == 2
    assert names in ended.err


def test_people_are_listed_by_organisation_role_and_reference(live: Inspections, tmp_path: Path) -> None:
    """So that a list of many stays in the order in which one looks somebody up."""
    file = tmp_path / "people.csv"
    file.write_text("ref,name,role,organisation\np-zed,Zed,cqc_lead,cqc\np-amy,Amy,cqc_lead,CQC!\n")
    ended = live("people", "import", str(file))
    assert (ended.code, "line 3: organisation is 'CQC!'; accepted is a body such as la-sfk" in ended.err) == (
        2,
        True,
    )
    listed = live("people", "list", "--format", "json").data
    ours = ["p-zed", "p-ada", "p-dir", "p-lead"]
    assert [person["ref"] for person in listed if person["ref"] in ours] == ours


def test_what_is_not_there_ends_with_3(live: Inspections) -> None:
    """An inspection that nobody planned."""
    assert live("show", "ZZZ-2020-F1").code == 3
    assert live("log", "ZZZ-2020-F1").code == 3
    assert live("record", "ZZZ-2020-F1", "open_surveys", "--decided-by", "p-ada").code == 3


def _from_the_future(inspection: str, version: int) -> Append:
    """Make an event of a later release."""
    event = {"occurred_at": "2026-01-01T00:00:00Z", "type": "from_the_future"}
    body = canonical_json({"event": event, "schema_version": 1, "type": "from_the_future"})
    return Append(inspection, uuid.uuid4(), bytes(32), version, "{}", "{}", (body,))


async def test_what_cannot_be_read_ends_with_4(folder: Path) -> None:
    """An event that this release does not know is never passed over."""
    inspections = Inspections(folder / "unreadable")
    stop(inspections.up())
    with Postgres(inspections.folder / "postgres") as postgres:
        async with open_stores(postgres.url("inspections")) as stores:
            await stores.ledger.append([_from_the_future("ZZY-2026-F1", 0)])
    ended = inspections("show", "ZZY-2026-F1")
    assert ended.code == 4
    assert "from_the_future" in ended.err
    listed = inspections("list", "--format", "json")
    assert (listed.code, listed.data) == (4, []), "the others are listed, and what is missing is named"
    assert "ZZY-2026-F1 cannot be read, and is left out or " in listed.err
    assert inspections("deadlines").code == 4


async def test_what_cannot_be_read_any_more_is_listed_and_says_so(folder: Path) -> None:
    """Where it stands since is not known; where it stood last is not told as if it were the present."""
    inspections = Inspections(folder / "unreadable_since")
    stop(inspections.up())
    with Postgres(inspections.folder / "postgres") as postgres:
        async with open_stores(postgres.url("inspections")) as stores:
            await record(stores.ledger, Story().until("report_published").events)
            (before,) = inspections("list", "--format", "json").data
            assert before["unreadable"] is None
            await stores.ledger.append([_from_the_future(INSPECTION, before["version"])])
            listed = inspections("list", "--format", "json")
            (case,) = listed.data
            assert (listed.code, case["inspection_id"], case["version"]) == (4, INSPECTION, before["version"])
            assert "from_the_future" in case["unreadable"]
            assert "follow up, unreadable since" in inspections("list").out
            due = inspections("deadlines", "--format", "json").data
            assert due
            assert all("from_the_future" in one["unreadable"] for one in due)


def test_what_cannot_be_reached_ends_with_5(tmp_path: Path) -> None:
    """No stack runs, and nothing else is set; or what is set does not answer."""
    nothing = Inspections(tmp_path)("record", "SFK-2023-F1", "open_surveys", "--decided-by", "p-ada")
    assert (nothing.code, "inspections up" in nothing.err) == (5, True)
    elsewhere = {"INSPECTIONS_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}
    assert Inspections(tmp_path, elsewhere)("list").code == 5


def test_an_unknown_setting_ends_with_2(tmp_path: Path) -> None:
    """A misspelt variable is named, not ignored."""
    ended = Inspections(tmp_path, {"INSPECTIONS_DATADIR": "/tmp"})("list")
    assert (ended.code, "INSPECTIONS_DATADIR" in ended.err) == (2, True)


def test_milestones_are_listed_from_the_models(tmp_path: Path) -> None:
    """With the fields that record takes, for people and for scripts."""
    inspections = Inspections(tmp_path)
    listed = {one["milestone"]: one for one in inspections("milestones", "--format", "json").data}
    assert listed["pause_inspection"]["required"] == ["reason", "resume_by"]
    assert "tick" not in listed
    assert "severe_weather" in inspections("milestones", "pause_inspection").out


@pytest.mark.faults
def test_a_stack_that_was_killed_goes_on_where_it_stood(folder: Path) -> None:
    """kill -9, start again: the inspection is there, and the next milestone is recorded."""
    inspections = Inspections(folder / "killed")
    process = inspections.up()
    ada = ("--decided-by", "p-ada", "--role", "coordinator", "--organisation", "ofsted")
    inspections(
        "people",
        "add",
        "--ref",
        "p-ada",
        "--name",
        "Ada",
        "--role",
        "coordinator",
        "--organisation",
        "ofsted",
    )
    inspection = plan(inspections, "KIL", monday(8), monday(-4), "--format", "json").data["inspection"]
    stop(process, signal.SIGKILL)
    assert inspections("record", inspection, "record_polls", "--polls-on", "2027-05-06", *ada).code == 5
    process = inspections.up()
    try:
        done = inspections("record", inspection, "record_polls", "--polls-on", "2027-05-06", *ada)
        assert done.code == 0, done.out + done.err
    finally:
        assert stop(process).code == 0


def test_who_opens_at_the_same_time_opens_another_one(live: Inspections) -> None:
    """Each is told of an inspection of its own, and one that is sent again is the same."""
    dates = ("--notify-on", "2030-01-07", "--on-site-from", "2030-01-21", "--on-site-to", "2030-01-25")
    told = ("open", "TWO", *dates, "--body", "la-two", "--decided-by", "p-ada", "--format", "json")
    again = ("--command-id", "6f1c6f0e-2d0b-4a3c-9a53-0c8a3f5a7d99")
    running = [live.start(*told), live.start(*told), live.start(*told, *again)]
    ended = [json.loads(process.communicate(timeout=60)[0]) for process in running]
    assert sorted(one["inspection"] for one in ended) == ["TWO-2030-F1", "TWO-2030-F2", "TWO-2030-F3"]
    assert [[event["version"] for event in one["recorded"]] for one in ended] == [[1], [1], [1]]
    assert live(*told, *again).data["inspection"] == ended[2]["inspection"]
