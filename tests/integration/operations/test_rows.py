"""What stands in the audit of each look and change, field by field: who, what was asked, and how much there was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr

from alerts.routing.rules import parse_rule
from operations.added.adding import NewCamera, add_camera, describe_camera, remove_camera
from operations.alarms import acknowledge_alarm, view_alarms
from operations.alerts import AlertView
from operations.audit.noting import note_review, view_notes
from operations.board.listing import changed_alerts, list_alerts
from operations.board.making import CardMaker
from operations.board.opening import open_board
from operations.cameras.figures import Span, view_figures
from operations.cameras.overview import view_camera, view_cameras
from operations.cars.cars import add_car, change_cameras, renew_token, revoke_car
from operations.cars.looking import view_cars
from operations.deliveries import DeliveryState, view_deliveries, view_refused_messages
from operations.duties.audits import note_audit
from operations.duties.ending import view_ending
from operations.duties.preserving import (
    PreservationWish,
    preserve,
    release_preservation,
    renew_preservation,
    view_preservation,
    view_preservations,
)
from operations.feeds.health import view_feeds
from operations.hotlists.choosing import chosen_entries
from operations.hotlists.comparing import view_difference
from operations.hotlists.history import find_entries, view_history
from operations.hotlists.taxonomy import view_taxonomy
from operations.hotlists.trying import try_entry
from operations.hotlists.withdrawing import WantedEntries
from operations.matching import note_match
from operations.quarantine import list_quarantine
from operations.reports.counting import law_report
from operations.reports.filing import file_report
from operations.reports.stops import add_stops, report_stops
from operations.rules import add_rules, remove_rule, switch_rule, try_rule, view_rules
from operations.searches.correcting import correct_read
from operations.searches.misreads import view_misreads
from operations.sharing.log import DisseminationFilter, view_disseminations
from operations.sharing.looking import check_alert, check_entry, view_agreements, who_sees_what
from operations.sharing.said import view_heard
from operations.sharing.theirs import what_we_see
from operations.status.viewing import view_status
from operations.storms import view_held
from schemas.actions import Action as Done
from schemas.errors import Conflict
from schemas.events import AlarmKind, utc
from schemas.settings import RtspCamera, Settings
from schemas.types import Category
from storage.alerts.alarms import Alarms
from storage.audit.reader import audit_entries
from storage.database import Database
from tests.integration.operations.audited import LEE
from tests.integration.operations.life.alerts import raised
from tests.integration.sharing.samples import in_force
from tests.integration.storage.samples import START, activate, sample_entry, sample_id
from tests.unit.alerts.samples import AGENCY
from tests.unit.policy.agreements.samples import NEIGHBOR

NOW = datetime.now(UTC).replace(microsecond=0)
LATER = START + timedelta(days=1)
SPAN = {"since": utc(START), "until": utc(LATER)}
RULE = parse_rule({"name": "night", "channels": ["desk"]}, "rule 'night'")
ENTRY = sample_id("ncic", 1)
THERE = replace(LEE, agency_id=AGENCY)
"""Of the agency whose alert it is."""
Row = tuple[Done, dict[str, Any], int | None]
Act = Callable[[Database, Settings], object]


def stored(database: Database, settings: Settings) -> None:
    """Store what is looked at: an alert (number 1), a list of two versions, an agreement, an alarm (number 1)."""
    activate(database, [sample_entry(1), sample_entry(2, "BKR2203")])
    activate(database, [sample_entry(1), sample_entry(3, "XYZ9999")])
    alert = raised(database)
    in_force(database, settings=settings)
    Alarms(database, settings.agency_id, settings.alarm_topic).raise_alarm(AlarmKind.DISK_SPACE, "x", "is full", NOW)
    correct_read(LEE, database, alert.read.read_id, "VNV4522", "the picture shows a 2")
    preserve(LEE, database, settings, PreservationWish("VNV4527", "J. Roe", "letter", "26-7", "seen at a theft", 9))


LOOKS: tuple[tuple[Act, Row], ...] = (
    (lambda on, at: view_alarms(LEE, on, at, over_too=3), (Done.VIEW_ALARMS, {"limit": 3}, None)),
    (lambda on, at: list_quarantine(LEE, on, 5, "gate"), (Done.VIEW_QUARANTINE, {"limit": 5, "source": "gate"}, 0)),
    (
        lambda on, at: view_deliveries(LEE, on, 7, DeliveryState.DEAD),
        (Done.VIEW_DELIVERIES, {"limit": 7, "state": "dead"}, 0),
    ),
    (lambda on, at: view_refused_messages(LEE, on), (Done.VIEW_DELIVERIES, {"refused_by": "kafka"}, 0)),
    (lambda on, at: view_held(LEE, on, 4), (Done.VIEW_HELD, {"limit": 4}, 0)),
    (lambda on, at: view_rules(LEE, on), (Done.VIEW_RULES, {}, 0)),
    (lambda on, at: view_cameras(LEE, on, at), (Done.VIEW_CAMERAS, {}, 1)),
    (lambda on, at: view_camera(LEE, on, at, "north"), (Done.VIEW_CAMERAS, {"camera": "north"}, 1)),
    (
        lambda on, at: view_figures(LEE, on, at, Span.WEEK, "north"),
        (Done.VIEW_FIGURES, {"span": "week", "camera": "north"}, 0),
    ),
    (lambda on, at: view_cars(LEE, on), (Done.VIEW_CARS, {}, 0)),
    (lambda on, at: view_feeds(LEE, on, at), (Done.VIEW_LISTS, {"feeds": True}, 0)),
    (lambda on, at: view_taxonomy(LEE, on, at), (Done.VIEW_LISTS, {"categories": True}, len(Category))),
    (lambda on, at: view_status(LEE, on, at), (Done.VIEW_STATUS, {}, None)),
    (lambda on, at: view_ending(LEE, on, at, 31), (Done.VIEW_ENDING, {"days": 31}, 1)),
    (lambda on, at: view_preservations(LEE, on), (Done.VIEW_PRESERVATIONS, {}, 1)),
    (lambda on, at: view_preservation(LEE, on, 1), (Done.VIEW_PRESERVATIONS, {"preservation": 1}, 1)),
    (
        lambda on, at: find_entries(LEE, on, WantedEntries("VNV4527", "US-VA", "ncic")),
        (Done.VIEW_ENTRIES, {"plate": "VNV4527", "state": "US-VA", "hotlist": "ncic"}, 1),
    ),
    (lambda on, at: view_history(LEE, on, ENTRY), (Done.VIEW_ENTRIES, {"entry": str(ENTRY), "history": True}, 1)),
    (
        lambda on, at: view_difference(LEE, on, "ncic", limit=1),
        (Done.VIEW_ENTRIES, {"hotlist": "ncic", "earlier": 1, "later": 2}, 1),
    ),
    (
        lambda on, at: try_entry(LEE, on, at, sample_entry(9, "QQQ1111", "local")),
        (
            Done.TRY_ENTRY,
            {"hotlist": "local", "plate": "QQQ1111", "state": "US-VA", "category": "stolen_vehicle"},
            None,
        ),
    ),
    (lambda on, at: note_match(LEE, on, "a.csv", 7), (Done.MATCH, {"reads": "a.csv", "entries": 7}, None)),
    (lambda on, at: view_misreads(LEE, on, START), (Done.VIEW_CORRECTIONS, {"since": utc(START)}, None)),
    (
        lambda on, at: AlertView(LEE, on, purpose="patrol", case_number="26-1").latest(9, follow=True),
        (Done.VIEW_ALERTS, {"limit": 9, "follow": True}, 1),
    ),
    (lambda on, at: list_alerts(THERE, on, 9), (Done.VIEW_ALERTS, {"limit": 9, "alerts": [1]}, 1)),
    (lambda on, at: list_alerts(THERE, on, 9, 1), (Done.VIEW_ALERTS, {"before": 1, "limit": 9, "alerts": []}, 0)),
    (
        lambda on, at: changed_alerts(THERE, on, 0, 9),
        (Done.VIEW_ALERTS, {"board": "polled", "after": 0, "alerts": [1]}, 1),
    ),
    (
        lambda on, at: open_board(THERE, on, CardMaker(at), timedelta(days=1)),
        (Done.VIEW_ALERTS, {"board": "opened", "alerts": [1], "left_out": 0}, 1),
    ),
    (
        lambda on, at: view_disseminations(
            LEE,
            on,
            DisseminationFilter("suffolk", NEIGHBOR, "VNV4527", START, LATER, asked=True, stopped=True, before=7),
            3,
        ),
        (
            Done.VIEW_DISSEMINATIONS,
            SPAN
            | {"agreement_id": "suffolk", "member": NEIGHBOR, "plate": "VNV4527", "asked": True, "stopped": True}
            | {"before": 7, "limit": 3},
            0,
        ),
    ),
    (
        lambda on, at: view_heard(LEE, on, 3, agreement_id="suffolk", hotlist_id="ncic", entry_id=ENTRY),
        (
            Done.VIEW_DISSEMINATIONS,
            {"shown": "dispositions", "agreement": "suffolk", "hotlist": "ncic", "entry": str(ENTRY)}
            | {"limit": 3, "refused": 0},
            0,
        ),
    ),
    (lambda on, at: view_agreements(LEE, on, "suffolk"), (Done.VIEW_AGREEMENTS, {"agreement": "suffolk"}, 1)),
    (lambda on, at: who_sees_what(LEE, on, at), (Done.VIEW_AGREEMENTS, {"shown": "who sees what"}, 1)),
    (lambda on, at: what_we_see(LEE, on, at), (Done.VIEW_AGREEMENTS, {"shown": "what we see of others"}, 0)),
    (
        lambda on, at: check_entry(LEE, on, at, ENTRY, NEIGHBOR),
        (Done.CHECK_AGREEMENT, {"entry": str(ENTRY), "to": NEIGHBOR, "allowed": []}, 1),
    ),
    (
        lambda on, at: report_stops(LEE, on, date(2026, 1, 1), date(2026, 2, 1)),
        (Done.VIEW_REPORT, {"report": "stops", "since": "2026-01-01", "until": "2026-02-01"}, 0),
    ),
    (lambda on, at: law_report(LEE, on, at, START, LATER, NOW), (Done.VIEW_REPORT, SPAN, None)),
    (
        lambda on, at: file_report(LEE, on, at, "transparency", START, LATER, NOW),
        (Done.VIEW_REPORT, SPAN | {"report": "transparency"}, None),
    ),
    (
        lambda on, at: view_notes(LEE, on, at),
        (Done.VIEW_AUDIT, {"actions": ["note_review", "note_audit"], "limit": 50}, 0),
    ),
)

NORTH = NewCamera("south", "rtsp://192.0.2.7/a?key=x", "root", "secret", {"name": "South", "street": "Elm Street"})
DESCRIBED = {"name": "South", "street": "Oak Street", "latitude": 36.5, "longitude": -76.5, "heading": 90.0}
PLACED = {"mount": "permanent", "permit": "26-7", "permit_until": "2030-01-01", "live_view": False}
CHANGES: tuple[tuple[Act, Row], ...] = (
    (lambda on, at: acknowledge_alarm(LEE, on, at, 1), (Done.ACKNOWLEDGE_ALARM, {"alarm": 1}, None)),
    (
        lambda on, at: add_camera(LEE, on, at, NORTH, works=True),
        (
            Done.ADD_CAMERA,
            {"camera": "south", "address": "rtsp://192.0.2.7/a", "checked": True}
            | {"name": "South", "street": "Elm Street"},
            None,
        ),
    ),
    (
        lambda on, at: describe_camera(LEE, on, "south", DESCRIBED | PLACED),
        (Done.CHANGE_CAMERA, {"camera": "south"} | DESCRIBED | PLACED, None),
    ),
    (
        lambda on, at: remove_camera(LEE, on, "south", "the pole was taken down"),
        (Done.REMOVE_CAMERA, {"camera": "south", "reason": "the pole was taken down"}, None),
    ),
    (
        lambda on, at: add_car(LEE, on, at, "unit-12", ["unit-12-rear", "unit-12-front", "unit-12-rear"], " Twelve "),
        (Done.ADD_CAR, {"car": "unit-12", "cameras": ["unit-12-front", "unit-12-rear"], "name": "Twelve"}, None),
    ),
    (
        lambda on, at: change_cameras(LEE, on, at, "unit-12", ["unit-12-front"]),
        (Done.CHANGE_CAR, {"car": "unit-12", "cameras": ["unit-12-front"]}, None),
    ),
    (lambda on, at: renew_token(LEE, on, "unit-12"), (Done.RENEW_CAR_TOKEN, {"car": "unit-12"}, None)),
    (
        lambda on, at: revoke_car(LEE, on, "unit-12", "was stolen at night"),
        (Done.REVOKE_CAR, {"car": "unit-12", "reason": "was stolen at night"}, None),
    ),
    (
        lambda on, at: add_stops(LEE, on, [], "stops.jsonl"),
        (Done.ADD_STOPS, {"source": "stops.jsonl"}, 0),
    ),
    (
        lambda on, at: note_audit(LEE, on, at, None, "all that was asked had a case"),
        (Done.NOTE_AUDIT, {"by": "lee", "findings": "all that was asked had a case"}, None),
    ),
    (
        lambda on, at: note_audit(LEE, on, at, "the county", "all that was asked had a case"),
        (Done.NOTE_AUDIT, {"by": "the county", "findings": "all that was asked had a case"}, None),
    ),
    (
        lambda on, at: note_review(LEE, on, NOW - timedelta(days=7), NOW, "nothing stood out"),
        (
            Done.NOTE_REVIEW,
            {"since": utc(NOW - timedelta(days=7)), "until": utc(NOW), "findings": "nothing stood out"},
            None,
        ),
    ),
    (
        lambda on, at: release_preservation(LEE, on, 1, "the case was closed"),
        (Done.RELEASE_PRESERVATION, {"preservation": 1, "reason": "the case was closed"}, None),
    ),
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path,
        agency_id="portsmouth-pd",
        time_zone="UTC",
        cameras=(RtspCamera(id="north", url=SecretStr("rtsp://127.0.0.1:9/a")),),
    )


@pytest.mark.parametrize("table", [LOOKS, CHANGES])
def test_each_is_written_down_field_by_field(
    database: Database, settings: Settings, table: tuple[tuple[Act, Row], ...]
) -> None:
    stored(database, settings)
    before = len(audit_entries(database, limit=500))
    wrong: list[tuple[Any, ...]] = []
    for act, (action, details, results) in table:
        act(database, settings)
        rows = audit_entries(database, limit=500)
        if len(rows) != before + 1 or rows[0].actor.name != "lee" or rows[0].action is not action:
            wrong.append((action, [(row.actor.name, row.action) for row in rows[: len(rows) - before]]))
        if rows[0].details != details or (results is not None and rows[0].results != results):
            wrong.append((action, rows[0].details, rows[0].results))
        before = len(rows)
    assert wrong == []


def test_what_is_about_a_number_that_is_given_here(database: Database, settings: Settings) -> None:
    stored(database, settings)
    alert = AlertView(LEE, database).latest(1)[0]
    alert_id = UUID(alert.payload["alert_id"])
    check_alert(LEE, database, settings, alert_id, NEIGHBOR)
    row = audit_entries(database, limit=1)[0]
    assert (row.action, row.results) == (Done.CHECK_AGREEMENT, 1)
    assert row.details == {"alert": str(alert_id), "to": NEIGHBOR, "allowed": row.details["allowed"]}
    assert check_alert(LEE, database, settings, alert_id, "norfolk-pd") == []
    row = audit_entries(database, limit=1)[0]
    assert (row.details, row.results) == ({"alert": str(alert_id), "to": "norfolk-pd", "allowed": []}, 0)
    renewed = renew_preservation(LEE, database, settings, 1, 30)
    row = audit_entries(database, limit=1)[0]
    assert (row.action, row.details) == (
        Done.RENEW_PRESERVATION,
        {"preservation": 1, "until": row.details["until"]},
    )
    assert timedelta(days=29) < renewed.until_at - datetime.now(UTC) <= timedelta(days=30)


def test_how_many_fit_is_written_down_where_it_is_not_one(database: Database) -> None:
    activate(database, [sample_entry(1), sample_entry(2)])
    wanted = WantedEntries("VNV4527")
    with pytest.raises(Conflict, match="2 entries fit; narrow it down to one"):
        chosen_entries(LEE, database, wanted, Done.WITHDRAW, every=False)
    (row,) = audit_entries(database)
    assert (row.action, row.details) == (
        Done.REFUSED,
        {"plate": "VNV4527", "refused": "withdraw", "why_refused": "2 entries fit"},
    )
    assert len(chosen_entries(LEE, database, wanted, Done.WITHDRAW, every=True)) == 2
    assert chosen_entries(LEE, database, WantedEntries(nic="V000000002"), Done.WITHDRAW, every=False) == [
        sample_id("ncic", 2)
    ]


def test_a_rule_is_written_down_from_its_adding_to_its_end(database: Database, settings: Settings) -> None:
    channel = {"kind": "webhook", "name": "desk", "url": "https://192.0.2.7/hook", "secret_file": "/nowhere"}
    alerts = settings.alerts.model_validate({"channels": [channel]})
    settings = settings.model_copy(update={"alerts": alerts})
    assert add_rules(LEE, database, settings, [RULE]) == ["night"]
    assert try_rule(LEE, database, settings, "night", 3).is_noted
    try_rule(LEE, database, settings, RULE, 366)
    switch_rule(LEE, database, settings, "night", on=True)
    switch_rule(LEE, database, settings, "night", on=False)
    remove_rule(LEE, database, "night")
    assert [(row.action, row.details) for row in reversed(audit_entries(database))] == [
        (Done.ADD_RULES, {"rules": {"night": RULE.document()}, "changed": ["night"]}),
        (Done.TRY_RULE, {"rule": "night", "days": 3, "stored": True}),
        (Done.TRY_RULE, {"rule": "night", "days": 366, "stored": False}),
        (Done.SWITCH_RULE, {"rule": "night", "on": True}),
        (Done.SWITCH_RULE, {"rule": "night", "on": False}),
        (Done.REMOVE_RULE, {"rule": "night"}),
    ]
