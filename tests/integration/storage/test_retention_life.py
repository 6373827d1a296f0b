"""What people said of an alert ends with it; what its entry's owner needs stays, without plate and place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from operations.life.deciding import Look, confirm_alert, reject_alert
from policy.decisions import Retention, open_policy
from schemas.generate import DISPOSITION_TOPIC
from schemas.settings import RetentionSettings, Settings
from schemas.types import Rejection
from storage.database import Database
from storage.retention import enforce_retention
from tests.integration.operations.life.alerts import LEE_SAYS, raised, sent

KEEP = Retention(reads=timedelta(days=21), audit=timedelta(days=730), findings=timedelta(days=400))


def _count(database: Database, table: str) -> int:
    with database.connection() as connection:
        row = connection.execute(f"select count(*) from {table}".encode()).fetchone()
    return 0 if row is None else int(row[0])


def test_dispositions_end_with_their_alert_and_findings_later(database: Database) -> None:
    alert = raised(database)
    raised(database, 1, "BKR2203")
    confirm_alert(LEE_SAYS, database, 1, Look("VNV4527"), note="seen from the bridge")
    reject_alert(LEE_SAYS, database, 2, Rejection.MISREAD, plate="BKR2208")
    assert (_count(database, "dispositions"), _count(database, "outbox")) == (2, 6)
    # Its message has not gone out, and will not any more.
    assert len(sent(database, DISPOSITION_TOPIC)) == 2
    now = alert.read.captured_at + timedelta(days=22)
    enforce_retention(database, KEEP, delete_images=lambda _: None, now=now)
    assert [_count(database, table) for table in ("alerts", "dispositions", "outbox")] == [0, 0, 0]
    with database.connection() as connection:
        rows = connection.execute("select row_to_json(alert_findings)::text from alert_findings").fetchall()
    kept = " ".join(row[0] for row in rows)
    assert len(rows) == 2
    for text in ("VA0010000", "26-1", "stolen_vehicle", "confirmed", "misread", "lee"):
        assert text in kept
    for text in ("VNV4527", "BKR2203", "BKR2208", "gate", "bridge"):
        assert text not in kept
    enforce_retention(database, KEEP, delete_images=lambda _: None, now=datetime.now(UTC) + timedelta(days=399))
    assert _count(database, "alert_findings") == 2
    enforce_retention(database, KEEP, delete_images=lambda _: None, now=datetime.now(UTC) + timedelta(days=401))
    assert _count(database, "alert_findings") == 0


def test_what_is_said_of_an_alert_that_is_kept_is_still_told(database: Database) -> None:
    old = raised(database)
    with database.as_owner() as connection:
        connection.execute("update alerts set captured_at = captured_at - interval '2 days'")
        connection.execute("update hits set captured_at = captured_at - interval '2 days'")
    raised(database, 1, "BKR2203")
    for number, plate in ((1, "VNV4527"), (2, "BKR2203")):
        confirm_alert(LEE_SAYS, database, number, Look(plate))
    waiting = [message["alert_id"] for message in sent(database, DISPOSITION_TOPIC)]
    assert len(waiting) == 2
    now = old.read.captured_at + timedelta(days=20, hours=12)
    enforce_retention(database, KEEP, delete_images=lambda _: None, now=now)
    assert [message["alert_id"] for message in sent(database, DISPOSITION_TOPIC)] == waiting[1:]
    assert _count(database, "dispositions") == 1


def test_what_goes_back_to_an_owner_ends_with_its_alert_however_late_it_was_said(database: Database) -> None:
    old, young = raised(database), raised(database, 1, "BKR2203")
    with database.as_owner() as connection:
        for table in ("alerts", "hits"):
            connection.execute(
                f"update {table} set captured_at = captured_at - interval '2 days' where hit_id = %s".encode(),
                [old.hit.hit_id],
            )
    for number, plate in ((1, "VNV4527"), (2, "BKR2203")):
        confirm_alert(LEE_SAYS, database, number, Look(plate))
    now = young.read.captured_at + timedelta(days=20, hours=12)
    with database.connection() as connection:
        connection.execute(
            "insert into returned_dispositions "
            "(disposition_id, agency_id, agreement_id, hotlist_id, plate, payload, noted_at) "
            "select disposition_id, 'suffolk-pd', 'one', 'stolen', 'VNV4527', '{}', %s from dispositions",
            [now - timedelta(hours=1)],
        )
    enforce_retention(database, KEEP, delete_images=lambda _: None, now=now)
    with database.connection() as connection:
        rows = connection.execute(
            "select said.alert_id from returned_dispositions join dispositions as said using (disposition_id)"
        ).fetchall()
        withheld = connection.execute("select outcome, why from disseminations where kind = 'disposition'").fetchall()
    assert (rows, _count(database, "returned_dispositions")) == ([(young.alert_id,)], 1)
    assert withheld == [("withheld", "its alert ended before it could be sent")]


def test_findings_are_kept_as_the_audit_unless_somebody_says_otherwise() -> None:
    assert open_policy(Settings()).retention.findings == timedelta(days=730)
    shorter = Settings(retention=RetentionSettings(audit_days=500))
    assert open_policy(shorter).retention.findings == timedelta(days=500)
    own = Settings(retention=RetentionSettings(findings_days=90))
    assert open_policy(own).retention.findings == timedelta(days=90)
