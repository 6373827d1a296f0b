"""Rows of the audit as records and as a table, whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from operations.audit.rows import csv_lines, row_record, surface_of
from schemas.actor import Actor, SignIn
from schemas.audit import Action
from storage.audit.reader import AuditEntry

KIM = Actor("kim", SignIn.TOKEN, "192.0.2.7, token 3", "portsmouth-pd")
DETAILS = {"pattern": "ABC1234", "cameras": ["gate", "bridge"], "note": "se\u00f1ora"}
ROW = AuditEntry(7, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), KIM, Action.SEARCH, "=stolen, 1", "26-117", DETAILS, 0)


def test_a_record_has_all_of_a_row() -> None:
    assert row_record(ROW) == {
        "audit_id": 7,
        "happened_at": "2026-01-02T03:04:05Z",
        "actor": "kim",
        "kind": "api",
        "via": "token",
        "origin": "192.0.2.7, token 3",
        "agency_id": "portsmouth-pd",
        "action": "search",
        "purpose": "=stolen, 1",
        "case_number": "26-117",
        "details": DETAILS,
        "results": 0,
    }


def test_a_table_has_the_heading_first_and_a_line_for_each() -> None:
    heading, line = csv_lines([ROW])
    assert heading == (
        "audit_id,happened_at,actor,kind,via,origin,agency_id,action,purpose,case_number,plate,cameras,results,details"
        "\r\n"
    )
    details = '"{""pattern"": ""ABC1234"", ""cameras"": [""gate"", ""bridge""], ""note"": ""se\u00f1ora""}"'
    assert line == (
        f'7,2026-01-02T03:04:05Z,kim,api,token,"192.0.2.7, token 3",portsmouth-pd,search,"\'=stolen, 1",26-117,'
        f"ABC1234,gate bridge,0,{details}\r\n"
    )


def test_every_way_in_is_somebodys_kind_and_place() -> None:
    """Who did it and where: what an auditor counts by, and what the review leaves out as no person's."""
    told = {
        "local_user": ("person", "command line"),
        "service": ("rule", "service"),
        "agreement": ("federation", "agreement"),
        "password": ("person", "console"),
        "passkey": ("person", "console"),
        "single_sign_on": ("person", "console"),
        "link": ("person", "console"),
        "token": ("api", "API"),
        "car": ("person", "car"),
    }
    rows = {via: replace(ROW, actor=Actor("kim", via, "desk", "portsmouth-pd")) for via in SignIn}
    assert {via.value: (row_record(row)["kind"], surface_of(row)) for via, row in rows.items()} == told
