"""Every command that sees or changes something writes one row, in the name of the system's user."""

from __future__ import annotations

import json
import os
import pwd
import re
import socket
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from alerts.routing.rules import parse_rule
from cli.main import app
from schemas.actor import SignIn
from schemas.audit import Action
from schemas.errors import InvalidInput
from storage.alerts.rules import RuleBook
from storage.audit.reader import audit_entries
from storage.database import Database
from storage.hotlists.edits import HotlistEdits
from storage.quarantine.quarantine import Quarantine
from storage.spool.messages import Message
from tests.integration.alerts.records import ReadRecord, Records
from tests.integration.hotlists.feed_samples import put, rows
from tests.integration.operations.life.alerts import raised
from tests.integration.runs.site import folder_camera
from tests.integration.storage.samples import activate, sample_entry, sample_id, sample_read

ADD = ("--missing", "--plate", "ABC1234", "--case", "26-7", "--expires", "3d")
WITHDRAW = ("--nic", "V000000001", "--reason", "recovered", "--yes")
RESTORE = ("--restore", "--nic", "V000000002", "--reason", "a mistake", "--yes")
WHY = ("--purpose", "stolen vehicle", "--case", "26-7")

KEEP = ("--by", "J. Roe, counsel", "--form", "letter", "--case", "26-7", "--reason", "seen at a theft", "--days", "90")

READ = str(sample_read(1).read_id)

COMMANDS: dict[Action, list[Sequence[str]]] = {
    Action.VIEW_QUARANTINE: [
        ("quarantine", "list"),
        ("quarantine", "show", "1"),
        ("quarantine", "show", "1", "--json"),
    ],
    Action.RETRY_QUARANTINED: [("quarantine", "retry", "--all"), ("quarantine", "retry", "1")],
    Action.DISCARD_QUARANTINED: [("quarantine", "discard", "1", "--reason", "a test of the installer")],
    Action.SEARCH: [
        ("search", "VNV*", *WHY),
        ("search", "VNV*", "--json", *WHY),
        ("search", "VNV4S27", "--alike", *WHY),
    ],
    Action.VIEW_REVISIONS: [("revisions", READ, *WHY), ("revisions", READ, "--json", "--payload", *WHY)],
    Action.ADD: [("hotlist", "add", *ADD)],
    Action.WITHDRAW: [("hotlist", "withdraw", *WITHDRAW)],
    Action.RESTORE: [("hotlist", "withdraw", *RESTORE)],
    Action.ROLL_BACK: [("hotlist", "rollback", "ncic", "--reason", "wrong file")],
    Action.REMOVE: [("hotlist", "remove", "ncic", "--yes")],
    Action.VIEW_LISTS: [("hotlist", "list"), ("hotlist", "feeds"), ("hotlist", "feeds", "--json")],
    Action.VIEW_VERSIONS: [("hotlist", "versions", "ncic"), ("hotlist", "held"), ("hotlist", "held", "--json")],
    Action.VIEW_ENTRIES: [
        ("hotlist", "show", "ncic"),
        ("hotlist", "show", "ncic", "--json"),
        ("hotlist", "diff", "ncic"),
        ("hotlist", "diff", "ncic", "--json"),
        ("hotlist", "find", "--plate", "VNV4527"),
        ("hotlist", "find", "--nic", "V000000002", "--json"),
        ("hotlist", "history", str(sample_id("ncic", 1))),
        ("hotlist", "history", str(sample_id("ncic", 2)), "--json"),
    ],
    Action.VIEW_REJECTS: [
        ("hotlist", "show", "ncic", "--rejects"),
        ("hotlist", "rejects", "ncic"),
        ("hotlist", "rejects", "ncic", "--csv"),
    ],
    Action.TRY_ENTRY: [("hotlist", "add", *ADD, "--try"), ("hotlist", "add", *ADD, "--try", "--json")],
    Action.HISTORICAL: [
        ("historical", "--list", "ncic", *WHY),
        ("historical", "--entry", str(sample_id("ncic", 1)), "--days", "3", *WHY),
    ],
    Action.EXPORT: [("search", "VNV*", "--as", form, *WHY) for form in ("csv", "json", "geojson", "onvif")],
    Action.VIEW_PASSES: [("passes", "VNV4527", *WHY), ("passes", "VNV4527", "--json", *WHY)],
    Action.CORRECT_READ: [("correct", READ, "VNV4S27", "--reason", "the picture shows an S")],
    Action.VIEW_ALERTS: [("alerts",), ("alerts", "--json", "--limit", "3")],
    Action.VIEW_ALERT: [("alerts", "show", "1"), ("alerts", "show", "1", "--json", "--leave-new")],
    Action.ACKNOWLEDGE_ALERT: [("alerts", "ack", "1", "--note", "on my way")],
    Action.CONFIRM_ALERT: [("alerts", "confirm", "1", "--plate", "VNV4527"), ("alerts", "confirm", "1", "--json")],
    Action.REJECT_ALERT: [("alerts", "reject", "1", "--because", "not-located")],
    Action.CLOSE_ALERT: [("alerts", "outcome", "1", "stop-not-made")],
    Action.VIEW_HELD: [("alerts", "held"), ("alerts", "held", "--json")],
    Action.VIEW_RULES: [("rules", "list"), ("rules", "list", "--json")],
    Action.TRY_RULE: [("rules", "try", "night"), ("rules", "try", "night", "--json", "--days", "3")],
    Action.SWITCH_RULE: [("rules", "on", "night", "--untried", "the chief wants it tonight")],
    Action.REMOVE_RULE: [("rules", "remove", "night")],
    Action.VIEW_DELIVERIES: [
        ("deliveries", "list"),
        ("deliveries", "list", "--dead", "--json"),
        ("deliveries", "refused"),
    ],
    Action.RETRY_DELIVERIES: [("deliveries", "retry", "--all"), ("deliveries", "refused", "--retry-all")],
    Action.ASK_RECORD: [("alerts", "check", "1"), ("alerts", "check", "1", "--routine")],
    Action.VIEW_ALARMS: [("alarms",), ("alarms", "--all")],
    Action.VIEW_AUDIT: [
        ("audit",),
        ("audit", "--json", "--plate", "VNV4527"),
        ("audit", "notes"),
        ("audit", "notes", "--json"),
    ],
    Action.VERIFY_AUDIT: [("audit", "verify"), ("audit", "verify", "--json")],
    Action.NOTE_REVIEW: [("audit", "note", "--findings", "all forty lookups have a case")],
    Action.REVIEW_AUDIT: [
        ("audit", "review", "--purpose", "weekly review of lookups"),
        ("audit", "review", "--purpose", "weekly review of lookups", "--json", "--off-hours", "20-5"),
    ],
    Action.RENEW_SIGNING_KEY: [("keys", "signing", "--rotate")],
    Action.MATCH: [("match", "-"), ("match", "--json", "-")],
    Action.PURGE: [("purge",)],
    Action.VIEW_PROOFS: [("purge", "--proofs"), ("purge", "--proofs", "--json")],
    Action.PRESERVE: [("preserve", "add", "VNV4527", *KEEP)],
    Action.VIEW_PRESERVATIONS: [("preserve", "list"), ("preserve", "list", "--json")],
    Action.VIEW_ENDING: [("preserve", "ending"), ("preserve", "ending", "--json", "--days", "30")],
    Action.NOTE_AUDIT: [("law", "audited", "--findings", "forty searches, all with a case")],
    Action.VIEW_REPORT: [
        ("law", "report", "--since", "2026-01-01", "--until", "2027-01-01"),
        ("law", "report", "--since", "2026-01-01", "--until", "2027-01-01", "--json"),
        ("report", "show", "virginia-annual", "--since", "2026-01-01", "--until", "2027-01-01"),
        ("report", "transparency", "--json"),
        ("report", "stops", "--since", "2026-01-01", "--until", "2027-01-01"),
    ],
    Action.VIEW_DISSEMINATIONS: [
        ("agreements", "log"),
        ("agreements", "heard"),
        ("agreements", "heard", "suffolk", "--refused", "--json"),
        ("agreements", "log", "--json", "--to", "suffolk-pd", "--plate", "VNV4527", "--asked"),
    ],
    Action.VIEW_AGREEMENTS: [
        ("agreements", "show"),
        ("agreements", "show", "--json"),
        ("agreements", "who-sees-what"),
        ("agreements", "who-sees-what", "--json"),
        ("agreements", "who-sees-what", "--theirs"),
    ],
    Action.ACKNOWLEDGE_ALARM: [("alarms", "--acknowledge", "1")],
    Action.ADD_CAMERA: [
        ("camera", "add", "pole", "rtsp://10.0.0.5/101", "--user", "alpr", "--password-file", "-", "--mount", "vehicle")
    ],
    Action.VIEW_CAMERAS: [("camera", "list"), ("camera", "list", "--json")],
    Action.ADD_CAR: [("cars", "add", "unit-12", "--camera", "unit-12-front")],
    Action.VIEW_CARS: [("cars", "list"), ("cars", "list", "--json")],
    Action.ADD_PERSON: [("users", "add", "lee", "--role", "officer")],
    Action.VIEW_PEOPLE: [("users", "list"), ("users", "list", "--review", "--json")],
}


ELSEWHERE = {
    "agreements add": "tests/integration/sharing/test_command.py",
    "agreements approve": "tests/integration/sharing/test_command.py",
    "agreements end": "tests/integration/sharing/test_command.py",
    "agreements acl": "tests/integration/sharing/test_acl_command.py",
    "topics create": "tests/integration/kafka/test_topics_command.py",
    "topics check": "tests/integration/kafka/test_topics_command.py",
    "agreements check": "tests/integration/sharing/test_command.py",
    "query": "tests/integration/kafka/test_queries.py",
    "hotlist import": "its own test below",
    "hotlist pull": "its own test below",
    "hotlist force": "tests/integration/operations/hotlists/test_holding.py",
    "hotlist discard": "tests/integration/operations/hotlists/test_holding.py",
    "rules add": "its own test below",
    "rules off": "its own test below",
    "alerts release": "its own test, of storms",
    "alerts discard": "its own test, of storms",
    "backup": "tests/integration/backup/test_commands.py",
    "restore": "tests/integration/backup/test_commands.py",
    "export all": "tests/integration/backup/test_exporting.py",
    "import all": "tests/integration/backup/test_exporting.py",
    "preserve show": "tests/integration/operations/duties/test_preserving.py",
    "preserve renew": "tests/integration/operations/duties/test_preserving.py",
    "preserve release": "tests/integration/operations/duties/test_preserving.py",
    "audit save": "tests/integration/operations/audit/test_looking.py",
    "audit export": "tests/integration/operations/audit/test_exporting.py",
    "keys make": "is about no one",
    "keys list": "is about no one",
    **dict.fromkeys(
        (
            *("analyses convoy", "analyses places", "analyses stakeout", "analyses approve", "analyses run"),
            *("analyses list", "analyses show", "analyses open"),
        ),
        "tests/integration/operations/analyses/test_command.py",
    ),
    **dict.fromkeys(
        ("searches save", "searches list", "searches run", "searches remove"),
        "tests/integration/operations/searches/test_saving.py",
    ),
    "evidence make": "tests/integration/operations/searches/test_evidence.py",
    "evidence verify": "is about no one, and has no database",
    "corrections": "tests/integration/operations/searches/test_correcting.py",
    "run": "its own test below; shows counts, and what the run itself reads",
    "matcher": "shows counts; what its configuration changes is written down as a run's is",
    "relay": "shows nothing; what its configuration changes is written down as a run's is",
    "patrol": "shows counts, and has no database",
    "recognize": "shows counts, and has no database",
    "demo": "shows what it has just made",
    "read": "has no database",
    "subscribe": "shows a topic, not the database; what a neighbor gets is published",
    "docs": "is about no one",
    "serve": "shows nothing; who does something on its pages is written down there",
    "users change": "tests/integration/console/test_users_command.py",
    "users disable": "tests/integration/console/test_users_command.py",
    "users reset": "tests/integration/console/test_users_command.py",
    "status": "shows times and counts, and no plate",
    "health": "shows times and counts, and no plate",
    "camera remove": "tests/integration/operations/cameras/test_adding.py",
    "cars cameras": "tests/integration/operations/cars/test_cars.py",
    "cars token": "tests/integration/operations/cars/test_cars.py",
    "cars revoke": "tests/integration/operations/cars/test_cars.py",
    "camera check": "shows a camera, and has no database",
    "ingest token": "is about no one",
    "ingest check": "shows what a source sends now, and has no database",
    "config check": "looks at the configuration alone",
    "law list": "is about no one",
    "report list": "is about no one",
    "report add-stops": "tests/integration/operations/reports/test_stops.py",
    "law categories": "is about no one",
    "law offenses": "is about no one",
    "law show": "is about no one",
    "train ocr": "has no database",
    "train rollback": "has no database",
}
"""Commands that the table above has not, and why."""


@pytest.fixture(autouse=True)
def _site(database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLATEWATCH_DATABASE__URL", database_url)
    monkeypatch.setenv("PLATEWATCH_AGENCY_ID", "portsmouth-pd")
    entries = [sample_entry(1, valid_until=None), sample_entry(2, "BKR2203")]
    activate(database, entries[:1])
    activate(database, entries)
    HotlistEdits(database).withdraw([entries[1].entry_id], by="lee", reason="recovered")
    Records(database).write([ReadRecord(sample_read(1))])
    message = Message("axis", datetime.now(UTC), b'{"plateText": "VNV4527"}', "application/json")
    Quarantine(database).add(message, "axis", "it has no time")
    raised(database)
    night = parse_rule({"name": "night", "channels": ["log"]}, "a test")
    monkeypatch.setenv("PLATEWATCH_ALERTS__CHANNELS", '[{"name": "log", "kind": "log"}]')
    RuleBook(database).save({"night": (night.document(), night.digest)}, "lee", datetime.now(UTC), None)


def the_only_row(database: Database, action: Action) -> None:
    (row,) = audit_entries(database)
    assert row.action == action
    assert (row.actor.name, row.actor.via) == (pwd.getpwuid(os.getuid()).pw_name, SignIn.LOCAL_USER)
    assert row.actor.agency_id == "portsmouth-pd"
    assert row.actor.origin.startswith(f"{socket.gethostname()}, ")


@pytest.mark.parametrize(
    ("action", "arguments"), [(action, one) for action, commands in COMMANDS.items() for one in commands]
)
def test_a_command_writes_one_row(database: Database, action: Action, arguments: Sequence[str]) -> None:
    given = "VNV4527\n" if "confirm" in arguments else '{"plate": "VNV4527"}\n'
    result = CliRunner().invoke(app, list(arguments), input=given)
    assert result.exit_code == 0, result.output
    the_only_row(database, action)


def _command_names(group: Any, before: tuple[str, ...] = ()) -> Iterator[str]:
    if hasattr(group, "commands"):
        for name, command in group.commands.items():
            yield from _command_names(command, (*before, name))
    else:
        yield " ".join(before)


def test_no_command_is_forgotten() -> None:
    """A new command is audited, or somebody says here why it need not be."""
    names = set(_command_names(typer.main.get_command(app)))
    given = [" ".join(arguments) for commands in COMMANDS.values() for arguments in commands]
    audited = {name for name in names if any(f"{one} ".startswith(f"{name} ") for one in given)}
    assert audited | set(ELSEWHERE) == names
    assert audited.isdisjoint(ELSEWHERE)


def test_rules_are_added_and_switched_off_with_one_row_each(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text('[[rules]]\nname = "day"\nchannels = ["log"]\n')
    result = CliRunner().invoke(app, ["rules", "add", "--file", str(path)])
    assert result.exit_code == 0, result.output
    assert "rule 'day' is off; next: platewatch rules try day" in result.stderr
    the_only_row(database, Action.ADD_RULES)
    RuleBook(database).switch("day", on=True, by="lee", now=datetime.now(UTC), reason=None, audit=None)
    assert CliRunner().invoke(app, ["rules", "off", "day"]).exit_code == 0
    assert [row.action for row in audit_entries(database)] == [Action.SWITCH_RULE, Action.ADD_RULES]
    shown = CliRunner().invoke(app, ["rules", "list"], env={"COLUMNS": "200"}).stdout
    assert "off; never tried" in shown


def test_an_import_writes_one_row(database: Database, tmp_path: Path) -> None:
    path = put(tmp_path / "region.csv", rows(3))
    command = ["hotlist", "import", "--source", "csv", str(path)]
    assert CliRunner().invoke(app, [*command, "--dry-run"]).exit_code == 0
    assert audit_entries(database) == []
    assert CliRunner().invoke(app, command).exit_code == 0
    the_only_row(database, Action.IMPORT)


def test_what_a_person_sees_before_withdrawing_is_written_down(database: Database) -> None:
    arguments = ["hotlist", "withdraw", "--plate", "VNV4527", "--reason", "recovered"]
    assert CliRunner().invoke(app, arguments, input="n\n").exit_code == 1
    the_only_row(database, Action.VIEW_ENTRIES)
    assert CliRunner().invoke(app, [*arguments, "--list", "nothing", "--yes"]).exit_code == 1
    assert [row.results for row in audit_entries(database)] == [0, 1]


def test_what_shows_nothing_stored_writes_nothing(database: Database) -> None:
    for arguments in (["law", "show"], ["--version"], ["search", "A*"]):
        CliRunner().invoke(app, arguments)
    assert audit_entries(database) == []


def test_pulling_what_is_not_new_writes_one_row(database: Database, tmp_path: Path) -> None:
    (tmp_path / "drop").mkdir()
    config = tmp_path / "platewatch.toml"
    config.write_text('[[hotlists.feeds]]\nname = "region"\nsource = "csv"\nkind = "folder"\npath = "drop"\n')
    assert CliRunner().invoke(app, ["hotlist", "pull", "--config", str(config)]).exit_code == 0
    the_only_row(database, Action.PULL)


def test_a_run_says_what_is_new_in_its_configuration(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLATEWATCH_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "pictures").mkdir()
    config = tmp_path / "platewatch.toml"
    config.write_text(folder_camera(tmp_path / "pictures"))
    for _ in range(2):
        assert CliRunner().invoke(app, ["run", "--until-done", "--config", str(config)]).exit_code == 0
    the_only_row(database, Action.SETTINGS_CHANGED)
    config.write_text("[retention]\nreads_days = 7\n" + folder_camera(tmp_path / "pictures"))
    assert CliRunner().invoke(app, ["run", "--until-done", "--config", str(config)]).exit_code == 0
    newest, _ = audit_entries(database)
    assert newest.details["changed"] == [{"key": "retention.reads_days", "old": None, "new": 7}]


def test_who_became_another_user_by_sudo_is_named(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_USER", "lee\x1b[2J")
    assert CliRunner().invoke(app, ["search", "VNV*", *WHY]).exit_code == 0
    (row,) = audit_entries(database)
    assert row.actor.origin.endswith(", sudo by lee\\x1b[2J")
    monkeypatch.setenv("SUDO_USER", "lee")
    assert CliRunner().invoke(app, ["alerts"]).exit_code == 0
    shown = CliRunner().invoke(app, ["audit", "--actor", "lee", "--json"])
    assert [json.loads(line)["action"] for line in shown.stdout.splitlines()] == ["view_alerts"]
    assert CliRunner().invoke(app, ["audit", "--actor", "kim", "--json"]).stdout == ""


def test_a_number_without_a_name_is_named_by_its_number(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(uid: int) -> pwd.struct_passwd:
        raise KeyError(uid)

    monkeypatch.setattr(pwd, "getpwuid", nobody)
    assert CliRunner().invoke(app, ["alerts"]).exit_code == 0
    assert [row.actor.name for row in audit_entries(database)] == [f"uid {os.getuid()}"]


def test_the_audit_is_shown_by_who_what_when_and_why(database: Database) -> None:
    for arguments in (
        ["search", "VNO*", *WHY],
        ["search", "QQQ1234", "--purpose", "Missing person", "--case", "26-8"],
        ["search", "QQQ1234", "--purpose", ".", "--case", "26-8"],
        ["hotlist", "show", "ncic"],
    ):
        CliRunner().invoke(app, arguments)

    def actions(*options: str) -> list[str]:
        result = CliRunner().invoke(app, ["audit", "--json", *options])
        assert result.exit_code == 0, result.output
        return [json.loads(line)["action"] for line in result.stdout.splitlines()]

    assert actions() == ["view_entries", "refused", "search", "search"]
    assert actions("--action", "refused") == ["refused"]
    assert actions("--action", "view-audit") == ["view_audit"] * 2
    assert actions("--plate", "vn0*") == ["search"]
    assert actions("--plate", "QQQ-1234") == ["refused", "search"]
    assert actions("--purpose", "missing") == ["search"]
    assert actions("--case", "26-8") == ["refused", "search"]
    assert actions("--limit", "1") == ["view_audit"]
    assert actions("--since", "2999-01-01") == actions("--until", "2020-01-01") == []
    assert CliRunner().invoke(app, ["audit", "--action", "nonsense"]).exit_code == 2
    table = CliRunner().invoke(app, ["audit", "--action", "search"], env={"COLUMNS": "400"}).stdout
    assert f"{pwd.getpwuid(os.getuid()).pw_name} " in table
    assert f"command line, {socket.gethostname()}" in table
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d\d:\d\d ", table)
    assert "stolen vehicle" in table
    assert "pattern QQQ1234" in table


@pytest.mark.parametrize(
    "arguments",
    [
        ("hotlist", "withdraw", "--nic", "V000000001", "--yes", "--reason", "n/a"),
        ("hotlist", "withdraw", "--restore", "--nic", "V000000002", "--yes", "--reason", "26-117"),
        ("hotlist", "rollback", "ncic", "--reason", "..."),
        ("hotlist", "add", *ADD, "--reason", "x"),
        ("search", "VNV*"),
        ("historical", "--list", "ncic", "--purpose", "test", "--case", "26-7"),
        ("revisions", READ, "--case", "26-7"),
        ("searches", "save", "VNV4527", "--name", "gates", "--purpose", "test", "--case", "26-7"),
    ],
)
def test_a_placeholder_is_refused_and_counted(database: Database, arguments: Sequence[str]) -> None:
    result = CliRunner().invoke(app, list(arguments))
    assert isinstance(result.exception, InvalidInput)
    the_only_row(database, Action.REFUSED)


@pytest.mark.parametrize("reason", ["none", ""])
def test_an_import_is_not_forced_for_no_reason(database: Database, tmp_path: Path, reason: str) -> None:
    path = put(tmp_path / "region.csv", rows(3))
    result = CliRunner().invoke(app, ["hotlist", "import", "--source", "csv", str(path), "--force", reason])
    assert result.exit_code == (1 if reason else 2)
    assert [row.action for row in audit_entries(database)] == ([Action.REFUSED] if reason else [])
