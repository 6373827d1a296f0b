"""Which plates and pictures end by a time, and which are held for another reason, wherever they stand."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from psycopg.types.json import Jsonb

from storage.database import Connection, Database
from storage.remains import samples
from storage.remains.samples import expiring_message_texts, expiring_pictures, expiring_texts, held_texts
from tests.integration.alerts.records import ReadRecord, Records
from tests.integration.storage.samples import activate, sample_entry, sample_id, sample_read

CUTOFF = datetime(2026, 11, 20, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
AGES = (-TICK, timedelta(0), TICK)
"""One of them ends."""


def _revision(on: Connection, read_id: UUID, at: datetime, content: dict[str, str]) -> None:
    on.execute(
        "insert into read_revisions (read_id, is_final, revision, captured_at, content) values (%s, false, 1, %s, %s)",
        [read_id, at, Jsonb(content)],
    )


def _correction(on: Connection, at: datetime, plate: str, canonical: str) -> None:
    on.execute(
        "insert into read_corrections (read_id, captured_at, plate, canonical, reason, corrected_by)"
        " values (gen_random_uuid(), %s, %s, %s, 'x', 'lee')",
        [at, plate, canonical],
    )


def _returned(on: Connection, at: datetime, plate: str, payload: str = "", said: UUID | None = None) -> None:
    on.execute(
        "insert into returned_dispositions (disposition_id, agency_id, agreement_id, hotlist_id, plate, payload,"
        " noted_at) values (coalesce(%s, gen_random_uuid()), 'suffolk', 'one', 'stolen', %s, %s, %s)",
        [said, plate, payload, at],
    )


def _refused(on: Connection, at: datetime, body: bytes) -> None:
    on.execute(
        "insert into refused_dispositions (agreement_id, member_id, member_name, topic, reason, body, digest,"
        " received_at) values ('one', 'suffolk', 'Suffolk', 't', 'x', %s, %s, %s)",
        [body, body, at],
    )


def _quarantined(on: Connection, at: datetime, body: bytes, quarantined_at: datetime | None = None) -> None:
    on.execute(
        "insert into quarantined_messages (source_id, vendor, received_at, quarantined_at, reason, content_type,"
        " headers, path, body, digest) values ('axis', 'axis', %s, %s, 'x', '', '{}', '', %s, %s)",
        [at, quarantined_at or at, body, body],
    )


def _preserved(on: Connection, read_id: UUID, content: dict[str, str], revisions: list[Any], *keys: str) -> None:
    on.execute(
        "with request as (insert into preservations (asked_by, form, case_number, reason, law, entered_by, until_at)"
        " values ('x', 'x', '7', 'x', 'x', 'lee', '2030-01-01') returning preservation_id)"
        " insert into preserved_reads select preservation_id, %s, now(), %s, %s, '[]', %s from request",
        [read_id, Jsonb(content), Jsonb(revisions), list(keys)],
    )


def _body(plate: str) -> bytes:
    return json.dumps({"plate": plate}).encode()


def test_what_is_older_than_the_cutoff_ends(database: Database) -> None:
    reads = [
        replace(sample_read(number, f"AO{number}READ"), captured_at=CUTOFF + age) for number, age in enumerate(AGES)
    ]
    bare = replace(sample_read(8, "BARE1"), captured_at=CUTOFF - TICK, plate_image_key=None, context_image_key=None)
    Records(database).write([ReadRecord(read) for read in (*reads, bare)])
    kept = "2026/11/20/gate/kept.jpg"
    with database.as_owner() as on:
        for number, age in enumerate(AGES):
            _revision(
                on,
                sample_id("read", 20 + number),
                CUTOFF + age,
                {"plate": f"RO{number}", "canonical": f"R0{number}", "context_image_key": f"revision-{number}"},
            )
            _correction(on, CUTOFF + age, f"CO{number}", f"C0{number}")
            _returned(on, CUTOFF + age, f"n-alert {number}")
            alert, said = sample_id("alert", number), sample_id("said", number)
            on.execute(
                "insert into alerts (alert_id, hit_id, captured_at, tier, payload)"
                " values (%s, gen_random_uuid(), %s, 'exact', '{\"type\": \"alert\"}')",
                [alert, CUTOFF + age],
            )
            on.execute(
                "insert into dispositions (disposition_id, alert_id, number, kind, happened_at, person, actor, via,"
                " origin, agency_id, surface, despite) values (%s, %s, 1, 'seen', now(), 'l', 'l', 'password', '', '',"
                " 'console', '[]')",
                [said, alert],
            )
            _returned(on, CUTOFF + timedelta(days=1), f"said {number}", _body(f"SENT{number}").decode(), said)
            _returned(on, CUTOFF - timedelta(days=1), f"late {number}", said=sample_id("none", number))
            _refused(on, CUTOFF + age, _body(f"REF{number}"))
            _quarantined(on, CUTOFF + age, _body(f"REC{number}"), CUTOFF + timedelta(days=1))
            _quarantined(on, CUTOFF + timedelta(days=1), _body(f"QUA{number}"), CUTOFF + age)
        _revision(on, sample_id("read", 30), CUTOFF - TICK, {"plate_image_key": kept})
        _preserved(on, sample_id("read", 30), {}, [], kept)
    # What goes back ends with its alert, and without one it ends, too.
    late = {f"LATE{number}" for number in range(3)} | {f"NALERT{number}" for number in range(3)}
    expected = {"AO0READ", "A00READ", "RO0", "R00", "CO0", "C00", "SAID0", "BARE1"} | late
    assert expiring_texts(database, CUTOFF, 100) == expected
    assert len(expiring_texts(database, CUTOFF, 3)) <= 3
    assert sorted(expiring_pictures(database, CUTOFF, 100)) == sorted(
        [str(reads[0].plate_image_key), str(reads[0].context_image_key), "revision-0"]
    )
    assert len(expiring_pictures(database, CUTOFF, 2)) == 2
    assert expiring_message_texts(database, CUTOFF, 100) == {"REF0", "REC0", "QUA0", "SENT0"}
    assert len(expiring_message_texts(database, CUTOFF, 2)) == 2


def _listed(on: Connection) -> None:
    on.execute("update hotlist_entries set plate = 'list-ed 1'")


def _search(on: Connection) -> None:
    on.execute(
        "insert into saved_searches (name, asked, purpose, case_number, case_key, warrant, saved_by, ends_at) values"
        " ('of nam001', '{\"pattern\": \"ask001\"}', 'theft of pur001', 'cas001-7', 'x', 'w war001', 'lee',"
        " '2030-01-01')"
    )


def _analysis(on: Connection) -> None:
    on.execute(
        "with asked as (insert into analyses (kind, question, requested_by) values ('convoy', '{}', 'lee')"
        " returning analysis_id) insert into analysis_results (analysis_id, number, plates, content, captured_at)"
        " select analysis_id, 1, '{AN1,AN2}', '{}', now() from asked"
    )


def _given(on: Connection) -> None:
    on.execute("insert into agreements (agreement_id) values ('suffolk')")
    on.execute(
        "insert into disseminations (outcome, kind, agreement_id, version, members, plate, why)"
        " values ('given', 'alert', 'suffolk', 1, '[]', 'gi-ven 1', 'x')"
    )


def _audited(on: Connection) -> None:
    on.execute(
        "insert into audit (actor, via, origin, agency_id, action, details)"
        " values ('l', 'password', '', '', 'search', '{\"plates\": {\"aud001\": 2}}')"
    )


def _each(put: Callable[[Connection, datetime, bytes], None], on: Connection, bodies: list[bytes]) -> None:
    for body in bodies:
        put(on, CUTOFF, body)
    # A row that is written again lies behind the others.
    for table, number in (("quarantined_messages", "message_number"), ("refused_dispositions", "refusal_number")):
        on.execute(f"update {table} set reason = reason where {number} = (select min({number}) from {table})".encode())


def _returned_several(on: Connection) -> None:
    for number in range(5):
        _returned(on, CUTOFF, "re-turned 1", f'{{"seen": "pay00{number}"}}')
    on.execute(
        "update returned_dispositions set hotlist_id = hotlist_id"
        " where return_number = (select min(return_number) from returned_dispositions)"
    )


PLACES: dict[str, tuple[Callable[[Connection], object], set[str]]] = {
    "a revision": (
        lambda on: _revision(on, sample_id("read", 5), CUTOFF, {"plate": "RO1", "canonical": "R01"}),
        {"RO1", "R01"},
    ),
    "a correction": (lambda on: _correction(on, CUTOFF, "CO1", "C01"), {"CO1", "C01"}),
    "results of an analysis": (_analysis, {"AN1", "AN2"}),
    "a preserved read": (
        lambda on: _preserved(
            on, sample_id("read", 6), {"plate": "PO1", "canonical": "P01"}, [{"plate": "PO2", "canonical": "P02"}]
        ),
        {"PO1", "P01", "PO2", "P02"},
    ),
    "a list": (_listed, {"LISTED1"}),
    "what goes back": (_returned_several, {"RETURNED1", *(f"PAY00{n}" for n in range(5))}),
    "what was given": (_given, {"GIVEN1"}),
    "a search that is kept": (_search, {"NAM001", "ASK001", "PUR001", "CAS001", "WAR001"}),
    "the audit": (_audited, {"AUD001"}),
    "what could not be understood": (
        lambda on: _each(_quarantined, on, [_body(f"qua 00{n}") for n in range(5)]),
        {f"QUA00{n}" for n in range(5)},
    ),
    "what was refused": (
        lambda on: _each(_refused, on, [_body(f"ref00{n}") for n in range(5)]),
        {f"REF00{n}" for n in range(5)},
    ),
}


def test_a_plate_is_held_wherever_it_stands(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "_MESSAGES_AT_ONCE", 2)
    Records(database).write([ReadRecord(sample_read(0, "AO1READ"))])
    activate(database, [sample_entry(0)])
    sought = {"AO1READ", "A01READ", "WAI001", "ELSEWHERE"}.union(*(texts for _, texts in PLACES.values()))
    held = {"AO1READ", "A01READ"}
    assert held_texts(database, sought) == held
    for place, (put, texts) in PLACES.items():
        with database.as_owner() as on:
            put(on)
        found = held_texts(database, sought)
        assert found == held | texts, place
        held = found
    assert held_texts(database, sought, [b"nothing", _body("wai-001")]) == held | {"WAI001"}
    assert held_texts(database, {"R01", "ELSEWHERE"}) == {"R01"}
    assert held_texts(database, set()) == set()
