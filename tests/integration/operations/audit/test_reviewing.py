"""The supervisor's weekly report: one plate again and again, off-hours, vague reasons, refusals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest

from operations.audit.reviewing import Review, review_audit
from schemas.actor import Actor, SignIn
from schemas.actor_kinds import ActorKind, kind_of
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from schemas.events import utc
from schemas.settings import Settings
from storage.audit.reader import AuditFilter, audit_entries
from storage.audit.writer import write_audit
from storage.database import Database
from tests.integration.operations.audited import LEE

ZONE = ZoneInfo("America/New_York")
NOON = datetime(2026, 11, 2, 12, tzinfo=ZONE)
"""The day after clocks were put back."""
WHY = "weekly review of lookups"


@pytest.fixture
def here(settings: Settings) -> Settings:
    return settings.model_copy(update={"time_zone": "America/New_York"})


def asked(
    database: Database,
    superuser: psycopg.Connection[Any],
    at: datetime,
    plate: str | None = "ABC1234",
    *,
    actor: Actor = LEE,
    purpose: str | None = "stolen vehicle",
    case: str | None = None,
    action: Action = Action.SEARCH,
    **details: Any,
) -> None:
    """Write a lookup down as of a time."""
    write_audit(database, AuditRecord(actor, action, {"pattern": plate, **details}, purpose, case))
    superuser.execute("update audit set happened_at = %s where audit_id = (select max(audit_id) from audit)", [at])


def reviewed(database: Database, here: Settings, days: int = 7) -> Review:
    until = NOON + timedelta(hours=12)
    return review_audit(LEE, database, here, until - timedelta(days=days), until, WHY)


def person(name: str, origin: str = "desk", via: SignIn = SignIn.LOCAL_USER) -> Actor:
    return Actor(name, via, origin, "portsmouth-pd")


def test_one_plate_again_and_again_is_named(
    database: Database, here: Settings, superuser: psycopg.Connection[Any]
) -> None:
    kim, root = person("kim"), person("root", "desk, sudo by kim")
    for weeks, actor in ((5, kim), (3, root), (0, kim)):  # weeks apart, once as another user
        asked(database, superuser, NOON - timedelta(weeks=weeks), "ABC 0123".replace(" ", ""), actor=actor)
    for number in range(4):  # with one case: work
        asked(database, superuser, NOON - timedelta(hours=number), "WRK1234", case="26-117")
    for number in range(3):  # with ever another case
        asked(database, superuser, NOON - timedelta(hours=number), "EVR1234", case=f"26-{number}")
    for number in range(9):  # no person
        asked(database, superuser, NOON - timedelta(hours=number), "PRG1234", actor=person("feed", via=SignIn.SERVICE))
    for number in range(3):  # long ago, and not in the span
        asked(database, superuser, NOON - timedelta(days=20 + number), "OLD1234")
    found = reviewed(database, here)
    assert {(one.person, one.plate, one.times, one.without_case, one.cases) for one in found.repeats} == {
        ("kim", "ABC0123", 3, 3, 0),
        ("lee", "EVR1234", 3, 0, 3),
    }
    (row,) = audit_entries(database, AuditFilter(action=Action.REVIEW_AUDIT))
    assert (row.purpose, row.actor) == (WHY, LEE)


@pytest.mark.parametrize(
    ("hours", "counts"),
    [((22, 6), 2), ((0, 5), 2), ((6, 22), 1)],
)
def test_off_hours_are_those_of_the_agency_also_when_clocks_change(
    database: Database, here: Settings, superuser: psycopg.Connection[Any], hours: tuple[int, int], counts: int
) -> None:
    for at in (
        datetime(2026, 11, 1, 5, 30, tzinfo=UTC),  # 01:30 daylight time
        datetime(2026, 11, 1, 6, 30, tzinfo=UTC),  # 01:30 standard time
        NOON,
    ):
        asked(database, superuser, at)
    until = NOON + timedelta(hours=1)
    found = review_audit(LEE, database, here, until - timedelta(days=7), until, WHY, hours)
    assert [(one.person, one.times, one.at_night) for one in found.nights] == [("lee", 3, counts)]


def test_reasons_that_say_little_and_refusals_are_counted(
    database: Database, here: Settings, superuser: psycopg.Connection[Any]
) -> None:
    for purpose, case in (
        *(("stolen vehicle", "26-7"), (None, "26-7"), ("26-00117", "26-117"), ("investigation", "26-7")),
        *(("stolen vehicle", None), ("stolen vehicle", "none"), ("missing child", "26-8")),
    ):
        asked(database, superuser, NOON, purpose=purpose, case=case)
    asked(database, superuser, NOON, action=Action.REFUSED, why_refused="the purpose says nothing", refused="search")
    found = reviewed(database, here)
    assert {(one.said.purpose, one.said.case_number, one.why) for one in found.vague} == {
        (None, "26-7", "no purpose"),
        ("26-00117", "26-117", "the purpose is a number, as of a case"),
        ("investigation", "26-7", "the purpose is one word"),
        ("stolen vehicle", None, "no case or call"),
        ("stolen vehicle", "none", "the case number has no digit"),
    }
    assert [(one.person, one.why, one.times) for one in found.refusals] == [("lee", "the purpose says nothing", 1)]


def test_whoever_looks_at_it_says_why(database: Database, here: Settings) -> None:
    with pytest.raises(InvalidInput, match="says nothing"):
        review_audit(LEE, database, here, NOON - timedelta(days=7), NOON, "test")
    with pytest.raises(InvalidInput, match="ends before it begins"):
        review_audit(LEE, database, here, NOON, NOON, WHY)
    (row,) = audit_entries(database)
    assert row.action is Action.REFUSED


def test_persons_rules_programs_and_other_agencies_are_told_apart(database: Database) -> None:
    for via in SignIn:
        write_audit(database, AuditRecord(person(via.value, via=via), Action.SEARCH))
    for kind in ActorKind:
        found = audit_entries(database, AuditFilter(kind=kind))
        assert {row.actor.via for row in found} == {via for via in SignIn if kind_of(via) is kind}
    assert kind_of(SignIn.AGREEMENT) is ActorKind.FEDERATION
    assert kind_of(SignIn.SERVICE) is ActorKind.RULE


def test_the_look_is_written_down_whole_and_twice_is_not_again_and_again(
    database: Database, here: Settings, superuser: psycopg.Connection[Any]
) -> None:
    since, until = NOON - timedelta(days=2), NOON
    for times, plate in ((2, "TWO1234"), (3, "THR1234")):
        for number in range(times):
            asked(database, superuser, since + timedelta(hours=number), plate, actor=person("kim"), purpose="theft")
    for at in (since - timedelta(seconds=1), until):  # neither is in the span
        asked(database, superuser, at, actor=person("pat"), purpose="theft")
    asked(database, superuser, since, action=Action.REFUSED, why_refused="the purpose says nothing", refused="search")
    found = review_audit(LEE, database, here, since, until, WHY, (12, 14))
    assert (found.since, found.until, found.back_to) == (since, until, until - timedelta(days=90))
    assert [(one.plate, one.times) for one in found.repeats] == [("THR1234", 3)]
    assert [(one.person, one.times, one.at_night) for one in found.nights] == [("kim", 5, 4)]
    assert [(one.said.person, one.why) for one in found.vague] == [("kim", "the purpose is one word")]
    assert [(one.person, one.why, one.times) for one in found.refusals] == [("lee", "the purpose says nothing", 1)]
    (row,) = audit_entries(database, AuditFilter(action=Action.REVIEW_AUDIT))
    assert (row.actor, row.purpose, row.case_number) == (LEE, WHY, None)
    assert row.details == {"since": utc(since), "until": utc(until), "off_hours": [12, 14]}
    assert row.results == 4
    long = review_audit(LEE, database, here, until - timedelta(days=200), until, WHY)
    assert long.back_to == long.since


def test_whatever_is_asked_of_vehicles_counts_and_nothing_else(
    database: Database, here: Settings, superuser: psycopg.Connection[Any]
) -> None:
    lookups = (
        *("search", "historical", "view_revisions", "query", "view_preserved", "view_passes", "run_analysis"),
        *("open_result", "export", "make_evidence"),
    )
    for action in (*lookups, "view_alert", "match", "preserve", "correct_read", "save_search", "try_entry"):
        for number in range(3):
            asked(database, superuser, NOON - timedelta(hours=number), f"A{action}", action=Action(action))
    found = {(one.person, one.plate, one.times) for one in reviewed(database, here).repeats}
    assert found == {("lee", f"A{action}", 3) for action in lookups}
