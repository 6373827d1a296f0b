"""An import is written down as active, held or refused, each where it is stored."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from hotlists.importing.importer import ImportOptions
from operations.hotlists.importing import import_list
from schemas.audit import Action
from schemas.errors import HeldForReview, InvalidInput
from schemas.settings import Settings
from storage.audit.reader import AuditFilter, audit_entries
from storage.database import Database
from tests.integration.hotlists.feed_samples import put, rows
from tests.integration.hotlists.list_versions import version_rows
from tests.integration.operations.audited import LEE, only_row

SETTINGS = Settings()


def test_what_becomes_active_is_written_down_with_what_changed(database: Database, tmp_path: Path) -> None:
    path = put(tmp_path / "list.csv", rows(30))
    options = ImportOptions(hotlist_id="region", default_state="US-VA", force="checked by hand")
    done = import_list(LEE, database, SETTINGS, path, "csv", options)
    assert done.report.outcome is not None
    row = only_row(database, Action.IMPORT)
    assert row.results == 30
    assert row.details == {
        "hotlist": "region",
        "layout": "csv",
        "file": "list.csv",
        "state": "US-VA",
        "reason": "checked by hand",
        "outcome": "active",
        "version": done.report.outcome.version_id,
        "added": 30,
        "removed": 0,
        "changed": 0,
        "rejected": 0,
        "file_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "as_of": "2026-11-20T06:00:00Z",
    }
    (version,) = version_rows(database, "region")
    assert (version.made_by, version.reason) == ("lee", "checked by hand")


def test_a_held_version_is_written_down_as_held(database: Database, tmp_path: Path) -> None:
    options = ImportOptions(hotlist_id="region", settings=SETTINGS.hotlists)
    import_list(LEE, database, SETTINGS, put(tmp_path / "whole.csv", rows(3000)), "csv", options)
    with pytest.raises(HeldForReview, match="shrinks"):
        import_list(LEE, database, SETTINGS, put(tmp_path / "half.csv", rows(30)), "csv", options)
    held, active = audit_entries(database, AuditFilter(action=Action.IMPORT))
    assert (held.details["outcome"], active.details["outcome"]) == ("held", "active")
    assert "shrinks from 3000 to 30" in held.details["why_held"]
    assert (held.details["file"], held.results) == ("half.csv", None)


def test_a_refused_file_is_written_down_as_refused(database: Database, tmp_path: Path) -> None:
    path = put(tmp_path / "list.csv", "nothing,here\n1,2\n")
    with pytest.raises(InvalidInput) as problem:
        import_list(LEE, database, SETTINGS, path, "csv", ImportOptions())
    row = only_row(database, Action.IMPORT)
    assert row.details == {
        "hotlist": "list",
        "layout": "csv",
        "file": "list.csv",
        "outcome": "refused",
        "why_refused": str(problem.value),
    }
