"""What the database refuses whoever asks: rows that stand there already, that belong to nothing, and that cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors

from tests.integration.conftest import TEMPLATE, DatabaseServer
from tests.integration.storage.rows_of_versions import fill

REPEATED = [
    *("ended_pictures", "plate_dictionary", "hits", "alerts", "alert_chains", "outbox", "dead_letters", "deliveries"),
    *("dispositions", "alert_findings", "alert_rules", "alert_changes", "alert_storms", "alarms", "hotlists"),
    *("hotlist_versions", "hotlist_withdrawals", "hotlist_holds", "hotlist_feeds", "historical_progress"),
    *("finished_items", "source_rejects", "camera_states", "camera_hours", "camera_pictures", "added_cameras", "cars"),
    *("car_list_editions", "car_sign_ons", "car_answers", "car_notes", "quarantined_messages", "audit", "audit_seals"),
    *("audit_checkpoints", "audit_segments", "people", "passkeys", "sign_in_links", "sessions", "api_tokens"),
    *("sign_in_failures", "sign_in_questions", "stops", "preservations", "preserved_reads", "agreements"),
    *("agreement_versions", "disseminations", "asked_questions", "read_offers", "shared_reads", "shared_lists"),
    *("returned_dispositions", "foreign_dispositions", "refused_dispositions", "disposition_offsets", "analyses"),
    *("analysis_results", "saved_searches", "read_corrections", "read_revisions", "reads", "hotlist_entries"),
]
"""Every table whose rows have a name or number of their own: what is sent or written twice stands there once."""

UNNAMED = {
    *("hotlist_revision", "audit_retention", "alert_routing", "sharing_progress"),  # one row each, tried below
    *("audit_unsealed", "held_messages"),  # of the audit's rows and of storms
    *("hotlist_rejects", "schema_migrations"),
}

FROM_ANOTHER = "with one as (select * from {0}) insert into {0} ({1}) select {2} from one"
"""A second row that differs from the first in all but what must not stand there twice."""
SECOND = {
    "a message of an alert": (
        "outbox",
        "alert_id, topic, key, headers, payload",
        "alert_id, topic, 'another', '[]', ''",
    ),
    "a dead letter of an alert": (
        "dead_letters",
        "outbox_id, alert_id, topic, key, headers, payload, created_at, reason",
        "outbox_id + 1, alert_id, topic, 'another', '[]', '', now(), 'x'",
    ),
    "an alert by its id": (
        "alerts",
        "alert_id, hit_id, captured_at, tier, payload",
        "alert_id, gen_random_uuid(), now(), tier, '{}'",
    ),
    "an alert's number": (
        "alerts",
        "alert_id, hit_id, captured_at, tier, payload, alert_number",
        "gen_random_uuid(), hit_id, now(), tier, '{}', alert_number",
    ),
    "a standing alarm": (
        "alarms",
        "alarm_id, kind, subject, message, raised_at",
        "gen_random_uuid(), kind, subject, 'x', now()",
    ),
    "a standing storm": ("alert_storms", "kind, subject, expected, most", "kind, subject, 2.0, 7"),
    "what was said of an alert by its number": (
        "dispositions",
        "disposition_id, alert_id, number, kind, happened_at, person, actor, via, origin, agency_id, surface",
        "gen_random_uuid(), alert_id, number, 'seen', now(), 'kim', 'kim', via, origin, agency_id, surface",
    ),
    "what others said of an alert by its number": (
        "foreign_dispositions",
        "disposition_id, agreement_id, version, member_id, member_name, hotlist_id, entry_id, alert_id, number, kind,"
        " said_at, person, standing, is_canceled, words, digest",
        "gen_random_uuid(), agreement_id, version, member_id, 'x', hotlist_id, entry_id, alert_id, number, 'x',"
        " now(), 'x', 'x', true, 'x', ''",
    ),
    "a refused message": (
        "refused_dispositions",
        "agreement_id, member_id, member_name, topic, reason, body, digest",
        "'x', 'x', 'x', topic, 'x', 'x', digest",
    ),
    "a message that could not be understood": (
        "quarantined_messages",
        "source_id, vendor, received_at, quarantined_at, reason, content_type, headers, path, body, digest",
        "source_id, 'x', received_at, now(), 'x', 'x', '{}', 'x', 'x', digest",
    ),
    "a person by name": ("people", "name, agency_id, roles, added_by", "name, 'other', '{}', 'x'"),
    "a session's secret": (
        "sessions",
        "digest, person_id, via, origin, ends_at",
        "digest, person_id, 'x', 'x', now()",
    ),
    "a token's secret": (
        "api_tokens",
        "digest, person_id, label, scopes, made_by, ends_at",
        "digest, person_id, 'x', '{}', 'x', now()",
    ),
    "a row of the audit under two seals": (
        "audit_seals",
        "position, audit_id, segment, happened_at, digest, link",
        "position + 1, audit_id, 'x', now(), '', ''",
    ),
    "what was given under an agreement": (
        "disseminations",
        "outcome, kind, agreement_id, version, members, item_id, why",
        "outcome, 'x', agreement_id, 2, '[]', item_id, 'x'",
    ),
}

FOR_NOBODY = [
    "insert into hotlist_rejects (version_id, line, reason, raw) values (0, 1, 'x', 'x')",
    "update hotlist_versions set hotlist_id = 'none'",
    "update hotlist_versions set restored_version = 0",
    "update hotlists set active_version = 0",
    "delete from hotlist_versions",
    "update alert_chains set alert_id = gen_random_uuid()",
    "insert into held_messages (alert_id, storm_number, topic, key, headers, payload)"
    " values (gen_random_uuid(), 0, 'x', 'x', '[]', '')",
    "insert into agreement_versions (agreement_id, version, document, starts_at, ends_at, widens, proposed_by)"
    " values ('none', 1, '{}', now(), now(), '{}', 'lee')",
    "update agreements set active_version = 9",
    "update outbox set agreement_id = 'none'",
    "update shared_lists set agreement_id = 'none'",
    "update passkeys set person_id = 0",
    "update sign_in_links set person_id = 0",
    "update sessions set person_id = 0",
    "update api_tokens set person_id = 0",
    "update preserved_reads set preservation_id = 0",
    "update analysis_results set analysis_id = 0",
    "delete from people",
]
"""Rows of a list, an alert, a storm, an agreement, a person, a request and a question that are not there."""

ALLOWED = [
    "update stops set record_id = 'ABCDEF-12345', ori = 'VA0000000', age = 0",
    "update stops set location = repeat('x', 45), age = 120",
    "update stops set followed_notification = true, notification_reason = 'x'",
    "update added_cameras set camera_id = 'a' || repeat('-', 62), login_user = 'x', login_password = 'y'",
    "update added_cameras set camera_id = '7', login_user = 'x', login_password = null",
    "update camera_pictures set picture = convert_to(repeat('x', 65536), 'UTF8')",
    "update cars set car_id = 'a' || repeat('_', 62), revoked_at = now(), revoked_by = 'lee'",
    "update cars set report = '{}', reported_at = now()",
    "update car_list_editions set edition = 2, base = 1",
    "update car_sign_ons set expires_at = granted_at + interval '1 microsecond'",
    "update car_answers set state = 'taken', number = 1",
    *(f"update car_answers set state = '{state}'" for state in ("waiting", "same", "conflict", "refused")),
    "update reads set fix_age = 0, camera_speed = 0",
    "update alert_storms set kind = 'entry'",
    "update agreement_versions set approved_by = 'kim', approved_at = now(), proposed_by = proposed_by",
    "update agreements set ended_at = now(), ended_by = 'lee'",
]
CANNOT_BE = [
    *("update stops set record_id = ''", "update stops set record_id = 'ABCDEFGHIJ123'"),
    *("update stops set record_id = 'r-1'", "update stops set record_id = 'R 1'"),
    *("update stops set ori = 'VA000000'", "update stops set ori = 'VA00000000'", "update stops set ori = 'va0000000'"),
    *("update stops set location = ''", "update stops set location = repeat('x', 46)"),
    *("update stops set location = 'Main, St'", "update stops set age = -1", "update stops set age = 121"),
    "update stops set followed_notification = true",
    "update stops set notification_reason = 'x'",
    *(f"update added_cameras set camera_id = {name}" for name in ("''", "'-a'", "'A'", "'a b'", "repeat('a', 64)")),
    "update added_cameras set login_password = 'y'",
    "update camera_pictures set picture = convert_to(repeat('x', 65537), 'UTF8')",
    *(f"update cars set car_id = {name}" for name in ("''", "'_a'", "'A'", "'a.b'", "repeat('a', 64)")),
    "update cars set camera_ids = '{}'",
    "update cars set token_sha256 = convert_to(repeat('x', 31), 'UTF8')",
    "update cars set token_sha256 = convert_to(repeat('x', 33), 'UTF8')",
    *("update cars set revoked_at = now()", "update cars set revoked_by = 'lee'"),
    *("update cars set report = '{}'", "update cars set reported_at = now()"),
    *("update car_list_editions set base = edition", "update car_list_editions set base = -1"),
    "update car_list_editions set edition = 0, base = -1",
    "update car_sign_ons set expires_at = granted_at",
    *("update car_answers set state = 'taken'", "update car_answers set number = 1"),
    "update car_answers set state = 'lost'",
    *("update reads set fix_age = -0.1", "update reads set camera_speed = -0.1"),
    "update alert_storms set kind = 'list'",
    *("update agreements set ended_at = now()", "update agreements set ended_by = 'lee'"),
    "update agreement_versions set approved_at = now()",
    "update agreement_versions set approved_by = 'kim'",
    "insert into audit_seals values (0, 99, 'x', now(), '', '')",
    "insert into audit_checkpoints values (0, 'x', 1, '{}', '', 'k')",
    "insert into audit_retention values (false, '1 day')",
    *(f"insert into {table} values (false, 1)" for table in ("hotlist_revision", "alert_routing", "sharing_progress")),
    "update foreign_dispositions set number = 0",
    "insert into dispositions (disposition_id, alert_id, number, kind, happened_at, person, actor, via, origin,"
    " agency_id, surface) values (gen_random_uuid(), gen_random_uuid(), 0, 'x', now(), 'x', 'x', 'x', 'x', 'x', 'x')",
    # One person proposes what an agreement grants more, another one approves it.
    "insert into agreement_versions select agreement_id, 2, document, starts_at, ends_at, '{alerts}', 'lee', now(),"
    " 'lee', now() from agreement_versions",
]
"""What no program checks but the last one: a car without cameras, an answer that was taken and has no number."""

KEPT = [
    ("update audit set actor = 'x'", "the audit is append-only"),
    ("update disseminations set why = 'x'", "the audit is append-only"),
    ("update audit_seals set link = ''", "the audit is append-only"),
    ("update dispositions set note = 'x'", "dispositions are append-only"),
    ("update read_revisions set content = '{}'", "revisions of reads are append-only"),
    ("update read_corrections set plate = 'x'", "corrections of reads are append-only"),
    ("delete from agreement_versions", "agreements are ended, not deleted"),
    *(
        (f"update agreement_versions set {change}", "is approved once and changed never")
        for change in (
            *("document = '{\"grants\": []}'", "starts_at = starts_at - interval '1 day'", "widens = '{x}'"),
            *(
                "ends_at = ends_at + interval '1 day'",
                "proposed_by = 'kim'",
                "proposed_at = proposed_at - interval '1 s'",
            ),
        )
    ),
]


NEVER_MISSING = {
    "who": "actor via origin agency_id person surface added_by entered_by asked_by saved_by requested_by "
    "proposed_by corrected_by withdrawn_by recorded_by made_by",
    "when": "happened_at captured_at first_seen last_seen created_at added_at activated_at made_at entered_at "
    "asked_at saved_at requested_at proposed_at corrected_at withdrawn_at recorded_at received_at "
    "raised_at held_at began_at starts_at ends_at until_at expires_at granted_at said_at planned_at "
    "due_at failed_at changed_at found_at noted_at stored_at token_at",
    "what": "action read_id hit_id alert_id entry_id hotlist_id camera_id car_id disposition_id analysis_id "
    "person_id query_id digest plate canonical confidence characters tier score explanation category kind "
    "state status standing document payload body topic key headers reason law case_number purpose roles "
    "scopes definition token_sha256 signature key_id link happened_at widens terms members is_final is_on "
    "is_whole is_canceled with_plate",
}
"""What of a row is never left out, whichever table it stands in."""
MAY_BE_MISSING = {
    # Where a vendor's message is not kept, nothing was alerted, or nobody had to say so.
    *("reads.payload", "hits.alert_id", "deliveries.reason", "hotlist_versions.reason", "hotlist_versions.made_by"),
    *(f"{table}.case_number" for table in ("alert_findings", "analyses", "audit", "disseminations", "hotlist_entries")),
    *(f"{table}.purpose" for table in ("analyses", "audit", "disseminations")),
    *("disseminations.plate", "disseminations.asked_by"),
}


@pytest.fixture(scope="module")
def filled(database_server: DatabaseServer) -> Iterator[psycopg.Connection[Any]]:
    """The owner's connection to a database with a row in every table: nobody may more."""
    database_server.create("constraints", TEMPLATE)
    with psycopg.connect(database_server.owner_url("constraints")) as connection:
        fill(connection, 1)
        connection.commit()
        yield connection
    database_server.drop("constraints")


@pytest.fixture
def owner(filled: psycopg.Connection[Any]) -> Iterator[psycopg.Connection[Any]]:
    """That connection; nothing of what a test does with it stays."""
    with filled.transaction(force_rollback=True):
        yield filled


def refused(connection: psycopg.Connection[Any], statement: str) -> type[Exception] | None:
    """Return why a statement is refused, at the latest at the transaction's end; None where it is taken."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(statement.encode())
            connection.execute("set constraints all immediate")
    except psycopg.Error as error:
        return type(error)
    return None


def test_what_stands_there_does_not_stand_there_twice(owner: psycopg.Connection[Any]) -> None:
    again = {table: f"insert into {table} overriding system value (select * from {table})" for table in REPEATED}
    generated = owner.execute(
        "select table_name, string_agg(quote_ident(column_name), ', ') from information_schema.columns"
        " where table_schema = 'public' and is_generated = 'NEVER' group by table_name"
    ).fetchall()
    tables = owner.execute(
        "select relname from pg_class where relnamespace = 'public'::regnamespace"
        " and relkind in ('r', 'p') and not relispartition"
    ).fetchall()
    assert {table for (table,) in tables} - UNNAMED == again.keys(), "a new table gets its line above"
    for table, columns in generated:
        if table in again:
            again[table] = f"insert into {table} ({columns}) overriding system value select {columns} from {table}"
    again |= {kind: FROM_ANOTHER.format(*row) for kind, row in SECOND.items()}
    assert {
        kind: found for kind, one in again.items() if (found := refused(owner, one)) is not errors.UniqueViolation
    } == {}


def test_nothing_belongs_to_what_is_not_there(owner: psycopg.Connection[Any]) -> None:
    found = {one: refused(owner, one) for one in FOR_NOBODY}
    assert {one: error for one, error in found.items() if error is not errors.ForeignKeyViolation} == {}


def test_what_cannot_be_is_refused_and_what_is_on_the_limit_is_taken(owner: psycopg.Connection[Any]) -> None:
    assert {one: error for one in ALLOWED if (error := refused(owner, one)) is not None} == {}
    assert {one: error for one in CANNOT_BE if (error := refused(owner, one)) is not errors.CheckViolation} == {}


def test_who_did_what_and_when_is_never_left_out(owner: psycopg.Connection[Any]) -> None:
    found = owner.execute(
        "select table_name || '.' || column_name from information_schema.columns where table_schema = 'public'"
        " and is_nullable = 'YES' and is_generated = 'NEVER' and column_name = any(%s)"
        " and table_name in (select relname from pg_class where not relispartition)",
        [" ".join(NEVER_MISSING.values()).split()],
    )
    assert {name for (name,) in found} == MAY_BE_MISSING


def test_what_was_decided_stays_whoever_changes_it(owner: psycopg.Connection[Any]) -> None:
    for statement, why in KEPT:
        with pytest.raises(errors.RaiseException, match=why), owner.transaction():
            owner.execute(statement.encode())
    owner.execute("update agreement_versions set approved_by = 'kim', approved_at = now()")
    owner.execute("update agreements set ended_at = now(), ended_by = 'lee', end_reason = 'x'")
    owner.execute("update agreements set rights_taken_at = now()")
    for statement in ("agreement_versions set approved_by = 'lee'", "agreements set ended_at = null, ended_by = null"):
        with pytest.raises(errors.RaiseException), owner.transaction():
            owner.execute(f"update {statement}".encode())


def test_what_is_said_of_an_alert_ends_with_it_and_what_a_request_keeps_with_the_request(
    owner: psycopg.Connection[Any],
) -> None:
    fill(owner, 2)
    owner.execute(
        "insert into held_messages (alert_id, storm_number, topic, key, headers, payload)"
        " select alert_id, storm_number, 'x', 'x', '[]', '' from alerts, (select min(storm_number) as storm_number"
        " from alert_storms) as storm"
    )
    # Neither what is counted afterwards nor what waits to be sent ends with it.
    ends = ["alert_chains", "alert_changes", "dispositions", "deliveries", "held_messages", "preserved_reads"]
    ends.append("analysis_results")
    stays = ["alert_findings", "outbox", "dead_letters", "hits", "car_answers", "foreign_dispositions"]
    for statement in (
        "delete from alerts where insert_number = (select min(insert_number) from alerts)",
        "delete from preservations where preservation_id = (select min(preservation_id) from preservations)",
        "delete from analyses where analysis_id = (select min(analysis_id) from analyses)",
    ):
        owner.execute(statement.encode())
    left = {table: owner.execute(f"select count(*) from {table}".encode()).fetchone() for table in ends + stays}
    assert left == dict.fromkeys(ends, (1,)) | dict.fromkeys(stays, (2,))


def test_what_nobody_said_is_what_is_so_of_most(owner: psycopg.Connection[Any]) -> None:
    """A rule is off, a delivery waits, an alert is open, a report is final: until somebody says otherwise."""
    said: dict[str, dict[str, object]] = {
        "alerts": {"status": "open"},
        "alert_rules": {"is_on": False},
        "deliveries": {"attempts": 0, "state": "waiting"},
        "hotlist_feeds": {"message": "", "failures": 0, "dated_by_file": False, "remote": {}},
        "alert_chains": {"suspected_cameras": []},
        "people": {"full_name": "", "authenticator_step": 0},
        "passkeys": {"sign_count": 0, "label": ""},
        "cars": {"name": "", "version": 1},
        "preservations": {"renewals": 0, "reads": 0},
        "refused_dispositions": {"times": 1},
        "disseminations": {"terms": {}},
        "analysis_results": {"openings": {}},
        "reads": {"confidence_is_known": True, "is_retransmission": False},
    }
    for table, values in said.items():
        row = owner.execute(f"select to_jsonb({table}) from {table}".encode()).fetchone()
        assert row is not None
        assert {name: row[0][name] for name in values} == values, table
    bare = "read_id, captured_at, first_seen, last_seen, camera_id, agency_id, plate, canonical, confidence, characters"
    bare += ", frame_count, track_number, source_name, source_version"
    owner.execute(
        f"insert into reads ({bare}) select {bare.replace('read_id', 'gen_random_uuid()', 1)} from reads".encode()
    )
    owner.execute(
        "insert into car_answers (answer_id, car_id, alert_id, person, unit, said_at, body)"
        " select gen_random_uuid(), car_id, alert_id, person, unit, said_at, body from car_answers"
    )
    read = owner.execute("select revision, is_final, dated_by from reads where lane is null").fetchall()
    assert read == [(0, True, "source")]
    assert owner.execute("select why, number from car_answers where state = 'waiting'").fetchall() == [("", None)]


def test_what_ends_is_older_than_what_the_owner_keeps_to_the_day(owner: psycopg.Connection[Any]) -> None:
    owner.execute("update audit_retention set keep = '730 days'")
    for table, columns in (
        ("audit", "actor, via, origin, agency_id, action"),
        ("disseminations", "outcome, kind, agreement_id, version, members, why"),
    ):
        for days in (729, 730, 731):
            owner.execute(
                f"insert into {table} (happened_at, {columns}) select now() - interval '{days} days', {columns}"
                f" from {table} limit 1".encode()
            )
        assert owner.execute(f"select purge_{table}('infinity')".encode()).fetchone() == (1,)
        assert owner.execute(f"select purge_{table}(now() - interval '731 days')".encode()).fetchone() == (0,)
        assert owner.execute(f"select count(*) from {table}".encode()).fetchone() == (3,)


def test_the_seals_of_a_month_go_once_it_is_closed_and_over(owner: psycopg.Connection[Any]) -> None:
    drop = "select drop_audit_segment('2026-01', 'it is over', 'signed', 'key')"
    with pytest.raises(errors.RaiseException, match="the month 2026-01 of the audit is not over"), owner.transaction():
        owner.execute(drop)
    owner.execute("delete from audit_seals")
    with pytest.raises(errors.RaiseException, match="is not closed, or was dropped before"), owner.transaction():
        owner.execute(drop)
    owner.execute("insert into audit_segments values ('2026-01', '{}', '', 'k')")
    owner.execute(
        "insert into audit_seals select number, number + 900, month, now() - interval '731 days', '', ''"
        " from (values (1, '2026-01'), (2, '2026-01'), (3, '2026-02')) as seal (number, month)"
    )
    assert owner.execute(drop).fetchone() == (2,)
    kept = owner.execute(
        "select purge_document, purge_signature, purge_key_id from audit_segments order by segment desc"
    )
    assert kept.fetchone() == ("it is over", b"signed", "key")
    assert owner.execute("select position from audit_seals").fetchall() == [(3,)]
    assert owner.execute("select count(*) from audit_checkpoints where segment = '2026-01'").fetchone() == (0,)
