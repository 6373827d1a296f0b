"""Reports that laws ask for: counted from what happened, and honest about the rest."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from cli.main import app
from cli.reporting.html import page
from operations.reports.filing import FiledReport, file_report
from operations.reports.forms import HIDDEN
from operations.reports.mounts import WORDS
from operations.searches.searching import search_reads
from policy.reports import reports
from schemas.actor import Actor, SignIn
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from schemas.settings import IngestSettings, IngestSource, ReaderPlace, Settings, VideoFileCamera
from storage.audit.reader import audit_entries
from storage.audit.writer import write_audit
from storage.database import Database
from storage.reporting import FIGURES, query_text
from tests.integration.alerts.records import ReadRecord, Records, outbox_message
from tests.integration.conftest import DatabaseServer
from tests.integration.operations.audited import LEE
from tests.unit.alerts.samples import START, sample_alert, sample_entry, sample_hit, sample_read

SINCE, UNTIL = START - timedelta(days=1), START + timedelta(days=3650)


def filed(database: Database, name: str, now: datetime = START) -> FiledReport:
    return file_report(LEE, database, Settings(agency_id="portsmouth-pd"), name, SINCE, UNTIL, now)


def figures(report: FiledReport) -> dict[str, Any]:
    return {one.line.text: None if one.figures is None else dict(one.figures) for one in report.lines}


def found_out(superuser: psycopg.Connection[Any], number: int, **values: Any) -> None:
    row = {
        **{"alert_id": f"00000000-0000-0000-0000-{number:012}", "entry_id": f"10000000-0000-0000-0000-{number:012}"},
        **{"hotlist_id": "ncic", "category": "stolen_vehicle", "raised_at": START, "standing": "x", "found_at": START},
        **values,
    }
    superuser.execute(
        f"insert into alert_findings ({', '.join(row)}) values ({', '.join(['%s'] * len(row))})", list(row.values())
    )


@pytest.fixture
def superuser(database_server: DatabaseServer, database_name: str) -> Any:
    with psycopg.connect(database_server.url(database_name), autocommit=True) as connection:
        yield connection


def test_every_report_can_be_made_of_nothing_and_says_what_is_not_known(database: Database) -> None:
    for name in reports():
        report = filed(database, name)
        for line in report.lines:
            assert (line.figures is None) == (line.line.query is None or line.line.query.value == "access_log")
            assert bool(line.line.not_recorded or line.line.by_hand) == (line.line.query is None)
    assert {row.action for row in audit_entries(database)} == {Action.VIEW_REPORT}
    assert all(query_text(name).count("select") for name in FIGURES)
    with pytest.raises(InvalidInput, match="ends before it begins"):
        file_report(LEE, database, Settings(), "transparency", START, START, START)


def test_lists_are_told_by_what_people_found_out(database: Database, superuser: psycopg.Connection[Any]) -> None:
    read, entry, alert = sample_read(), sample_entry(), sample_alert()
    message = outbox_message(alert, "platewatch.alerts.test.v1")
    Records(database).write(
        [ReadRecord(read, (sample_hit(read, entry),), (message,)), ReadRecord(sample_read(9, "AAA1"))]
    )
    for number in range(3):
        found_out(superuser, number, confirmed_by="lee", outcome="arrest" if number else None)
    found_out(superuser, 5, hotlist_id="regional", rejection="misread")
    found_out(superuser, 6, raised_at=SINCE - timedelta(days=2), confirmed_by="lee")  # of another span
    added = {"entry": "10000000-0000-0000-0000-000000000001", "plate": "AAA1"}
    write_audit(database, AuditRecord(LEE, Action.ADD, added))
    arkansas = figures(filed(database, "arkansas-six-monthly"))
    assert arkansas["license plates scanned"] == {"reads": 2}
    assert arkansas["for each list: matches that a person confirmed"] == {"ncic": 3}
    assert arkansas["for each list: matches that did not correlate to an alert"] == {"regional: misread": 1}
    assert arkansas["for each list: matches about which nobody has said anything"] == {"ncic": 1}
    assert arkansas["for each list: matches with a further result, like an arrest"] == {"ncic: arrest": 2}
    assert arkansas["for each list: prosecutions"] is None
    nebraska = figures(filed(database, "nebraska-annual"))
    assert nebraska["of these: confirmed matches, and those that did not correlate"] == {"confirmed": 1}
    minnesota = figures(filed(database, "minnesota-log"))
    assert minnesota["matches by class of record"] == {"stolen": 1}
    assert list(minnesota["plates read, by day"].values()) == [2]


def test_readers_are_counted_by_how_they_are_put_up(database: Database) -> None:
    cameras = ("front", "rear", "pole", "trailer", "unsaid", "silent")
    passed = (*cameras[:5], "front")
    reads = [
        dataclasses.replace(sample_read(number, f"AAA{number}"), camera_id=name) for number, name in enumerate(passed)
    ]
    Records(database).write([ReadRecord(read) for read in reads])
    mounts = ("vehicle", "vehicle", "permanent", None, None, "permanent")
    settings = Settings(
        agency_id="portsmouth-pd",
        cameras=tuple(
            VideoFileCamera(id=name, path=Path("a.mp4"), mount=mount)
            for name, mount in zip(cameras, mounts, strict=True)
            if name != "trailer"
        ),
        ingest=IngestSettings(
            sources=(
                IngestSource(
                    id="axis",
                    vendor="axis",
                    token_sha256="0" * 64,
                    readers={"B8": ReaderPlace(id="trailer", mount="temporary")},
                ),
            )
        ),
    )
    counted = {"in or on vehicles": 2, "permanently affixed": 1, "temporary": 1, WORDS[None]: 1}
    for name, text in (
        ("virginia-annual", "readers that read in the span by kind: in or on vehicles, permanently affixed, temporary"),
        ("minnesota-log", "which of these are fixed and which are mobile"),
    ):
        report = file_report(LEE, database, settings, name, SINCE, UNTIL, START)
        assert figures(report)[text] == counted


def test_the_access_log_has_who_what_and_why(database: Database) -> None:
    now = datetime.now(SINCE.tzinfo)
    settings = Settings(agency_id="portsmouth-pd")
    search_reads(LEE, database, settings, "QQ*", purpose="stolen vehicle", case_number="26-117")
    root = Actor("root", SignIn.LOCAL_USER, "desk, sudo by kim", "suffolk-pd")
    write_audit(database, AuditRecord(root, Action.SEARCH, {"pattern": "ABC1234"}, "missing child", "26-8"), 4)
    write_audit(database, AuditRecord(LEE, Action.VIEW_LISTS))
    report = file_report(LEE, database, settings, "california-access-log", now - timedelta(days=1), UNTIL, now)
    log, by_agency = report.lines
    assert [
        (one["person"], one["organization"], one["plate"], one["purpose"], one["results"]) for one in log.records
    ] == [
        ("lee", "portsmouth-pd", "QQ*", "stolen vehicle", 0),
        ("kim", "suffolk-pd", "ABC1234", "missing child", 4),
    ]
    assert dict(by_agency.figures or ()) == {"portsmouth-pd": 1, "suffolk-pd": 1}


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_public_page_has_numbers_alone_and_hides_small_ones(
    database: Database, superuser: psycopg.Connection[Any]
) -> None:
    for number in range(7):
        found_out(superuser, number, confirmed_by="lee")
    for number in range(10, 13):
        found_out(superuser, number, rejection="misread")
    for number in range(20, 40):
        found_out(superuser, number, rejection="stale_entry")
    report = filed(database, "transparency")
    # Three misread ones alone could be told from a sum: the next smallest goes with them.
    assert figures(report)["what people found out about alerts"] == {
        "confirmed": None,
        "rejected: misread": None,
        "rejected: stale_entry": 20,
        "canceled": 0,
    }
    shown = _Page()
    shown.feed(page(dataclasses.replace(report, agency_id="<script>alert(1)</script>")))
    assert not {tag for tag, _ in shown.tags} & {"script", "img", "link", "iframe", "a"}
    assert shown.text.count(HIDDEN) == 2
    assert "lee" not in shown.text
    assert "<script>alert(1)</script>" in shown.text


def test_what_has_ended_already_is_said(database: Database) -> None:
    later = filed(database, "arkansas-six-monthly", START + timedelta(days=60))
    assert {one.line.text: one.is_partial for one in later.lines if one.is_partial} == {
        "license plates scanned": True,
        "for each list: matches about which nobody has said anything": True,
    }


def test_the_command_writes_text_csv_and_json(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PLATEWATCH_DATABASE__URL", database_url)
    formula = Actor("=HYPERLINK(1)", SignIn.LOCAL_USER, "desk", "local")
    write_audit(database, AuditRecord(formula, Action.SEARCH, {"pattern": "ABC1234"}, "missing child", "26-8"), 4)
    command = ["report", "show", "new-jersey-certificate", "--since", "2020-01-01", "--until", "2999-01-01"]
    text = CliRunner().invoke(app, command).stdout
    assert "New Jersey Attorney General Law Enforcement Directive 2022-12, as of 2023-01-23, read" in text
    assert "    nothing" in text
    assert "    write it yourself: name the policy and its date" in text
    made = json.loads(CliRunner().invoke(app, [*command, "--format", "json"]).stdout)
    users = next(line for line in made["lines"] if line["query"] == "users")
    assert {"label": "=HYPERLINK(1)", "number": 1} in users["figures"]
    assert "from audit" in users["sql"]
    rows = list(csv.reader(io.StringIO(CliRunner().invoke(app, [*command, "--format", "csv"]).stdout)))
    assert ["who had access, by lookups and commands in the span", "'=HYPERLINK(1)", "1", "users"] in [
        row[:4] for row in rows
    ]
    assert all(len(row) == 5 for row in rows)
    html = tmp_path / "public.html"
    assert CliRunner().invoke(app, ["report", "transparency", "--html", str(html)]).exit_code == 0
    assert html.read_text().startswith("<!doctype html>")
    assert CliRunner().invoke(app, ["report", "list", "--json"]).stdout.count("\n") == len(reports())
