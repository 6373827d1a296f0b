"""Every figure of a report, counted of rows right before a span, at its begin, at its end, and right after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from storage.database import Connection, Database
from storage.reporting import FIGURES, Figure, Stop, access_log, add_stop, figures, stops_between
from tests.integration.alerts.records import ReadRecord, Records
from tests.integration.storage.samples import sample_read

ZONE = "America/New_York"
SINCE = datetime(2026, 11, 1, 4, tzinfo=UTC)
"""A week from midnight to midnight, in which clocks are put back."""
UNTIL = datetime(2026, 11, 8, 5, tzinfo=UTC)
TICK = timedelta(microseconds=1)
MOMENTS = (SINCE - TICK, SINCE, UNTIL - TICK, UNTIL)
"""Two of them are in it."""


@dataclass(frozen=True, slots=True)
class World:
    """Adds rows of one kind, one at each moment."""

    on: Connection

    def add(self, statement: str, **values: Any) -> None:
        for moment in MOMENTS:
            self.on.execute(statement.encode(), values | {"at": moment})

    def audit(self, action: str, *, via: str = "password", origin: str = "desk", actor: str = "lee", **of: Any) -> None:
        self.add(
            "insert into audit (happened_at, actor, via, origin, agency_id, action, purpose, case_number, details)"
            " values (%(at)s, %(actor)s, %(via)s, %(origin)s, %(agency)s, %(action)s, %(purpose)s, '26-7',"
            " %(details)s)",
            **{"actor": actor, "via": via, "origin": origin, "action": action},
            **{"agency": of.pop("agency", "local"), "purpose": of.pop("purpose", None), "details": Jsonb(of)},
        )

    def finding(self, hotlist_id: str, entry: str | None = None, **said: Any) -> None:
        self.add(
            "insert into alert_findings"
            " (alert_id, entry_id, hotlist_id, category, raised_at, standing, rejection, outcome, confirmed_by,"
            " found_at) values (gen_random_uuid(), coalesce(%(entry)s::uuid, gen_random_uuid()), %(hotlist_id)s,"
            " 'stolen_vehicle', %(at)s, 'seen', %(rejection)s, %(outcome)s, %(confirmed_by)s, %(at)s)",
            **{"hotlist_id": hotlist_id, "entry": entry},
            **({"rejection": None, "outcome": None, "confirmed_by": None} | said),
        )


def _reads(database: Database, world: World) -> None:
    """Four passes at each of two cameras; hits on two lists, one of them with an alert."""
    reads = [
        replace(
            sample_read(2 * number + camera, f"ABC{number}{camera}"), captured_at=moment, camera_id=f"gate-{camera}"
        )
        for number, moment in enumerate(MOMENTS)
        for camera in (0, 1)
    ]
    elsewhere = [
        replace(sample_read(20 + number), captured_at=moment, camera_id=f"elsewhere-{number}")
        for number, moment in enumerate((MOMENTS[0], MOMENTS[-1]))
    ]
    Records(database).write([ReadRecord(read) for read in (*reads, *elsewhere)])
    for hotlist_id, alert, where in (
        ("ncic", "gen_random_uuid()", "camera_id = 'gate-0'"),
        ("ncic", "null", "camera_id = 'gate-1'"),
        ("regional", "gen_random_uuid()", "camera_id = 'gate-1'"),
    ):
        world.on.execute(
            "insert into hits (hit_id, read_id, captured_at, entry_id, hotlist_id, tier, score, explanation,"
            " characters, edit_distance, alert_id) select gen_random_uuid(), read_id, captured_at, gen_random_uuid(),"
            f" '{hotlist_id}', 'exact', 20, '', '[]', 0, {alert} from reads where {where}".encode()
        )
    world.on.execute(
        "insert into alerts (alert_id, hit_id, captured_at, tier, payload)"
        " select alert_id, hit_id, captured_at, 'exact', jsonb_build_object('type', 'alert', 'entry',"
        " jsonb_build_object('category', case hotlist_id when 'ncic' then 'stolen_plate' else 'wanted_person' end))"
        " from hits where alert_id is not null"
    )
    for kind, category in (
        *(("update", "stolen_plate"), ("cancel", "stolen_plate"), ("alert", "suspended_license")),
        *(("alert", "person_of_interest"), ("alert", "stolen_vehicle")),
    ):
        world.add(
            "insert into alerts (alert_id, hit_id, captured_at, tier, payload)"
            " values (gen_random_uuid(), gen_random_uuid(), %(at)s, 'exact', %(payload)s)",
            payload=Jsonb({"type": kind, "entry": {"category": category}}),
        )
    # Of the lists' alerts within the span, one each was decided; what is only seen is not.
    for hotlist_id, said in (("ncic", "confirmed_by"), ("regional", "standing")):
        world.on.execute(
            "insert into alert_findings"
            " (alert_id, entry_id, hotlist_id, category, raised_at, standing, confirmed_by, found_at)"
            " select alert_id, entry_id, 'of the past', 'stolen_plate', '2020-01-01', 'seen', %s, now() from hits"
            " where captured_at = %s and hotlist_id = %s and alert_id is not null",
            ["lee" if said == "confirmed_by" else None, SINCE, hotlist_id],
        )


def _lists(world: World) -> None:
    for name, versions in {
        "active": ((SINCE - TICK, 5), (UNTIL - TICK, 7), (UNTIL, 9)),
        "later": ((UNTIL, 3),),
        "removed": ((SINCE, 4),),
    }.items():
        world.on.execute("insert into hotlists (hotlist_id) values (%s)", [name])
        for moment, entries in versions:
            world.on.execute(
                "with version as (insert into hotlist_versions (hotlist_id, source, file_name, file_sha256,"
                " activated_at, entries, added, removed, changed, rejected)"
                " values (%s, 'csv', 'f', 'x', %s, %s, 0, 0, 0, 0)"
                " returning hotlist_id, version_id)"
                " update hotlists set active_version = version.version_id from version"
                " where hotlists.hotlist_id = version.hotlist_id and version.hotlist_id <> 'removed'",
                [name, moment, entries],
            )


def _stops(world: World) -> None:
    reasons: list[dict[str, Any]] = [{"age": age} for age in (17, 18, 24, 25, 39, 40, 59, 60, None)]
    reasons += [{"race": "b", "gender": "f", "ethnicity": "h", "notification_reason": "warrant"}]
    reasons += [{"followed_notification": False, "notification_reason": None}]
    days = [date(2026, 11, 1) + timedelta(days=number % 7) for number in range(len(reasons))]
    reasons += [{}, {}]
    days += [date(2026, 10, 31), date(2026, 11, 8)]
    for number, (of, day) in enumerate(zip(reasons, days, strict=True)):
        assert add_stop(world.on, replace(STOP, record_id=f"R-{number}", stopped_on=day, **of), "lee")


STOP = Stop(
    record_id="R",
    stopped_on=date(2026, 11, 1),
    ori="VA1234567",
    location="Main St",
    jurisdiction_code="740",
    initial_reason="traffic",
    race="w",
    ethnicity="n",
    age=30,
    gender="m",
    speaks_english=True,
    action_taken="warning",
    is_person_searched=False,
    is_vehicle_searched=True,
    followed_notification=True,
    notification_reason="stolen",
)


def _people(world: World) -> None:
    changed = "insert into people (name, agency_id, roles, added_by, added_at, disabled_at, last_training_on)"
    early = SINCE - timedelta(days=100)
    for name, role, added, disabled, trained in (
        ("zoe", "officer", early, None, date(2026, 5, 1)),
        ("ann", "officer", UNTIL - TICK, None, None),
        ("bob", "officer", UNTIL, None, None),
        ("cy", "officer", early, SINCE, None),
        ("dee", "officer", early, SINCE - TICK, None),
        ("cad", "agency_service", early, None, None),
    ):
        world.on.execute(
            f"{changed} values (%s, 'local', %s, 'root', %s, %s, %s)".encode(), [name, [role], added, disabled, trained]
        )


def _audit(world: World) -> None:
    entry = "00000000-0000-0000-0000-000000000001"
    world.audit("add", entry=entry)
    for action, purpose, about in (
        ("search", "theft", {"pattern": "ABC*"}),
        ("historical", None, {"alert": "A-7"}),
        ("search", None, {"read": "R-7", "other": "x"}),
        ("import", "theft", {}),
    ):
        world.audit(action, purpose=purpose, agency="suffolk" if purpose else "local", **about)
    for refused in ("search", "historical", "export"):
        world.audit("refused", refused=refused)
    world.audit("export", actor="root", origin="desk, sudo by kim", plate="ABC1", pattern="no")
    for via in ("service", "agreement", "token"):
        world.audit("remove", via=via, actor=via)
    world.audit("note_audit", by="J. Roe")
    for hotlist_id, said in (
        ("ncic", {"confirmed_by": "lee"}),
        ("ncic", {"confirmed_by": "kim", "entry": entry, "outcome": "arrest"}),
        ("ncic", {"rejection": "misread"}),
        ("regional", {"rejection": "wrong_state", "entry": entry}),
        ("regional", {"outcome": "nothing"}),
        ("regional", {"entry": entry}),
    ):
        world.finding(hotlist_id, **said)


def _given(world: World) -> None:
    world.on.execute("insert into agreements (agreement_id) values ('suffolk')")
    both = [{"id": "s", "name": "Suffolk"}, {"id": "n", "name": "Norfolk"}]
    for kind, outcome, members, results in (
        *(("reads", "given", both, 40), ("alert", "given", both[:1], 9), ("alert", "withheld", both[1:], None)),
    ):
        world.add(
            "insert into disseminations (happened_at, outcome, kind, agreement_id, version, members, why, results)"
            " values (%(at)s, %(outcome)s, %(kind)s, 'suffolk', 1, %(members)s, 'a test', %(results)s)",
            **{"kind": kind, "outcome": outcome, "members": Jsonb(members), "results": results},
        )


EXPECTED: dict[str, dict[str, int]] = {
    "reads": {"reads": 4},
    "lists": {"active": 7},
    "list_count": {"lists": 1},
    "hits_by_list": {"ncic: alert": 2, "ncic: no alert": 2, "regional: alert": 2},
    "hits_by_reader": {"gate-0: alert": 2, "gate-1: alert": 2, "gate-1: no alert": 2},
    "hits_by_category": {
        **{"person_of_interest": 2, "stolen_plate": 2, "stolen_vehicle": 2, "suspended_license": 2, "wanted_person": 2}
    },
    "matches_by_class": {"investigative": 2, "stolen": 4, "suspended": 2, "warrant": 2},
    "undecided_by_list": {"ncic": 1, "regional": 2},
    "reads_by_day": {"2026-11-01": 2, "2026-11-07": 2},
    "cameras": {"gate-0": 2, "gate-1": 2},
    "camera_count": {"cameras": 2},
    "manual_entries": {"entries": 2},
    "searches": {"": 4, "theft": 2},
    "refused_searches": {"historical": 2, "search": 2},
    "accesses_by_agency": {"local": 6, "suffolk": 2},
    "users": {"kim": 2, "lee": 18},
    "audits_noted": {"2026-11-01: J. Roe": 1, "2026-11-07: J. Roe": 1},
    "confirmed_by_list": {"ncic": 4},
    "not_correlating_by_list": {"ncic: misread": 2, "regional: wrong_state": 2},
    "outcomes_by_list": {"ncic: arrest": 2, "regional: nothing": 2},
    "findings": {"canceled": 2, "confirmed": 4, "rejected: misread": 2, "rejected: wrong_state": 2},
    "outcomes": {"arrest": 2, "nothing": 2},
    "manual_findings": {"confirmed": 2, "rejected: wrong_state": 2},
    "deliveries_by_agency": {
        **{"Norfolk: alert withheld": 2, "Norfolk: reads given": 80},
        **{"Suffolk: alert given": 2, "Suffolk: reads given": 80},
    },
    "trainings": {"ann: no training is noted": 1, "cy: no training is noted": 1, "zoe: trained 2026-05-01": 1},
    "stops_by_reason": {"stolen": 9, "warrant": 1},
    "stops_by_race": {"b": 1, "w": 9},
    "stops_by_ethnicity": {"h": 1, "n": 9},
    "stops_by_gender": {"f": 1, "m": 9},
    "stops_by_age": {
        **{"18 to 24": 2, "25 to 39": 3, "40 to 59": 2, "60 and over": 1, "not recorded": 1, "under 18": 1}
    },
}


@pytest.fixture
def world(database: Database) -> Database:
    with database.as_owner() as connection:
        made = World(connection)
        _reads(database, made)
        parts: list[Callable[[World], None]] = [_lists, _audit, _stops, _people, _given]
        for part in parts:
            part(made)
    return database


def test_every_figure_counts_its_span_and_no_more(world: Database) -> None:
    assert EXPECTED.keys() == set(FIGURES)
    with world.connection() as connection:
        counted = {name: figures(connection, name, SINCE, UNTIL, ZONE) for name in FIGURES}
        empty = {name: figures(connection, name, UNTIL + TICK, UNTIL + 2 * TICK, ZONE) for name in FIGURES}
    assert {name: {one.label: one.number for one in found} for name, found in counted.items()} == EXPECTED
    for name, found in counted.items():
        if name != "searches":  # are put together by what their words mean
            assert [one.label for one in found] == list(EXPECTED[name]), name
    # What everybody asks for is there with nothing in it, too; what is so at all times is.
    assert empty["findings"] == [Figure("canceled", 0), Figure("confirmed", 0), Figure("rejected: misread", 0)]
    assert empty["hits_by_list"] == empty["stops_by_race"] == empty["searches"] == []


def test_the_access_log_is_in_order_and_no_longer_than_asked_for(world: Database) -> None:
    with world.connection() as connection:
        rows = access_log(connection, SINCE, UNTIL, 100)
        assert access_log(connection, SINCE, UNTIL, 3) == rows[:3]
    same: dict[str, Any] = {
        "organization": "local",
        "person": "lee",
        "plate": None,
        "purpose": None,
        "case_number": "26-7",
    }
    told = [
        {"action": "search", "purpose": "theft", "organization": "suffolk", "plate": "ABC*"},
        {"action": "historical", "plate": "A-7"},
        {"action": "search", "plate": "R-7"},
        {"action": "export", "person": "kim", "plate": "ABC1"},
    ]
    assert rows == [
        same | {"happened_at": moment, "results": None} | one for one in told for moment in (SINCE, UNTIL - TICK)
    ]


def test_stops_are_kept_whole_and_once(database: Database) -> None:
    days = [date(2026, 11, number) for number in (1, 2, 3, 4)]
    stops = [replace(STOP, record_id=f"R-{4 - number}", stopped_on=day) for number, day in enumerate(days)]
    stops.insert(2, replace(STOP, record_id="R-1", stopped_on=days[1], age=None, speaks_english=None))
    stops[2] = replace(
        stops[2],
        is_person_searched=True,
        is_vehicle_searched=False,
        followed_notification=False,
        notification_reason=None,
    )
    with database.connection() as connection:
        assert [add_stop(connection, stop, "lee") for stop in stops] == [True] * 4 + [False]
        assert not add_stop(connection, replace(stops[0], race="b"), "kim")
        assert stops_between(connection, days[1], days[3]) == [stops[2], stops[1], stops[3]]
