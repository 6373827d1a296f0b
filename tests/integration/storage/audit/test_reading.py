"""Which rows of the audit are found, and what a supervisor is shown of them: each condition, on both of its sides."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schemas.actor import Actor, SignIn
from schemas.actor_kinds import ActorKind
from schemas.audit import Action, AuditRecord
from storage.audit.reader import AuditEntry, AuditFilter, audit_begun_at, audit_entries, newest_details
from storage.audit.review import Nights, Refusals, Repeat, ReviewSpan, Said, nights, purposes, refusals, repeats
from storage.audit.writer import write_audits
from storage.database import Database
from storage.reporting import access_log, figures

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it is inserted."""

    at: datetime = NOON
    actor: str = "lee"
    via: str = "password"
    origin: str = "desk"
    action: str = "search"
    purpose: str | None = "stolen vehicle"
    case: str | None = "26-117"
    details: dict[str, Any] = field(default_factory=dict)


def _insert(database: Database, rows: list[Row]) -> None:
    with database.connection() as connection, connection.cursor() as cursor:
        cursor.executemany(
            "insert into audit (happened_at, actor, via, origin, agency_id, action, purpose, case_number, details)"
            " values (%s, %s, %s, %s, 'local', %s, %s, %s, %s)",
            [
                (one.at, one.actor, one.via, one.origin, one.action, one.purpose, one.case, json.dumps(one.details))
                for one in rows
            ],
        )


ROWS = [
    Row(),
    *(Row(at=NOON + shift) for shift in (-TICK, TICK, DAY)),
    *(Row(actor=name) for name in ("kim", "Lee", "leeway")),
    *(
        Row(actor="root", origin=origin)
        for origin in ("desk, sudo by lee", "desk, sudo by leeway", "sudo by lee, desk")
    ),
    *(Row(via=via) for via in ("local_user", "service", "agreement", "token")),
    *(Row(action=action) for action in ("import", "view_passes")),
    *(Row(purpose=purpose) for purpose in ("STOLEN vehicles", "a vehicle", None)),
    *(Row(case=case) for case in ("26-117a", "26-117A", "26-11", None)),
    *(Row(details={"plate": plate}) for plate in ("VN0V", "VNOV", "VN0V1", "vn0v")),
    *(Row(details={"pattern": plate}) for plate in ("VN0V", "VNOV", "VN0*")),
    Row(details={"note": "VN0V"}),
]
FILTERS: dict[str, tuple[AuditFilter, Callable[[Row], bool]]] = {
    "all": (AuditFilter(), lambda row: True),
    "actor": (AuditFilter(actor="lee"), lambda row: row.actor == "lee" or row.origin == "desk, sudo by lee"),
    "action": (AuditFilter(action=Action.IMPORT), lambda row: row.action == "import"),
    "since": (AuditFilter(since=NOON), lambda row: row.at >= NOON),
    "until": (AuditFilter(until=NOON), lambda row: row.at < NOON),
    "purpose": (AuditFilter(purpose="Stolen V"), lambda row: (row.purpose or "").lower().startswith("stolen v")),
    "case": (AuditFilter(case_number="26-117A"), lambda row: row.case in ("26-117a", "26-117A")),
    "plate": (
        AuditFilter(plate="VN0V"),
        lambda row: (row.details.get("plate") or row.details.get("pattern")) in ("VN0V", "VNOV"),
    ),
    "persons": (AuditFilter(kind=ActorKind.PERSON), lambda row: row.via in ("password", "local_user")),
    "programs": (AuditFilter(kind=ActorKind.RULE), lambda row: row.via == "service"),
    "two at once": (
        AuditFilter(actor="lee", since=NOON + TICK),
        lambda row: row.actor == "lee" and row.at > NOON,
    ),
}


@pytest.mark.parametrize("name", FILTERS)
def test_rows_are_those_that_are_asked_for_the_newest_first(database: Database, name: str) -> None:
    _insert(database, ROWS)
    everything = audit_entries(database, limit=1000)
    assert [entry.audit_id for entry in everything] == sorted((entry.audit_id for entry in everything), reverse=True)
    assert [(one.happened_at, one.actor.name) for one in everything] == [(one.at, one.actor) for one in ROWS[::-1]]
    wanted, fits = FILTERS[name]
    expected = [entry for entry, row in zip(everything, ROWS[::-1], strict=True) if fits(row)]
    assert audit_entries(database, wanted, limit=1000) == expected
    # Page by page.
    found, before = list[AuditEntry](), None
    while page := audit_entries(database, dataclasses.replace(wanted, before=before), limit=4):
        assert len(page) == min(4, len(expected) - len(found))
        found, before = found + page, page[-1].audit_id
    assert found == expected


def test_the_newest_details_are_those_about_the_same_or_about_nothing(database: Database) -> None:
    assert (audit_begun_at(database), newest_details(database, Action.IMPORT, "ncic")) == (None, None)
    _insert(database, [Row(at=NOON), Row(at=NOON - DAY), Row(action="import", details={"n": 1})])
    assert audit_begun_at(database) == NOON - DAY
    assert newest_details(database, Action.IMPORT, "ncic") == {"n": 1}
    _insert(database, [Row(action="import", details={"n": number, "about": "ncic"}) for number in (2, 3)])
    _insert(
        database, [Row(action="import", details={"about": "other"}), Row(action="remove", details={"about": "ncic"})]
    )
    assert newest_details(database, Action.IMPORT, "ncic") == {"n": 3, "about": "ncic"}
    assert newest_details(database, Action.IMPORT, "none") == {"n": 1}


def test_many_actions_at_once_are_a_row_each(database: Database) -> None:
    people = [Actor(name, SignIn.PASSWORD, "desk", "local") for name in ("lee", "kim")]
    with database.transaction() as connection:
        write_audits(connection, [])
        write_audits(
            connection,
            [
                (AuditRecord(actor, Action.VIEW_ALERTS, {"n": number}, "patrol", f"26-{number}"), number)
                for number, actor in enumerate(people)
            ],
        )
    assert [
        (row.actor, row.action, row.details, row.purpose, row.case_number, row.results)
        for row in audit_entries(database)
    ] == [
        (actor, Action.VIEW_ALERTS, {"n": number}, "patrol", f"26-{number}", number)
        for number, actor in ((1, people[1]), (0, people[0]))
    ]


SPAN = ReviewSpan(
    since=NOON - 7 * DAY,
    until=NOON,
    back_to=NOON - 30 * DAY,
    zone="America/New_York",
    from_hour=22,
    to_hour=6,
    actions=["search", "view_passes"],
    programs=["service", "token"],
    least=3,
    limit=100,
)
LATE = NOON - TICK


def _of(plate: str, *moments: datetime, **others: Any) -> list[Row]:
    return [Row(at=moment, details={"plate": plate}, **({"case": None} | others)) for moment in moments]


def test_repeats_are_of_one_person_and_plate_within_the_time(database: Database) -> None:
    three = (NOON - 2 * DAY, NOON - DAY, LATE)
    _insert(
        database,
        [
            *_of("AAA0111", SPAN.back_to, NOON - 8 * DAY, SPAN.since),
            *_of("AAA0222", SPAN.back_to - TICK, NOON - 8 * DAY, SPAN.since),  # one too early
            *_of("AAA0333", NOON - 2 * DAY, NOON - DAY, NOON),  # one too late
            *_of("AAA0444", SPAN.back_to, NOON - 8 * DAY, SPAN.since - TICK),  # none in the span
            *_of("AAA0555", *three, actor="service", via="service"),
            *_of("AAA0666", *three, action="import"),
            *_of("AAA0777", *three, case="26-117"),  # with one case
            *_of("AAA0888", *three[:2]),
            *_of("AAA0888", LATE, case=" "),  # that is none
            *(row for number, moment in enumerate(three) for row in _of("AAA0999", moment, case=f"26-{number}")),
            *_of("AAA0999", LATE, case="26-0"),
            *(
                row
                for case, moment in zip(("A1", "a1", "A2"), three, strict=True)
                for row in _of("BBB0111", moment, case=case)
            ),
            *_of("BBB0222", *three[:2], actor="kim"),
            *_of("BBB0222", LATE, actor="root", origin="desk, sudo by kim"),
            *_of("BBBO333", *three, actor="kim", action="view_passes"),
            *_of("BBB0333", LATE, actor="kim"),  # O and 0 are one
            *(Row(at=moment, case=None, details={}) for moment in three),  # of no plate
            *(Row(at=moment, case=None, details={"pattern": "CCC*", "plate": None}, actor="ann") for moment in three),
        ],
    )
    # 12:00 UTC is 07:00 in New York by now, and before the first of November 08:00.
    with database.connection() as connection:
        assert repeats(connection, SPAN) == [
            Repeat("kim", "BBB0333", 4, 3, 4, 0, 0, three[0], LATE),
            Repeat("lee", "AAA0999", 4, 3, 0, 3, 0, three[0], LATE),
            Repeat("ann", "CCC*", 3, 3, 3, 0, 0, three[0], LATE),
            Repeat("kim", "BBB0222", 3, 3, 3, 0, 0, three[0], LATE),
            Repeat("lee", "AAA0111", 3, 3, 3, 0, 0, SPAN.back_to, SPAN.since),
            Repeat("lee", "AAA0888", 3, 3, 3, 0, 0, three[0], LATE),
        ]
        assert len(repeats(connection, dataclasses.replace(SPAN, limit=2))) == 2


@pytest.mark.parametrize(
    ("from_hour", "to_hour", "at_night"),
    [(22, 6, {"lee": (6, 4, 2), "kim": (1, 1, 1)}), (8, 22, {"lee": (6, 1, 1)}), (6, 8, {"lee": (6, 1, 1)})],
)
def test_nights_begin_and_end_on_the_hour_of_the_agency_s_clock(
    database: Database, from_hour: int, to_hour: int, at_night: dict[str, tuple[int, int, int]]
) -> None:
    midnight = datetime(2026, 10, 30, 4, tzinfo=UTC)  # in New York, by daylight time
    hours = (0, 6 - 1 / 60, 6, 22 - 1 / 60, 22, 24)
    _insert(
        database,
        [
            *(Row(at=midnight + timedelta(hours=hour)) for hour in hours),
            Row(at=midnight, actor="kim"),
            Row(at=SPAN.since - timedelta(hours=7), actor="ann"),  # at night, before the span
            Row(at=midnight, actor="feed", via="service"),
        ],
    )
    span = dataclasses.replace(SPAN, from_hour=from_hour, to_hour=to_hour)
    with database.connection() as connection:
        assert nights(connection, span) == [Nights(person, *numbers) for person, numbers in at_night.items()]
        assert nights(connection, dataclasses.replace(span, limit=1)) == [Nights("lee", *at_night["lee"])]


def test_what_was_said_and_refused_is_counted_by_person(database: Database) -> None:
    _insert(
        database,
        [
            *(Row(at=moment) for moment in (SPAN.since - TICK, SPAN.since, LATE, NOON)),
            Row(at=NOON - DAY, purpose="  ", case=" 26-1 "),
            Row(at=NOON - DAY, purpose=None, case="26-1"),
            Row(at=NOON - 2 * DAY, actor="root", origin="desk, sudo by ann"),
            *(
                Row(at=moment, action="refused", details={"why_refused": "no purpose"})
                for moment in (SPAN.since - TICK, SPAN.since, LATE, NOON)
            ),
            Row(at=LATE, action="refused", actor="root", origin="x, sudo by kim", details={"why_refused": "no case"}),
            *(Row(at=LATE, action="refused", via=via, details={"why_refused": "x"}) for via in SPAN.programs),
            Row(at=NOON - DAY, action="refused", actor="ann"),
        ],
    )
    with database.connection() as connection:
        assert purposes(connection, SPAN) == [
            Said("ann", "stolen vehicle", "26-117", 1, NOON - 2 * DAY),
            Said("lee", "stolen vehicle", "26-117", 2, LATE),
            Said("lee", None, "26-1", 2, NOON - DAY),
        ]
        assert refusals(connection, SPAN) == [
            Refusals("lee", "no purpose", 2, LATE),
            Refusals("ann", None, 1, NOON - DAY),
            Refusals("kim", "no case", 1, LATE),
        ]
        assert len(refusals(connection, dataclasses.replace(SPAN, limit=1))) == 1


PERSONS = {
    "desk, /dev/pts/1": "root",
    "desk, /dev/pts/1, sudo by kim": "kim",
    # The host and the terminal come first, and who became root by sudo last.
    "desk, sudo by ann, /dev/pts/1, sudo by lee": "lee",
    "desk, sudo by cy, sudo by dee": "dee",
    "desk,sudo by eve": "root",
    "sudo by eve, desk": "root",
    "desk, sudo by eve, jr.": "eve, jr.",
}


def test_all_who_ask_for_a_person_have_the_same_one_behind_sudo(database: Database) -> None:
    for origin, person in PERSONS.items():
        assert Actor("root", SignIn.LOCAL_USER, origin, "local").person == person
    refused = {"why_refused": "no purpose"}
    _insert(
        database,
        [
            Row(at=LATE, actor="root", origin=origin, action=action, details=details)
            for action, details in (("search", {}), ("refused", refused))
            for origin in PERSONS
        ],
    )
    times = sorted(Counter(PERSONS.values()).items())
    with database.connection() as connection:
        assert [(found.person, found.times) for found in purposes(connection, SPAN)] == times
        assert sorted((found.person, found.times) for found in refusals(connection, SPAN)) == times
        counted = figures(connection, "users", SPAN.since, SPAN.until)
        assert [(figure.label, figure.number) for figure in counted] == [(name, 2 * number) for name, number in times]
        logged = access_log(connection, SPAN.since, SPAN.until, 100)
        assert [row["person"] for row in logged] == list(PERSONS.values())
    for person in set(PERSONS.values()) - {"root"}:
        found = audit_entries(database, AuditFilter(actor=person))
        assert [entry.actor.person for entry in found] == [person] * 2
    assert audit_entries(database, AuditFilter(actor="ann")) == audit_entries(database, AuditFilter(actor="cy")) == []
