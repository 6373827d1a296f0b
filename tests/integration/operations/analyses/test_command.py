"""Questions about many vehicles: within limits, by two people, once, and opened one by one."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from operations.analyses.asking import approve, ask_analysis, open_result, run_analysis, view_analyses
from operations.analyses.question import Convoy, Occasion, Presence
from operations.reasons import Why
from operations.searches.areas import parse_area
from policy.decisions import Retention
from schemas.audit import Action
from schemas.errors import InvalidInput
from schemas.roles import Role
from schemas.settings import Settings
from schemas.types import Location
from storage.audit.reader import audit_entries
from storage.database import Database
from storage.retention import enforce_retention
from tests.integration.alerts.records import ReadRecord, Records
from tests.integration.operations.audited import LEE
from tests.integration.storage.samples import START, sample_read

SETTINGS = Settings()
WHY = Why("robbery on Elm Street", "26-117")
KIM = dataclasses.replace(LEE, name="kim")
HERE = parse_area("36.8,-76.3,2")
MASK = "\u2022" * 7
WEEK = START - timedelta(days=6)
END = START + timedelta(days=1)


def store(database: Database, *passes: tuple[str, int, datetime]) -> None:
    reads = [
        dataclasses.replace(
            sample_read(number, plate, captured_at=at), camera_id=f"cam-{camera}", location=Location(36.8, -76.3)
        )
        for number, (plate, camera, at) in enumerate(passes)
    ]
    Records(database).write([ReadRecord(read) for read in reads])


def together(plates: tuple[str, ...], hours: list[float]) -> list[tuple[str, int, datetime]]:
    return [
        (plate, camera, WEEK + timedelta(hours=hour, seconds=100 * camera + 10 * place))
        for hour in hours
        for place, plate in enumerate(plates)
        for camera in range(4)
    ]


def some_traffic() -> list[tuple[str, int, datetime]]:
    return [(f"QQQ{n:04d}", n % 4, WEEK + timedelta(hours=n * 0.35)) for n in range(400)]


PAIR = together(("VNV4527", "BKR2203"), [3.3, 29.1, 61.7, 80.2, 95.6, 111.9, 130.4])


def test_a_companion_is_found_and_its_plate_opened_by_name(database: Database) -> None:
    store(database, *PAIR, *some_traffic())
    asked = ask_analysis(LEE, database, SETTINGS, Convoy(WEEK, END, "vnv 4527"), WHY)
    done = run_analysis(LEE, database, SETTINGS, asked.analysis_id)
    assert done.summary is not None
    assert (done.summary["found"], done.results) == (1, 1)
    assert done.summary["expected_by_chance"] < 0.05
    _, (shown,) = view_analyses(LEE, database, asked.analysis_id)
    assert (shown.plates, shown.is_open) == ((MASK, MASK), False)
    assert (shown.content["trips"], shown.content["cameras"]) == (7, 4)
    opened = open_result(KIM, database, asked.analysis_id, 1)
    assert set(opened.plates) == {"VNV4527", "BKR2203"}
    row = audit_entries(database)[0]
    assert (row.action, row.actor.name, row.case_number) == (Action.OPEN_RESULT, "kim", "26-117")
    assert set(row.details["plates"]) == {"VNV4527", "BKR2203"}
    actions = [row.action for row in audit_entries(database)]
    assert actions == [Action.OPEN_RESULT, Action.VIEW_ANALYSES, Action.RUN_ANALYSIS, Action.REQUEST_ANALYSIS]
    assert "BKR2203" not in json.dumps([row.details for row in audit_entries(database)[1:]])
    # Who has opened it sees it from now on; whoever else looks, and has not, does not.
    assert view_analyses(KIM, database, asked.analysis_id)[1][0].is_open
    (unopened,) = view_analyses(LEE, database, asked.analysis_id)[1]
    assert (unopened.plates, unopened.is_open, unopened.opened_by) == ((MASK, MASK), False, ("kim",))
    assert "BKR2203" in open_result(LEE, database, asked.analysis_id, 1).plates
    assert audit_entries(database)[0].actor.name == "lee"
    auditor = dataclasses.replace(KIM, roles=frozenset({Role.AUDITOR}))
    assert view_analyses(auditor, database, asked.analysis_id)[1][0].plates == (MASK, MASK)
    with pytest.raises(InvalidInput, match="no result 2"):
        open_result(LEE, database, asked.analysis_id, 2)


def test_without_a_plate_another_person_approves_and_it_runs_once(database: Database) -> None:
    store(database, *PAIR, *some_traffic())
    number = ask_analysis(LEE, database, SETTINGS, Convoy(WEEK, END, area=HERE), WHY).analysis_id
    with pytest.raises(InvalidInput, match="another person has to approve"):
        run_analysis(LEE, database, SETTINGS, number)
    with pytest.raises(InvalidInput, match="your own question"):
        approve(LEE, database, number, "it is needed for the case")
    sudo = dataclasses.replace(KIM, origin="desk-7, sudo by lee")
    with pytest.raises(InvalidInput, match="your own question"):
        approve(sudo, database, number, "it is needed for the case")
    with pytest.raises(InvalidInput, match="says nothing"):
        approve(KIM, database, number, "none")
    assert approve(KIM, database, number, "it is needed for the case").approved_by == "kim"
    with pytest.raises(InvalidInput, match="approved already"):
        approve(KIM, database, number, "it is needed for the case")
    with pytest.raises(InvalidInput, match="lee's question"):
        run_analysis(KIM, database, SETTINGS, number)
    assert run_analysis(LEE, database, SETTINGS, number).results == 1
    with pytest.raises(InvalidInput, match="runs once"):
        run_analysis(LEE, database, SETTINGS, number)


def occasion(hour: float, area: str = "36.8,-76.3,1") -> Occasion:
    at = WEEK + timedelta(hours=hour)
    return Occasion(parse_area(area), at, at + timedelta(minutes=30))


def test_who_was_there_each_time_is_found_and_who_lives_there_is_no_surprise(database: Database) -> None:
    visits = [("VNV4527", 0, WEEK + timedelta(hours=hour, minutes=5)) for hour in (20.0, 50.0, 90.0)]
    lives = [("HAM3333", 0, WEEK + timedelta(hours=hour / 4)) for hour in range(600)]
    store(database, *visits, *lives, *some_traffic())
    question = Presence((occasion(20.0), occasion(50.0), occasion(90.0)), 3)
    number = ask_analysis(LEE, database, SETTINGS, question, WHY).analysis_id
    approve(KIM, database, number, "it is needed for the case")
    run_analysis(LEE, database, SETTINGS, number)
    first, second = (open_result(LEE, database, number, result) for result in (1, 2))
    assert (first.plates, second.plates) == (("VNV4527",), ("HAM3333",))
    assert first.content["p_value"] < 1e-4
    assert second.content["p_value"] > 0.3


@pytest.mark.parametrize(
    ("question", "fault"),
    [
        (Convoy(WEEK, END), "an area is needed"),
        (Convoy(WEEK, END, "VNV*"), "in full"),
        (Convoy(END, WEEK, "VNV4527"), "exchange them"),
        (Convoy(WEEK - timedelta(days=2), END, "VNV4527"), "more than 7 days"),
        (Convoy(WEEK, END, area=parse_area("36.8,-76.3,3")), "28 square kilometers"),
        (Convoy(WEEK, END, area=parse_area("36,-76 36,-77 37,-77")), "square kilometers"),
        (Convoy(WEEK, END, "VNV4527", window_seconds=301), "1 to 300"),
        (Convoy(WEEK, END, "VNV4527", least_cameras=2), "3 or more"),
        (Presence((occasion(1),), 1), "2 to 20"),
        (Presence((occasion(1), occasion(2)), 1), "2 or more"),
        (Presence((occasion(1), occasion(300)), 2), "more than 7 days"),
        (Presence((occasion(1), occasion(9, "36.8,-76.3,9")), 2), "square kilometers"),
        (Convoy(WEEK, END, area=parse_area("36,-76 37,-77 37,-76 36,-77")), "crosses itself"),
        (Presence((occasion(1), occasion(1.2)), 2), "one pass would count for both"),
        (Presence((occasion(1), occasion(1.2, "36.805,-76.3 36.82,-76.3 36.82,-76.31")), 2), "would count for both"),
    ],
)
def test_more_than_the_law_permits_is_not_asked(database: Database, question: Any, fault: str) -> None:
    with pytest.raises(InvalidInput, match=fault):
        ask_analysis(LEE, database, SETTINGS, question, WHY)
    assert view_analyses(LEE, database)[0] == []


def test_a_reason_that_says_nothing_is_refused_and_counted(database: Database) -> None:
    for why in (Why("test", "26-117"), Why("robbery on Elm Street"), Why("stalking an ex, no case", "none")):
        with pytest.raises(InvalidInput):
            ask_analysis(LEE, database, SETTINGS, Convoy(WEEK, END, "VNV4527"), why)
    assert [row.action for row in audit_entries(database)] == [Action.REFUSED] * 3


def test_what_was_found_ends_with_its_reads(database: Database) -> None:
    store(database, *PAIR, *some_traffic())
    number = ask_analysis(LEE, database, SETTINGS, Convoy(WEEK, END, "VNV4527"), WHY).analysis_id
    run_analysis(LEE, database, SETTINGS, number)
    later = END + timedelta(days=30)
    enforce_retention(database, Retention(reads=timedelta(days=21)), delete_images=lambda keys: None, now=later)
    assert view_analyses(LEE, database, number)[1] == []
    # The question, which may name a plate, is kept as long as the audit.
    later = datetime.now(UTC) + timedelta(days=729)
    enforce_retention(database, Retention(), delete_images=lambda keys: None, now=later)
    assert [one.analysis_id for one in view_analyses(LEE, database)[0]] == [number]
    enforce_retention(database, Retention(), delete_images=lambda keys: None, now=later + timedelta(days=2))
    assert view_analyses(LEE, database)[0] == []


def test_the_commands_say_it(database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLATEWATCH_DATABASE__URL", database_url)
    store(database, *PAIR, *some_traffic())

    def said(*arguments: str) -> Any:
        result = CliRunner().invoke(app, ["analyses", *arguments], env={"COLUMNS": "200"}, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result

    why = ["--purpose", "robbery on Elm Street", "--case", "26-117"]
    times = ["--since", WEEK.isoformat(), "--until", END.isoformat()]
    assert "analysis 1 is asked; next: platewatch" in said("convoy", "--plate", "VNV4527", *times, *why).stderr
    assert "found 1" in said("run", "1").stderr
    assert MASK in said("show", "1").stdout
    assert "BKR2203" not in said("show", "1", "--json").stdout
    assert "BKR2203" in said("open", "1", "1").stdout
    assert "BKR2203" in said("show", "1").stdout
    begin, end = WEEK.isoformat(), (WEEK + timedelta(hours=1)).isoformat()
    at = ["--at", f"36.8,-76.3,1 {begin} {end}", "--at", f"36.9,-76.3,1 {begin} {end}"]
    assert json.loads(said("places", *at, *why, "--json").stdout)["kind"] == "multi-geo"
    during = ["--during", f"{begin} {end}", "--during", f"{end} {(WEEK + timedelta(hours=2)).isoformat()}"]
    asked = json.loads(said("stakeout", "--area", "36.8,-76.3,1", *during, *why, "--json").stdout)
    assert (asked["kind"], asked["question"]["least"]) == ("stakeout", 2)
    assert "26-117" in said("list").stdout
    number = ask_analysis(KIM, database, SETTINGS, Convoy(WEEK, END, area=HERE), WHY).analysis_id
    assert "is approved" in said("approve", str(number), "--reason", "it is needed for the case").stderr
