"""Proofs of purges that are kept: what they say, whole, and that one that was changed is told apart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from operations.proving import read_proof, view_proofs, write_proof
from policy.decisions import effective_retention, law_alone
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from schemas.events import utc
from schemas.settings import Settings
from storage.audit.reader import AuditFilter, audit_entries
from storage.audit.writer import write_audit
from storage.database import Database
from tests.integration.operations.audited import LEE


def test_proofs_that_are_kept_are_checked_and_shown_newest_first(database: Database, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", agency_id="portsmouth-pd")
    begun = datetime.now(UTC).replace(microsecond=7)
    searched = {"found": {"a": 1}, "unread": ["b", "c"], "in_broker": ["d"], "files": 9}
    write_audit(database, AuditRecord(LEE, Action.BACK_UP, {"folder": "/mnt/backup"}))
    outcomes: list[dict[str, Any]] = [{"reads": 3}, {"reads": 4, "searched": searched}, {"reads": 5}]
    paths = [
        write_proof(database, settings, begun + timedelta(days=day), outcome) for day, outcome in enumerate(outcomes)
    ]
    text = paths[0].read_text()
    paths[0].write_text(text.replace("portsmouth", "suffolk"))
    newest, middle, changed = view_proofs(LEE, database, settings)
    assert [one.name for one in (newest, middle, changed)] == [path.name for path in reversed(paths)]
    assert (newest.outcome, newest.left, newest.fault) == ({"reads": 5}, 0, None)
    assert (middle.outcome["reads"], middle.left, middle.fault) == (4, 4, None)
    assert (changed.document, changed.outcome, changed.left) == (None, {}, 0)
    assert changed.fault == "was changed since it was signed"
    document = dict(newest.document or {})
    (backup,) = document.pop("backups_that_reach_further")
    (made,) = audit_entries(database, AuditFilter(action=Action.BACK_UP))
    kept = effective_retention(settings).reads
    assert backup == {
        "folder": "/mnt/backup",
        "made_at": utc(made.happened_at),
        "until": utc(made.happened_at + kept),
    }
    assert document == {
        "format": "platewatch proof of purge 1",
        "installation": "portsmouth-pd",
        "purged_at": utc(begun + timedelta(days=2)),
        "reads_before": utc(begun + timedelta(days=2) - kept),
        "kept_seconds": int(kept.total_seconds()),
        "law": law_alone("virginia").profile.retention.reads.source,
        "jurisdiction": "US-VA",
        "outcome": {"reads": 5},
    }
    assert read_proof(LEE, database, settings, paths[0].name) == paths[0].read_text()
    for name in ("purge-1.json", f"../proofs/{paths[1].name}", "purge-20260101T000000000000Z.json"):
        with pytest.raises(InvalidInput, match="no proof of that name"):
            read_proof(LEE, database, settings, name)
    read, viewed = audit_entries(database, AuditFilter(action=Action.VIEW_PROOFS))
    assert (read.details, read.results) == ({"proof": paths[0].name}, 1)
    assert (viewed.details, viewed.results) == ({"limit": 100}, 3)
