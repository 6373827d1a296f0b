"""Whatever is asked of stored reads: why stands whole in the audit, what is asked does too, and old reads need a
warrant where a law asks for one, whichever way leads to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from operations.analyses.asking import ask_analysis
from operations.analyses.question import Convoy, Occasion, Presence
from operations.criteria import VehicleCriteria
from operations.duties.preserving import PreservationWish, preserve, show_preserved
from operations.past.asking import match_past_of_entry, match_past_of_list
from operations.reasons import Why
from operations.revisions import view_revisions
from operations.searches.areas import parse_area
from operations.searches.evidence import make_evidence
from operations.searches.exporting import export_reads
from operations.searches.finding import find_look_alikes, find_reads
from operations.searches.hours import parse_hours
from operations.searches.passes import find_passes
from operations.searches.query import ReadQuery, parse_key
from operations.searches.reading import show_read
from operations.searches.saving import run_search, save_search
from operations.searches.searching import search_reads
from schemas.audit import Action
from schemas.errors import SaysNothing
from schemas.events import utc
from schemas.export_forms import ExportForm
from schemas.settings import PolicySettings, Settings
from storage.audit.reader import AuditEntry, audit_entries
from storage.database import Database
from tests.integration.alerts.records import ReadRecord, Records
from tests.integration.operations.audited import LEE
from tests.integration.storage.samples import activate, sample_entry, sample_id, sample_read

NOW = datetime.now(UTC).replace(microsecond=0)
RECENT, OLD = NOW - timedelta(days=170), NOW - timedelta(days=190)  # a warrant after 181 days
WHY = Why("stolen vehicle, seen leaving Main Street", "26-117", None, "240")
WARRANT = replace(WHY, warrant="W-26-9")
SAID = {"warrant": "W-26-9", "offense": ["240 motor vehicle theft"]}
OF = {"offense": SAID["offense"]}
ENTRY = sample_entry(1, "VNV4527")
AREA = parse_area("36.8,-76.3,1")
NEXT = parse_key("2026-11-20T23:59:30+00:00/6f1f5f1a-6b2e-4b7e-9a53-2f5a1f6f0a11")

Ask = Callable[[Database, Settings, Why, datetime], object]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, policy=PolicySettings(profile="vermont"))


def _named(why: Why) -> dict[str, Any]:
    return {
        "purpose": why.purpose,
        "case_number": why.case_number,
        "warrant": why.warrant,
        "offense": why.offense,
    }


def _days(since: datetime) -> int:
    return (NOW - since).days


def _read(since: datetime) -> object:
    return sample_id("read", 1 if since == RECENT else 2)


def _store(database: Database) -> None:
    reads = [sample_read(number, captured_at=at) for number, at in ((1, RECENT), (2, OLD))]
    Records(database).write([ReadRecord(read) for read in reads])
    activate(database, [ENTRY])


def _preserved(database: Database, settings: Settings, since: datetime) -> int:
    until = since + timedelta(hours=1)
    wish = PreservationWish("VNV4527", "J. Roe", "letter", "26-117", "seen at a theft", 9, since, until)
    return preserve(LEE, database, settings, wish).preservation_id


def _occasion(since: datetime) -> Occasion:
    return Occasion(AREA, since, since + timedelta(hours=1))


WAYS: dict[str, tuple[Action, Ask]] = {
    "search": (
        Action.SEARCH,
        lambda database, settings, why, since: find_reads(
            LEE, database, settings, ReadQuery("VNV4527", since), why, pictures=True
        ),
    ),
    "search by what is asked most": (
        Action.SEARCH,
        lambda database, settings, why, since: search_reads(
            LEE, database, settings, "VNV4527", since=since, **_named(why)
        ),
    ),
    "look-alikes": (
        Action.SEARCH,
        lambda database, settings, why, since: find_look_alikes(
            LEE, database, settings, ReadQuery("VNV4527", since), why, pictures=True
        ),
    ),
    "passes": (
        Action.VIEW_PASSES,
        lambda database, settings, why, since: find_passes(
            LEE, database, settings, "VNV4527", why, since=since, pictures=True
        ),
    ),
    "export": (
        Action.EXPORT,
        lambda database, settings, why, since: export_reads(
            LEE, database, settings, ReadQuery("VNV4527", since), why, ExportForm.GEOJSON
        ),
    ),
    "evidence": (
        Action.MAKE_EVIDENCE,
        lambda database, settings, why, since: make_evidence(
            LEE, database, settings, ReadQuery("VNV4527", since), why, settings.data_dir / "a.zip"
        ),
    ),
    "keeping a search": (
        Action.SAVE_SEARCH,
        lambda database, settings, why, since: save_search(
            LEE, database, settings, " mine ", ReadQuery("VNV4527", since), why, days=2
        ),
    ),
    "one read": (
        Action.VIEW_REVISIONS,
        lambda database, settings, why, since: show_read(LEE, database, settings, _read(since), why),  # type: ignore[arg-type]
    ),
    "its revisions": (
        Action.VIEW_REVISIONS,
        lambda database, settings, why, since: view_revisions(
            LEE,
            database,
            settings,
            _read(since),  # type: ignore[arg-type]
            **_named(why),
        ),
    ),
    "the past of a list": (
        Action.HISTORICAL,
        lambda database, settings, why, since: match_past_of_list(
            LEE, database, settings, "ncic", days=_days(since), **_named(why)
        ),
    ),
    "the past of an entry": (
        Action.HISTORICAL,
        lambda database, settings, why, since: match_past_of_entry(
            LEE, database, settings, ENTRY.entry_id, days=_days(since), **_named(why)
        ),
    ),
    "companions": (
        Action.REQUEST_ANALYSIS,
        lambda database, settings, why, since: ask_analysis(
            LEE, database, settings, Convoy(since, since + timedelta(days=1), "vnv-4527", least_cameras=4), why
        ),
    ),
    "who was there each time": (
        Action.REQUEST_ANALYSIS,
        lambda database, settings, why, since: ask_analysis(
            LEE, database, settings, Presence((_occasion(since + timedelta(hours=3)), _occasion(since)), 2), why
        ),
    ),
    "what is preserved": (
        Action.VIEW_PRESERVED,
        lambda database, settings, why, since: show_preserved(
            LEE, database, settings, _preserved(database, settings, since), why
        ),
    ),
}


def _asked(name: str, since: datetime, row: AuditEntry) -> dict[str, Any]:
    """What stands in the audit beside why, and how many were found."""
    plate = {"pattern": "VNV4527", "since": utc(since)}
    hours = [utc(since + timedelta(hours=number)) for number in range(5)]
    occasion = [
        {"area": "36.8,-76.3,1", "since": first.replace("Z", "+00:00"), "until": last.replace("Z", "+00:00")}
        for first, last in ((hours[3], hours[4]), (hours[0], hours[1]))
    ]
    asked: dict[str, dict[str, Any]] = {
        "search": plate | {"pictures": True},
        "search by what is asked most": plate,
        "look-alikes": plate | {"look_alikes": True, "pictures": True},
        "passes": plate | {"pictures": True},
        "export": plate | {"form": "geojson"},
        "evidence": plate | {"file": "a.zip"},
        "keeping a search": plate
        | {"name": "mine", "ends_at": row.details.get("ends_at"), "saved_search": row.details.get("saved_search")},
        "one read": {"read": str(_read(since)), "plate": "VNV4527", "pictures": True},
        "its revisions": {"read": str(_read(since)), "plate": "VNV4527"},
        "the past of a list": {"hotlist": "ncic", "days": _days(since)},
        "the past of an entry": {"entry": str(ENTRY.entry_id), "plate": "VNV4527", "days": _days(since)},
        "companions": {
            "kind": "convoy",
            "since": since.isoformat(),
            "until": (since + timedelta(days=1)).isoformat(),
            "plate": "VNV4527",
            "window_seconds": 60,
            "least_cameras": 4,
            "analysis": row.details.get("analysis"),
        },
        "who was there each time": {
            "kind": "multi-geo",
            "occasions": occasion,
            "least": 2,
            "analysis": row.details.get("analysis"),
        },
        "what is preserved": {"preservation": row.details.get("preservation")},
    }
    return asked[name]


@pytest.mark.parametrize("name", WAYS)
def test_why_it_is_asked_stands_whole_beside_what_is(database: Database, settings: Settings, name: str) -> None:
    _store(database)
    action, ask = WAYS[name]
    ask(database, settings, WARRANT, OLD)
    row = audit_entries(database)[0]
    assert (row.actor, row.action) == (LEE, action)
    assert (row.purpose, row.case_number) == (WHY.purpose, WHY.case_number)
    assert row.details == _asked(name, OLD, row) | SAID


@pytest.mark.parametrize("name", WAYS)
def test_whichever_way_leads_to_old_reads_needs_a_warrant(database: Database, settings: Settings, name: str) -> None:
    _store(database)
    action, ask = WAYS[name]
    ask(database, settings, WHY, RECENT)
    assert audit_entries(database)[0].details == _asked(name, RECENT, audit_entries(database)[0]) | OF
    (settings.data_dir / "a.zip").unlink(missing_ok=True)
    with pytest.raises(SaysNothing, match="goes back more than 181 days, which needs a warrant"):
        ask(database, settings, WHY, OLD)
    row = audit_entries(database)[0]
    assert (row.actor, row.action, row.purpose, row.case_number) == (LEE, Action.REFUSED, WHY.purpose, WHY.case_number)
    assert row.details["refused"] == action.value
    assert not (settings.data_dir / "a.zip").exists()


@pytest.mark.parametrize("name", WAYS)
def test_who_does_not_say_why_is_shown_nothing(database: Database, settings: Settings, name: str) -> None:
    _store(database)
    action, ask = WAYS[name]
    for missing, what in (("purpose", "the purpose"), ("case_number", "the case or call number")):
        with pytest.raises(SaysNothing, match=f"{what} is missing"):
            ask(database, settings, replace(WHY, **{missing: None}), RECENT)
        row = audit_entries(database)[0]
        assert (row.action, row.details["refused"]) == (Action.REFUSED, action.value)


def test_all_that_is_asked_is_written_down(database: Database, settings: Settings) -> None:
    query = ReadQuery(
        "vn?45*",
        RECENT,
        RECENT + timedelta(days=1),
        ("gate-1", "gate-2"),
        AREA,
        parse_hours("22-4"),
        "va",
        0.25,
        valid_only=True,
        vehicle=VehicleCriteria("2", "north", 1.5, 30.0, "ford", "f-150", "red", "pickup", "rekor"),
        after=NEXT,
        limit=7,
        saved=12,
    )
    find_reads(LEE, database, settings, query, WHY)
    assert audit_entries(database)[0].details == OF | {
        "pattern": "VN?45*",
        "since": utc(RECENT),
        "until": utc(RECENT + timedelta(days=1)),
        "camera": ["gate-1", "gate-2"],
        "area": "36.8,-76.3,1",
        "hours": "22:00-04:00",
        "state": "va",
        "least_confidence": 0.25,
        "valid_only": True,
        "after": "2026-11-20T23:59:30+00:00/6f1f5f1a-6b2e-4b7e-9a53-2f5a1f6f0a11",
        "saved_search": 12,
        "lane": "2",
        "direction": "north",
        "speed_over": 1.5,
        "speed_under": 30.0,
        "make": "ford",
        "model": "f-150",
        "color": "red",
        "vehicle_class": "pickup",
        "vendor": "rekor",
    }


def test_a_kept_search_asks_again_with_all_that_was_said_of_why(database: Database, settings: Settings) -> None:
    _store(database)
    for alike in (False, True):
        kept = save_search(LEE, database, settings, "mine", ReadQuery("VNV4527", OLD), WARRANT, alike=alike)
        assert audit_entries(database)[0].details.get("look_alikes") is (alike or None)
        run_search(LEE, database, settings, kept.search_id, pictures=True)
        row = audit_entries(database)[0]
        assert (row.action, row.purpose, row.case_number) == (Action.SEARCH, WHY.purpose, WHY.case_number)
        expected = {"pattern": "VNV4527", "since": utc(OLD), "saved_search": kept.search_id, "pictures": True}
        assert row.details == expected | SAID | ({"look_alikes": True} if alike else {})
