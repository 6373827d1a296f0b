"""Searches that are kept for a case: whose they are, what they ask again, and when they end."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from operations.criteria import VehicleCriteria
from operations.reasons import Why
from operations.searches.areas import parse_area
from operations.searches.asked import document_of, query_of
from operations.searches.finding import LookAlikes, Page
from operations.searches.hours import parse_hours
from operations.searches.query import ReadQuery
from operations.searches.saving import end_searches_of_case, list_searches, remove_search, run_search, save_search
from policy.decisions import Retention
from schemas.actor import Actor, SignIn
from schemas.audit import Action
from schemas.errors import InvalidInput, NotPermitted, SaysNothing
from schemas.roles import Role
from schemas.settings import Settings
from storage.audit.reader import AuditFilter, audit_entries
from storage.database import Database
from storage.remains.samples import held_texts
from storage.retention import enforce_retention
from tests.integration.operations.audited import LEE
from tests.integration.operations.searches.test_finding import store
from tests.integration.storage.samples import START, sample_read

MOST_SAVED = 100

SETTINGS = Settings(time_zone="America/New_York")
WHY = Why("stolen vehicle, seen at Main Street", "26-117")
KIM = Actor("kim", SignIn.PASSWORD, "127.0.0.1", "portsmouth-pd", frozenset({Role.ANALYST}))
ANN = Actor("ann", SignIn.PASSWORD, "127.0.0.1", "portsmouth-pd", frozenset({Role.SUPERVISOR}))
ALL = ReadQuery(
    "VN?45*",
    START - timedelta(hours=1),
    START + timedelta(hours=1),
    cameras=("gate, north", "b"),
    area=parse_area("36.83,-76.29,1.5"),
    hours=parse_hours("22:00-04:00"),
    state="VA",
    least_confidence=0.25,
    valid_only=True,
    vehicle=VehicleCriteria("2", "northbound", 1.5, 30.0, "ford", "f-150", "red", "pickup", "rekor"),
    limit=25,
)


def keep(database: Database, actor: Actor = KIM, pattern: str = "VNV4527", why: Why = WHY, **options: int) -> int:
    return save_search(actor, database, SETTINGS, "the gates", ReadQuery(pattern), why, **options).search_id


def test_every_criterion_is_asked_again(database: Database) -> None:
    kept = save_search(KIM, database, SETTINGS, "the gates", ALL, WHY, days=9)
    assert (kept.query, kept.alike, kept.why) == (ALL, False, WHY)
    assert kept.ends_at - kept.saved_at > timedelta(days=8.9)
    assert query_of(json.loads(json.dumps(document_of(ALL, alike=True)))) == (ALL, True)
    assert query_of(document_of(ReadQuery(), alike=False)) == (ReadQuery(), False)
    with pytest.raises(InvalidInput, match="another version"):
        query_of({"pattern": "VNV4527", "mood": "bad"})


def test_a_kept_search_is_asked_as_one_that_is_typed(database: Database) -> None:
    store(database, sample_read(1, "VNV4527"), sample_read(2, "BKR2203"))
    number = keep(database)
    assert run_search(KIM, database, SETTINGS, number)[0].name == "the gates"
    page = run_search(KIM, database, SETTINGS, number)[1]
    assert isinstance(page, Page)
    assert [read.plate for read in page.reads] == ["VNV4527"]
    row = audit_entries(database, AuditFilter(), limit=1)[0]
    assert (row.action, row.actor.name, row.purpose, row.case_number) == (Action.SEARCH, "kim", WHY.purpose, "26-117")
    assert (row.details["pattern"], row.details["saved_search"]) == ("VNV4527", number)
    alike = save_search(KIM, database, SETTINGS, "alike", ReadQuery("VNV4527"), WHY, alike=True)
    assert isinstance(run_search(KIM, database, SETTINGS, alike.search_id)[1], LookAlikes)


def test_it_is_its_persons_alone(database: Database) -> None:
    number = keep(database)
    for other in (ANN, LEE):
        with pytest.raises(InvalidInput, match="you keep no search"):
            run_search(other, database, SETTINGS, number)
        with pytest.raises(InvalidInput, match="you keep no search"):
            remove_search(other, database, number)
        assert list_searches(other, database) == []
    for roles in ({Role.OFFICER}, set[Role]()):
        stranger = dataclasses.replace(KIM, roles=frozenset(roles))
        for attempt in (
            partial(keep, database, stranger),
            partial(list_searches, stranger, database),
            partial(run_search, stranger, database, SETTINGS, number),
            partial(remove_search, stranger, database, number),
            partial(end_searches_of_case, stranger, database, "26-117"),
        ):
            with pytest.raises(NotPermitted):
                attempt()
    assert [one.search_id for one in list_searches(KIM, database)] == [number]


def test_it_ends_at_its_time_and_no_row_of_it_stays(database: Database) -> None:
    number = keep(database, days=1)
    keep(database, pattern="BKR2203", days=2)
    with database.transaction() as connection:
        connection.execute("update saved_searches set ends_at = clock_timestamp() where search_id = %s", [number])
    with pytest.raises(InvalidInput, match="has ended"):
        run_search(KIM, database, SETTINGS, number)
    assert [one.query.pattern for one in list_searches(KIM, database)] == ["BKR2203"]
    assert "BKR2203" in held_texts(database, {"BKR2203"})
    enforce_retention(database, Retention(), delete_images=lambda _: None)
    with database.transaction() as connection:
        assert connection.execute("select asked ->> 'pattern' from saved_searches").fetchall() == [("BKR2203",)]
    enforce_retention(database, Retention(), delete_images=lambda _: None, now=datetime.now(UTC) + timedelta(days=3))
    with database.transaction() as connection:
        assert connection.execute("select from saved_searches").fetchall() == []


def test_it_ends_with_its_case(database: Database) -> None:
    keep(database)
    keep(database, ANN, why=Why("stolen vehicle, seen at Main Street", "26/117 "))
    other = keep(database, why=Why("stolen vehicle, seen at Main Street", "26-118"))
    # Whoever is no supervisor ends their own.
    assert end_searches_of_case(KIM, database, " 26-117") == 1
    assert len(list_searches(ANN, database)) == 1
    keep(database)
    assert end_searches_of_case(ANN, database, "26-117") == 2
    assert [one.search_id for one in list_searches(KIM, database)] == [other]
    for case in ("26-117", "", "."):
        with pytest.raises(InvalidInput, match="no search is kept"):
            end_searches_of_case(ANN, database, case)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"name": "  "}, "the name has 0 characters"),
        ({"name": "x" * 101}, "the name has 101 characters"),
        ({"days": 0}, "1 to 90"),
        ({"days": 91}, "1 to 90"),
        ({"query": ReadQuery("V*")}, "1 known characters"),
        ({"query": ReadQuery()}, "needs the time"),
        ({"query": ReadQuery("VN*"), "alike": True}, "in full"),
        ({"why": Why(None, "26-117")}, "the purpose is missing"),
        ({"why": Why("stolen vehicle", None)}, "the case or call number is missing"),
        ({"why": Why("test", "26-117")}, "the purpose says nothing"),
    ],
)
def test_what_says_nothing_is_not_kept(database: Database, changes: dict[str, object], fault: str) -> None:
    asked = {"name": "the gates", "query": ReadQuery("VNV4527"), "why": WHY} | changes
    with pytest.raises(InvalidInput, match=fault) as caught:
        save_search(KIM, database, SETTINGS, **asked)  # type: ignore[arg-type]
    rows = audit_entries(database, AuditFilter(), limit=9)
    assert [row.action for row in rows] == ([Action.REFUSED] if isinstance(caught.value, SaysNothing) else [])
    assert list_searches(KIM, database) == []


def test_nobody_keeps_any_number(database: Database) -> None:
    number = keep(database)
    with database.transaction() as connection:
        connection.execute(
            "insert into saved_searches (name, asked, purpose, case_number, case_key, saved_by, ends_at) "
            "select name, asked, purpose, case_number, case_key, saved_by, ends_at from saved_searches, "
            "generate_series(2, %s)",
            [MOST_SAVED],
        )
    with pytest.raises(InvalidInput, match="you keep 100 searches"):
        keep(database)
    keep(database, ANN)
    remove_search(KIM, database, number)
    keep(database)


def test_the_commands(database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PLATEWATCH_DATABASE__URL", database_url)
    store(database, sample_read(1, "VNV4527"))
    why = ("--purpose", "stolen vehicle, seen at Main Street", "--case", "26-117")

    def said(*arguments: str) -> str:
        result = CliRunner().invoke(app, ["searches", *arguments])
        assert result.exit_code == 0, result.output + repr(result.exception)
        return result.output

    saved = json.loads(said("save", "VNV4527", "--name", "=the gates", "--days", "3", "--json", *why))
    assert (saved["asked"], saved["case_number"]) == ({"pattern": "VNV4527", "limit": 100}, "26-117")
    said("save", "VNV4527", "--alike", "--name", "alike", *why)
    assert "=the gates" in said("list")
    assert [json.loads(line)["name"] for line in said("list", "--json").splitlines()] == ["=the gates", "alike"]
    number = str(saved["search_id"])
    assert json.loads(said("run", number, "--json").splitlines()[0])["plate"] == "VNV4527"
    assert "by chance" in said("run", str(saved["search_id"] + 1))
    said("remove", number)
    said("remove", "--case", "26-117")
    assert said("list", "--json") == ""
    actions = [row.action for row in reversed(audit_entries(database, AuditFilter(), limit=50))]
    assert actions == [
        *[Action.SAVE_SEARCH] * 2,
        *[Action.VIEW_SEARCHES] * 2,
        *[Action.SEARCH] * 2,
        *[Action.REMOVE_SEARCHES] * 2,
        Action.VIEW_SEARCHES,
    ]
    for arguments in (("remove",), ("remove", number, "--case", "26-117")):
        assert CliRunner().invoke(app, ["searches", *arguments]).exit_code == 2
