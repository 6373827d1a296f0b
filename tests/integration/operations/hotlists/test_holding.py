"""Versions that wait, on the command line and below it: forced with a reason, or given up, with one row each."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from hotlists.importing.importer import ImportOptions
from operations.feeds.opening import open_feed
from operations.hotlists.comparing import view_difference
from operations.hotlists.history import view_history
from operations.hotlists.holding import HeldVersion, _located, discard_hold, force_hold, view_holds
from operations.hotlists.importing import import_list
from operations.hotlists.versions import roll_back
from schemas.audit import Action
from schemas.errors import InvalidInput, NotPermitted
from schemas.roles import Role
from schemas.settings import Settings
from storage.audit.reader import AuditFilter, audit_entries
from storage.database import Database
from storage.hotlists.history import HotlistHistory
from storage.hotlists.lists import HotlistStore
from storage.hotlists.versions import HotlistVersions
from tests.integration.hotlists.feed_samples import HEADER, folder_feed, put, rows, site
from tests.integration.operations.audited import LEE

WHY = "asked at its source"


def invoked(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_feeds_held_version_is_forced_or_given_up_by_command(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLATEWATCH_DATABASE__URL", database_url)
    (tmp_path / "drop").mkdir()
    config = tmp_path / "platewatch.toml"
    config.write_text(
        '[[hotlists.feeds]]\nname = "region"\nsource = "csv"\nkind = "folder"\npath = "drop"\nsettle_seconds = 0\n'
    )
    given = ("--config", str(config))
    feed = folder_feed(tmp_path / "drop")
    for count in (60, 5):
        put(tmp_path / "drop" / f"{count}.csv", rows(count))
        open_feed(feed, site(tmp_path / "data", [feed]), database, wait=lambda _: None).run(anyhow=True)
    (held,) = [json.loads(line) for line in invoked("hotlist", "held", "--json", *given).splitlines()]
    assert (held["hotlist"], held["is_here"]) == ("region", True)
    assert "shrinks from 60 to 5" in held["reason"]
    number = str(held["held"])
    refused = CliRunner().invoke(app, ["hotlist", "force", number, "--reason", "x", *given])
    assert refused.exit_code == 1
    assert HotlistStore(database).lists()[0].entries == 60
    assert '"entries":5' in invoked("hotlist", "force", number, "--reason", WHY, "--json", *given)
    newest = audit_entries(database, AuditFilter(action=Action.IMPORT))[0]
    assert (newest.details["reason"], newest.details["outcome"]) == (WHY, "active")
    HotlistVersions(database).hold(
        "region", layout="csv", file_name="x.csv", file_sha256="0" * 64, as_of=None, reason="shrinks"
    )
    (hold,) = HotlistHistory(database).holds()
    invoked("hotlist", "discard", str(hold.hold_id), "--reason", "cut off at its source", *given)
    assert HotlistHistory(database).holds() == []
    assert len(audit_entries(database, AuditFilter(action=Action.DISCARD_LIST))) == 1


def test_what_versions_differ_in_is_told_entry_by_entry(database: Database, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    options = ImportOptions(hotlist_id="region")
    first = HEADER + "AAA0001,VA,stolen_vehicle,1\nAAA0002,VA,stolen_vehicle,2\nAAA0003,VA,stolen_vehicle,3\n"
    second = HEADER + "AAA0001,VA,stolen_vehicle,1\nAAA0003,VA,stolen_vehicle,3\nAAA0004,VA,stolen_vehicle,4\n"
    versions = []
    for number, content in enumerate((first, second)):
        done = import_list(LEE, database, settings, put(tmp_path / f"{number}.csv", content), "csv", options)
        assert done.report.outcome is not None
        versions.append(done.report.outcome.version_id)
    found = view_difference(LEE, database, "region")
    assert (found.earlier, found.later) == tuple(versions)
    assert {(one.change, one.entry.plate) for one in found.changes if one.entry} == {
        ("added", "AAA0004"),
        ("removed", "AAA0002"),
    }
    # Going back makes a version that differs from the first in nothing, whatever came between.
    roll_back(LEE, database, settings, "region", "cut off at its source")
    newest = HotlistVersions(database).of_list("region")[0].version_id
    assert view_difference(LEE, database, "region", versions[0], newest).total == 0
    back = view_difference(LEE, database, "region", newest, versions[1])
    assert {(one.change, one.entry.plate) for one in back.changes if one.entry} == {
        ("added", "AAA0002"),
        ("removed", "AAA0004"),
    }
    (entry_id,) = [one.entry.entry_id for one in found.changes if one.entry and one.change == "removed"]
    past = view_history(LEE, database, entry_id)
    assert past.is_active
    assert [(one.kind, one.ended_kind) for one in past.states] == [("rollback", None), ("import", "import")]
    for earlier, later in ((versions[0], versions[0]), (1, 10**30), (None, versions[0])):
        with pytest.raises(InvalidInput):
            view_difference(LEE, database, "region", earlier, later)
    with pytest.raises(InvalidInput, match="no list is named"):
        view_difference(LEE, database, "other")


def test_a_changed_entry_says_what_of_it_is_otherwise(database: Database, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    options = ImportOptions(hotlist_id="region")
    for number, expires in enumerate(("2030-01-01", "2031-01-01")):
        content = f"plate,state,category,case_number,expires\nAAA0001,VA,stolen_vehicle,1,{expires}\n"
        import_list(LEE, database, settings, put(tmp_path / f"{number}.csv", content), "csv", options)
    found = view_difference(LEE, database, "region")
    assert (found.added, found.removed, found.changed) == (0, 0, 1)
    ((name, old, new),) = found.changes[0].fields
    assert name == "until"
    assert (old[:10], new[:10]) == ("2030-01-02", "2031-01-02")


def test_where_a_held_versions_file_is_is_known_by_its_content_and_layout(database: Database, tmp_path: Path) -> None:
    feed = folder_feed(tmp_path / "drop")
    settings = site(tmp_path / "data", [feed])
    for count in (60, 5):
        put(tmp_path / "drop" / f"{count}.csv", rows(count))
        open_feed(feed, settings, database, wait=lambda _: None).run(anyhow=True)
    (by_feed,) = view_holds(LEE, database, settings)
    assert (by_feed.feed, by_feed.upload, by_feed.is_here, by_feed.source) == (feed, None, True, "by its feed (folder)")
    assert by_feed.path is not None
    assert by_feed.path.read_text() == rows(5)
    assert (by_feed.hold.hotlist_id, by_feed.hold.layout, by_feed.hold.file_name) == ("region", "csv", "5.csv")
    # The same content of another layout, of another list, or of a feed that is no more, is not that file.
    for name, layout, feeds in (("region", "flock", [feed]), ("other", "csv", [feed]), ("region", "csv", [])):
        changed = dataclasses.replace(by_feed.hold, hotlist_id=name, layout=layout)
        assert _located(changed, site(tmp_path / "data", feeds)) == HeldVersion(changed)
    done = force_hold(LEE, database, settings, by_feed.hold.hold_id, WHY)
    assert done.report.outcome is not None
    assert (done.report.outcome.total, done.report.outcome.removed) == (5, 55)
    newest = HotlistVersions(database).of_list("region", 1)[0]
    assert (newest.made_by, newest.reason, newest.entries, newest.file_name) == ("lee", WHY, 5, by_feed.path.name)
    assert view_holds(LEE, database, settings) == []


def test_a_version_whose_file_is_not_here_is_given_up_or_imported_again(database: Database, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    HotlistVersions(database).hold(
        "region", layout="csv", file_name="x.csv", file_sha256="0" * 64, as_of=None, reason="shrinks"
    )
    (held,) = view_holds(LEE, database, settings)
    assert (held.is_here, held.source) == (False, "imported by hand; its file is not kept here")
    number = held.hold.hold_id
    with pytest.raises(InvalidInput) as fault:
        force_hold(LEE, database, settings, number, WHY)
    assert str(fault.value) == (
        "the file 'x.csv' is not kept on this machine; import it again (platewatch hotlist import --source csv "
        "--name region --force REASON FILE)"
    )
    assert discard_hold(LEE, database, settings, number, WHY) == held.hold
    assert view_holds(LEE, database, settings) == []


def test_who_may_not_import_learns_nothing_of_what_waits(database: Database, tmp_path: Path) -> None:
    officer = dataclasses.replace(LEE, roles=frozenset({Role.OFFICER}))
    for act in (force_hold, discard_hold):
        with pytest.raises(NotPermitted):
            act(officer, database, Settings(data_dir=tmp_path), 7, WHY)
