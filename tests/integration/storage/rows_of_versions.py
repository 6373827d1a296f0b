"""Rows that fit the schema of any time: what one vehicle, list and person leave, cut to the tables and columns then.

A column that a migration adds gets a value here, and a table a row; `put` leaves out what a schema does not have yet.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from alerts.build import build_alert
from schemas.convert import read_to_event
from tests.unit.alerts.samples import sample_entry, sample_hit, sample_read

NAMESPACE = UUID("6f1f5f1a-6b2e-4b7e-9a53-2f5a1f6f0a12")
OLD_ALERT = json.loads((Path(__file__).parents[2] / "data" / "released" / "before-0016" / "alert.v1.json").read_text())
"""The schema of alerts before the migration 0016."""


def plate_of(number: int) -> str:
    return f"UPG{number + 1000}"


def list_of(number: int) -> str:
    return f"list-{number}"


def id_of(kind: str, number: int) -> UUID:
    return uuid5(NAMESPACE, f"{kind} {number}")


def fill(connection: psycopg.Connection[Any], number: int) -> None:
    """Add a row to every table that the schema has, in the name of a version."""
    moment = datetime.now(UTC) - timedelta(hours=number)
    rows = _Rows(connection, number, moment)
    rows.reads()
    if rows.has("hotlists"):
        rows.lists()
    if rows.has("alerts"):
        rows.hits()
    rows.sources()
    rows.people()
    rows.sharing()


class _Rows:
    def __init__(self, connection: psycopg.Connection[Any], number: int, moment: datetime) -> None:
        self._connection = connection
        self._number = number
        self._moment = moment
        self._plate = plate_of(number)
        self._list = list_of(number)
        self._id = lambda kind: id_of(kind, number)
        self._types: dict[str, dict[str, str]] = {}
        for table, column, kind in connection.execute(
            "select table_name, column_name, data_type from information_schema.columns "
            "where table_schema = current_schema() and is_generated = 'NEVER'"
        ):
            self._types.setdefault(str(table), {})[str(column)] = str(kind)

    def has(self, table: str) -> bool:
        """Whether the schema has a table."""
        return table in self._types

    def put(self, table: str, **values: Any) -> None:
        """Insert a row with those of its columns that the schema has."""
        known = self._types.get(table)
        if known is None:
            return
        fitting = {name: self._value(known[name], value) for name, value in values.items() if name in known}
        columns = sql.SQL(", ").join(map(sql.Identifier, fitting))
        places = sql.SQL(", ").join(sql.Placeholder() * len(fitting))
        statement = sql.SQL("insert into {} ({}) values ({}) on conflict do nothing")
        self._connection.execute(statement.format(sql.Identifier(table), columns, places), list(fitting.values()))

    def _value(self, kind: str, value: Any) -> Any:
        if kind == "jsonb":
            return Jsonb(value)
        if kind == "bytea" and isinstance(value, UUID):
            return value.bytes
        return value

    def reads(self) -> None:
        moment, plate = self._moment, self._plate
        self._connection.execute("select ensure_reads_partition(%s)", [moment.date()])
        read = {
            **{"read_id": self._id("read"), "captured_at": moment, "first_seen": moment, "last_seen": moment},
            **{"camera_id": "gate", "agency_id": "local", "plate": plate, "canonical": plate, "confidence": 0.9},
            "characters": [[one, 0.9, [["8", 0.05]]] for one in plate],
            **{"jurisdiction": "US-VA", "jurisdiction_confidence": 0.8, "latitude": 36.8, "longitude": -76.3},
            **{"frame_count": 3, "track_number": self._number, "box": [1.0, 2.0, 3.0, 4.0]},
            **{"plate_image_key": f"2026/11/20/gate/{self._id('read')}-plate.jpg", "context_image_key": None},
            **{"vehicle": {"color": "BLK"}, "source_name": "platewatch", "source_version": "1", "second_reading": None},
            **{"revision": 2, "is_final": True, "lane": "1", "direction": "north", "speed": 20.5, "vendor": None},
            **{"dated_by": "source", "revised_at": None},
        }
        self.put("reads", **read)
        self.put("plate_dictionary", canonical=plate, last_captured=moment.date())
        earlier = {"revision": 1, "plate": plate, "plate_image_key": None, "stored_at": moment.isoformat()}
        self.put(
            "read_revisions",
            read_id=self._id("read"),
            is_final=False,
            revision=1,
            captured_at=moment,
            content=earlier,
        )
        self.put(
            "saved_searches",
            **{"name": "the gates", "asked": {"pattern": plate}, "purpose": "stolen vehicle", "case_number": "26-7"},
            **{"case_key": "26 7", "saved_by": "lee", "ends_at": self._moment + timedelta(days=30)},
        )
        self.put("analyses", kind="convoy", question={"plate": plate}, requested_by="lee")
        if self.has("analysis_results"):
            self._connection.execute(
                "insert into analysis_results (analysis_id, number, plates, content, captured_at) "
                "select max(analysis_id), 1, '{X}', '{}', %s from analyses",
                [moment],
            )
        self.put(
            "read_corrections",
            read_id=self._id("read"),
            captured_at=moment,
            plate=f"{plate}7",
            canonical=f"{plate}7",
            reason="the picture shows a 7",
            corrected_by="lee",
        )
        self.put("ended_pictures", image_key=f"2026/01/01/gate/{self._id('gone')}-plate.jpg")

    def lists(self) -> None:
        self.put("hotlists", hotlist_id=self._list)
        version = {
            **{"hotlist_id": self._list, "source": "csv", "file_name": "list.csv", "file_sha256": "00ff"},
            **{"as_of": self._moment, "entries": 1, "added": 1, "removed": 0, "changed": 0, "rejected": 1},
            **{"kind": "import", "made_by": None, "reason": None, "rows_read": 2},
        }
        self.put("hotlist_versions", **version)
        row = self._connection.execute("select max(version_id) from hotlist_versions").fetchone()
        assert row is not None
        (version_id,) = row
        entry = {
            **{"entry_id": self._id("entry"), "since_version": version_id, "hotlist_id": self._list},
            **{"digest": UUID(hashlib.blake2b(b"row", digest_size=16).hexdigest()), "plate": self._plate},
            **{"category": "stolen_vehicle", "jurisdiction": "US-VA", "source_entry_id": "V1", "extra": []},
            **{"originating_agency": "VA0010000", "case_number": "26-1", "source_line": 1, "raw": "line"},
        }
        if "list_number" in self._types["hotlists"]:
            self._connection.execute("select make_hotlist_partition(%s)", [self._list])
            self._connection.execute("select attach_hotlist_partition(%s)", [self._list])
        self.put("hotlist_entries", **entry)
        self._connection.execute(
            "update hotlists set active_version = %s where hotlist_id = %s", [version_id, self._list]
        )
        self._connection.execute("update hotlist_revision set revision = revision + 1")
        self.put("hotlist_rejects", version_id=version_id, line=2, reason="no plate", raw="-")
        gone = {"entry_id": self._id("gone"), "hotlist_id": self._list, "digest": self._id("digest")}
        self.put("hotlist_withdrawals", **gone, withdrawn_by="lee", reason="recovered")
        hold = {"hotlist_id": self._list, "source": "csv", "file_name": "next.csv", "file_sha256": "01"}
        self.put("hotlist_holds", **hold, reason="half as large")
        self.put("historical_progress", hotlist_id=self._list, version_id=version_id)
        feed = {"hotlist_id": self._list, "source": "csv", "max_age_hours": 24, "known_since": self._moment}
        self.put("hotlist_feeds", **feed, seen_at=self._moment)

    def hits(self) -> None:
        self.put(
            "hits",
            hit_id=self._id("hit"),
            read_id=self._id("read"),
            captured_at=self._moment,
            entry_id=self._id("entry"),
            hotlist_id=self._list,
            tier="exact",
            score=21.5,
            explanation="plate and state are equal",
            characters=[],
            edit_distance=0,
            second_reader_agrees=True,
            outcome="alerted",
            alert_id=self._id("alert"),
            historical=False,
        )
        alert = {"alert_id": self._id("alert"), "hit_id": self._id("hit"), "captured_at": self._moment, "tier": "exact"}
        self.put("alerts", **alert, payload=self._payload())
        if "insert_number" in self._types["alerts"]:
            self._connection.execute(
                "update alerts set alert_number = nextval('alert_numbers') where alert_number is null"
            )
        message = {"topic": "platewatch.alerts.local.v1", "key": self._plate, "headers": [], "payload": b"{}"}
        self.put("outbox", alert_id=self._id("alert"), **message)
        letter = {"outbox_id": 1_000_000 + self._number, "alert_id": self._id("letter"), "created_at": self._moment}
        self.put("dead_letters", **letter, **message, reason="too large")
        self.put(
            "alert_chains",
            **{"alert_id": self._id("alert"), "hit_id": self._id("hit"), "entry_id": self._id("entry")},
            **{"camera_id": "gate", "opened_at": self._moment, "tier": "exact", "score": 21.5, "confidence": 0.9},
            **{"has_picture": True, "has_second_reading": False, "plates": [self._plate]},
        )

    def _payload(self) -> dict[str, Any]:
        read = sample_read(self._number, self._plate)
        entry = sample_entry(self._plate)._replace(entry_id=self._id("entry"), hotlist_id=self._list)
        alert = build_alert(
            read, sample_hit(read, entry), entry, agency_id="local", created_at=self._moment, plate_picture=None
        )
        payload = json.loads(alert.model_dump_json()) | {"alert_id": str(self._id("alert"))}
        assert payload["read"]["plate"] == read_to_event(read).plate
        return payload if "revision" in self._types["reads"] else _cut(payload, OLD_ALERT)

    def sources(self) -> None:
        item = {"camera_id": "gate", "fingerprint": "1", "captured_at": self._moment}
        self.put("finished_items", name=f"done-{self._number}.jpg", **item)
        self.put("source_rejects", name=f"bad-{self._number}.jpg", **item, reason="is damaged")
        self.put("camera_states", camera_id=f"gate-{self._number}", machine="m", known_since=self._moment)
        if self.has("added_cameras"):
            self.put("added_cameras", camera_id=f"pole-{self._number}", settings={}, added_by="lee")
            self.put("camera_pictures", camera_id=f"pole-{self._number}", taken_at=self._moment, picture=b"x")
        self.put(
            "cars",
            **{"car_id": f"unit-{self._number}", "camera_ids": [f"unit-{self._number}-front"], "added_by": "lee"},
            token_sha256=self._id("token").bytes * 2,
        )
        if self.has("car_list_editions"):
            said = {"edition": 1, "base": 0, "standing": {"ncic": [1, "own:watch"]}, "withdrawn_number": 0}
            self.put("car_list_editions", car_id=f"unit-{self._number}", made_at=self._moment, **said)
        self.put("camera_hours", camera_id=f"gate-{self._number}", hour=self._moment, reads=3)
        self.put(
            "quarantined_messages",
            **{"source_id": "axis", "vendor": "axis", "received_at": self._moment, "quarantined_at": self._moment},
            **{"reason": "no time", "content_type": "text/plain", "headers": {}, "path": "/", "body": b"x"},
            digest=self._id("digest").bytes,
        )
        alarm = {"alarm_id": self._id("alarm"), "kind": "database", "subject": f"m-{self._number}", "message": "away"}
        self.put("alarms", **alarm, raised_at=self._moment)

    def people(self) -> None:
        search = {"searched_at": self._moment, "searched_by": "lee", "pattern": self._plate, "purpose": "missing"}
        self.put("search_audit", **search, case_number="26-7", results=1)
        who = {"actor": "lee", "via": "local_user", "origin": "desk", "agency_id": "local"}
        asked = {"action": "search", "details": {"pattern": self._plate}, "purpose": "missing", "case_number": "26-7"}
        self.put("audit", happened_at=self._moment, **who, **asked, results=1)
        self.accounts()
        place = {"segment": "2026-01", "position": self._number, "document": "{}", "signature": b"x", "key_id": "k"}
        self.put("audit_seals", audit_id=self._number, happened_at=self._moment, digest=b"x", link=b"x", **place)
        self.put("audit_checkpoints", number=self._number, **place)
        self.put("audit_segments", **place | {"segment": f"{1900 + self._number}-01"})
        self.put(
            "dispositions",
            **{"disposition_id": self._id("said"), "alert_id": self._id("alert"), "number": 1, "kind": "acknowledged"},
            **{"happened_at": self._moment, "person": "lee", "surface": "command_line", "despite": []},
            **who,
        )
        self.put("alert_changes", alert_id=self._id("alert"))
        self.put(
            "alert_findings",
            **{"alert_id": self._id("alert"), "entry_id": self._id("entry"), "hotlist_id": self._list},
            **{"category": "stolen_vehicle", "raised_at": self._moment, "standing": "acknowledged"},
            found_at=self._moment,
        )
        rule = {"name": f"rule-{self._number}", "definition": {}, "digest": "x", "added_at": self._moment}
        self.put("alert_rules", **rule, added_by="lee")
        self.put(
            "deliveries",
            **{"delivery_id": self._id("delivery"), "rule": rule["name"], "unit": "", "channel": "log"},
            **{"with_plate": False, "alert_id": self._id("alert"), "first_alert": self._id("alert")},
            planned_at=self._moment,
            due_at=self._moment,
        )
        self.put("alert_storms", kind="camera", subject=f"gate-{self._number}", expected=1.0, most=100)

    def accounts(self) -> None:
        if not self.has("people"):
            return
        self.put("people", name=f"lee{self._number}", agency_id="local", roles=["officer"], added_by="root")
        row = self._connection.execute("select max(person_id) from people").fetchone()
        whose = {"person_id": row and row[0], "digest": self._id("secret")}
        later = self._moment + timedelta(days=3650)
        self.put("passkeys", **whose, credential_id=self._id("key"), public_key=b"k")
        self.put("sign_in_links", **whose, authenticator_secret="x", made_by="root", ends_at=later)
        self.put("sessions", **whose, via="password", origin="desk", ends_at=later)
        self.put("api_tokens", **whose, label="cad", scopes=["alerts"], made_by="lee", ends_at=later)
        self.put("sign_in_failures", subject=f"name:{self._number}", failures=1, first_at=self._moment, ends_at=later)
        self.put("sign_in_questions", digest=self._id("asked"), kind="passkey", content={}, ends_at=later)

    def sharing(self) -> None:
        told = {"jurisdiction_code": "740", "initial_reason": "traffic", "race": "w", "ethnicity": "n", "gender": "f"}
        self.put(
            "stops",
            **{"record_id": f"R-{self._number}", "stopped_on": self._moment, "ori": "VA1234567", "location": "Main St"},
            **{"action_taken": "warning", "is_person_searched": False, "is_vehicle_searched": False},
            **{"followed_notification": False, "recorded_by": "lee"},
            **told,
        )
        kept = {"asked_by": "counsel", "form": "letter", "case_number": "26-7", "reason": "a theft", "law": "a test"}
        self.put("preservations", **kept, entered_by="lee", until_at=self._moment + timedelta(days=90))
        if self.has("preserved_reads"):
            self._connection.execute(
                "insert into preserved_reads select max(preservation_id), %s, %s, '{}', '[]', '[]', '{}' "
                "from preservations",
                [self._id("read"), self._moment],
            )
        name = f"agreement-{self._number}"
        self.put("agreements", agreement_id=name)
        self.put(
            "agreement_versions",
            **{"agreement_id": name, "version": 1, "document": {}, "starts_at": self._moment, "widens": []},
            **{"ends_at": self._moment + timedelta(days=9), "proposed_by": "lee"},
        )
        self.put(
            "disseminations",
            **{"outcome": "given", "kind": "alerts", "agreement_id": name, "version": 1, "members": []},
            **{"item_id": self._id("alert"), "plate": self._plate, "why": "a test"},
        )
        until = self._moment + timedelta(days=1)
        asked = {"query_id": self._id("question"), "neighbor": "suffolk-pd", "person": "lee", "purpose": "missing"}
        self.put("asked_questions", **asked, asked_at=self._moment, expires_at=until, case_number="26-7")
        offered = {"read_id": self._id("read"), "captured_at": self._moment}
        self.put("read_offers", **offered)
        self.put("shared_reads", **offered, agreement_id=name, revision=1, dissemination_id=self._number)
        if self.has("foreign_dispositions"):
            self._returned(name)
        if self.has("shared_lists"):
            self.put(
                "shared_lists",
                **{"agreement_id": name, "hotlist_id": self._list, "agreement_version": 1, "scope": "x", "edition": 1},
                **{"version_id": 1, "withdrawal_number": 0, "begun_at": self._moment, "is_whole": True, "parts": 1},
                given=1,
            )

        if self.has("car_answers"):
            self._said_in_a_car()

    def _said_in_a_car(self) -> None:
        until = self._moment + timedelta(days=3)
        named = {"car_id": "car-12", "person": "kim", "unit": "7"}
        self.put("car_sign_ons", **named, sign_on=self._id("shift"), granted_at=self._moment, expires_at=until)
        said = {"answer_id": self._id("answer"), "alert_id": self._id("alert"), "said_at": self._moment}
        self.put("car_answers", **named, **said, body={}, state="conflict", why="a test")
        self.put("car_notes", note_id=self._id("note"))

    def _returned(self, agreement: str) -> None:
        said = {"disposition_id": self._id("said"), "agreement_id": agreement, "hotlist_id": self._list}
        self.put("returned_dispositions", **said, agency_id="suffolk-pd", plate=self._plate, payload="{}")
        whose = {"agreement_id": agreement, "member_id": "suffolk-pd", "member_name": "Suffolk"}
        self.put(
            "foreign_dispositions",
            **(said | whose),
            **{"version": 1, "entry_id": self._id("entry"), "alert_id": self._id("alert"), "number": 1, "kind": "seen"},
            **{"said_at": self._moment, "person": "chen", "standing": "seen", "is_canceled": False, "words": "nobody"},
            digest=b"digest",
        )
        topic = f"platewatch.dispositions.{agreement}.suffolk-pd.v1"
        self.put("refused_dispositions", **whose, topic=topic, reason="a test", body=b"x", digest=b"digest")
        self.put("disposition_offsets", topic=topic, kafka_partition=0, next_offset=1)


def _cut(value: Any, schema: dict[str, Any]) -> Any:
    """Return a value with what an earlier schema has."""
    while "$ref" in schema or "anyOf" in schema:
        if "$ref" in schema:
            schema = OLD_ALERT["$defs"][schema["$ref"].rsplit("/", 1)[-1]]
        else:
            schema = next((one for one in schema["anyOf"] if one.get("type") != "null"), {})
    if isinstance(value, dict) and "properties" in schema:
        known = schema["properties"]
        return {name: _cut(one, known[name]) for name, one in value.items() if name in known}
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        return [_cut(one, schema["items"]) for one in value]
    return value
