"""The auditor's pages by HTTP: what they show, what they refuse, and that each look is a row itself."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from schemas.actor import Actor, SignIn
from schemas.audit import Action, AuditRecord
from schemas.roles import Role
from services.signing import SigningKeys
from storage.audit.reader import AuditEntry, AuditFilter, audit_entries
from storage.audit.writer import write_audit
from storage.database import Database
from tests.integration.conftest import DatabaseServer
from tests.integration.console.site import AGENCY, ConsoleSite, running_console

HOSTILE = "<script>alert(1)</script>"
FORMULA = '=HYPERLINK("https://evil.example","26-1")'


def person(name: str, via: SignIn = SignIn.PASSWORD, agency: str = AGENCY) -> Actor:
    return Actor(name, via, "desk", agency)


def looked_up(
    database: Database, who: Actor, plate: str = "ABC1234", case: str | None = "26-1", **details: object
) -> None:
    record = AuditRecord(who, Action.SEARCH, {"pattern": plate, **details}, "stolen vehicle", case)
    write_audit(database, record, 7)


def rows_of(database: Database, action: Action) -> list[AuditEntry]:
    return audit_entries(database, AuditFilter(action=action), limit=500)


def shown(page: str) -> list[str]:
    """Return who stands in the rows of a page, from the top."""
    return re.findall(r'<th scope="row"><a href="[^"]*">([^<]*)</a>', page)


def test_rows_are_told_apart_by_who_asked_and_how(console: ConsoleSite) -> None:
    looked_up(console.database, person("lee"), camera="elm-st")
    looked_up(console.database, person("kim"), "XYZ1234", "26-2", cameras=["a", "b", "c", "d"])
    looked_up(console.database, person("exporter", SignIn.TOKEN))
    looked_up(console.database, person("suffolk", SignIn.AGREEMENT, "suffolk-pd"))
    write_audit(console.database, AuditRecord(person("retention", SignIn.SERVICE), Action.PURGE))
    with console.client(console.signed_in("ada", Role.AUDITOR)) as client:
        for asked, names in (
            ({"kind": "person", "action": "search"}, ["kim", "lee"]),
            ({"kind": "api"}, ["exporter"]),
            ({"kind": "federation"}, ["suffolk"]),
            ({"kind": "rule"}, ["retention"]),
            ({"who": "kim"}, ["kim"]),
            ({"plate": "xyz 1234"}, ["kim"]),
            ({"case": "26-2"}, ["kim"]),
            ({"words": "STOLEN", "action": "search", "kind": "person"}, ["kim", "lee"]),
            ({"until": "2026-01-01T00:00"}, []),
        ):
            page = client.post("/audit", data=asked)
            assert (page.status_code, shown(page.text)) == (200, names), asked
        page = client.get("/audit", params={"action": "search"}).text
        assert "<td>elm-st</td>" in page
        assert "<td>4 cameras</td>" in page
        assert '<td class="number">7</td>' in page
        assert "suffolk-pd" in page
        for asked in ({"kind": "nobody"}, {"action": "fly"}, {"since": "soon"}, {"before": "x1"}, {"plate": "'; drop"}):
            wrong = client.post("/audit", data=asked)
            assert wrong.status_code == 422, asked
        assert (
            'value="2026-03-01T00:00"'
            in client.post("/audit", data={"since": "2026-03-01T00:00", "until": "2026-02-01T00:00"}).text
        )
    looks = rows_of(console.database, Action.VIEW_AUDIT)
    assert len(looks) == 10
    assert {"plate": "XYZ1234", "limit": 51} in [look.details for look in looks]


def test_nothing_that_is_typed_breaks_a_page_or_a_query(console: ConsoleSite) -> None:
    looked_up(console.database, person("lee"))
    attacks = (
        "\x00",
        "%",
        "' or 1=1 --",
        "_",
        "\\",
        "W" * 200,
        "\U0001d518",
        "0001-01-01T00:00",
        "2026-01-31T06:00+99:00",
    )
    fields = ("who", "kind", "action", "plate", "case", "words", "since", "until", "before")
    with console.client(console.signed_in("ada", Role.AUDITOR)) as client:
        for field in fields:
            for attack in attacks:
                page = client.post("/audit", data={"action": "search", field: attack})
                assert page.status_code in (200, 422), (field, attack)
                assert shown(page.text) == [], (field, attack)
        assert client.get("/audit", params={"who": "W" * 5000}).status_code == 422
        assert client.post("/audit", data={"before": str(2**63)}).status_code == 422
        assert shown(client.get("/audit", params={"action": "search"}).text) == ["lee"]


def test_pages_follow_one_another_without_a_gap(console: ConsoleSite) -> None:
    for number in range(120):
        looked_up(console.database, person(f"p{number:03}"))
    with console.client(console.signed_in("ada", Role.AUDITOR)) as client:
        asked, seen = {"action": "search", "plate": "ABC1234"}, []
        while asked:
            page = client.post("/audit", data=asked).text
            seen += shown(page)
            older = re.search(r'name="before" value="(\d+)">Older<', page)
            asked = asked | {"before": older[1]} if older else {}
            assert page.count('<input type="hidden" name="plate" value="ABC1234">') >= 1
            looked_up(console.database, person("meanwhile"))
    assert seen == [f"p{number:03}" for number in reversed(range(120))]


def test_a_table_is_kept_for_a_reason_and_runs_nothing(console: ConsoleSite) -> None:
    looked_up(console.database, person("lee"), case=FORMULA, camera="elm-st")
    looked_up(console.database, person("kim"))
    with console.client(console.signed_in("ada", Role.AUDITOR)) as client:
        refused = client.post("/audit/table", data={"who": "lee", "why": "x"})
        assert refused.status_code == 422
        assert 'name="who" value="lee"' in refused.text
        assert rows_of(console.database, Action.EXPORT_AUDIT) == []
        table = client.post("/audit/table", data={"who": "lee", "why": "complaint of a resident"})
    assert table.headers["content-disposition"] == 'attachment; filename="audit.csv"'
    (row,) = csv.DictReader(io.StringIO(table.content.decode("utf-8-sig")))
    assert (row["actor"], row["plate"], row["cameras"], row["results"]) == ("lee", "ABC1234", "elm-st", "7")
    assert row["case_number"] == f"'{FORMULA}"
    (kept,) = rows_of(console.database, Action.EXPORT_AUDIT)
    assert (kept.purpose, kept.results, kept.details["actor"]) == ("complaint of a resident", 1, "lee")


def test_what_people_wrote_is_shown_and_never_run(console: ConsoleSite) -> None:
    write_audit(
        console.database,
        AuditRecord(person(HOSTILE), Action.SEARCH, {"pattern": HOSTILE, "camera": HOSTILE}, HOSTILE, HOSTILE),
    )
    with console.client(console.signed_in("ada", Role.AUDITOR)) as client:
        client.post("/audit/notes/audit", data={"by": HOSTILE, "findings": f"all looked at {HOSTILE}"})
        for path in (
            "/audit",
            f"/audit?who={HOSTILE}",
            "/audit/notes",
            "/audit/review",
        ):
            # A reason is never in an address.
            why = {"purpose": "weekly review of lookups"}
            page = client.post(path, data=why) if "review" in path else client.get(path)
            assert page.status_code == 200
            assert HOSTILE not in page.text
            assert "review" in path or "&lt;script&gt;alert(1)" in page.text


def test_the_review_names_what_deserves_a_question_and_that_it_was_looked_at(console: ConsoleSite) -> None:
    for _ in range(3):
        looked_up(console.database, person("lee"), case=None)
    with console.client(console.signed_in("sam", Role.SUPERVISOR)) as client:
        assert "One plate" not in client.get("/audit/review").text
        # A link gives no reason in somebody's name.
        assert "One plate" not in client.get("/audit/review", params={"purpose": "weekly review of lookups"}).text
        assert rows_of(console.database, Action.REVIEW_AUDIT) == []
        vague = client.post("/audit/review", data={"purpose": "x", "first": "20", "last": "5"})
        assert vague.status_code == 422
        assert 'value="20"' in vague.text
        assert client.post("/audit/review", data={"purpose": "weekly review", "first": "25"}).status_code == 422
        asked = client.get("/audit/review").text
        assert 'name="until" value=""' in asked  # up to now: what was done in this minute is looked at, too
        page = client.post("/audit/review", data={"purpose": "weekly review of lookups", "until": ""}).text
        assert re.search(r'type="hidden" name="until" value="\d{4}-\d\d-\d\dT', page)
        assert re.search(r'<th scope="row">lee</th><td>ABC1234</td><td>3</td>', page)
        assert "no case or call" in page
        refused = client.post("/audit/notes/review", data={"findings": ".", "since": "2026-01-01T00:00"})
        assert refused.status_code == 422
        assert 'value="2026-01-01T00:00"' in refused.text
        future = (datetime.now(UTC) + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M")
        assert client.post("/audit/notes/review", data={"findings": "all is well", "until": future}).status_code == 422
        noted = client.post("/audit/notes/review", data={"findings": "lee was asked: a long case, number added"})
        assert (noted.status_code, noted.headers["location"]) == (303, "/audit/notes")
        assert "lee was asked: a long case" in client.get("/audit/notes").text
    (row,) = rows_of(console.database, Action.NOTE_REVIEW)
    assert row.actor.name == "sam"
    assert row.details.keys() == {"since", "until", "findings"}


def test_the_chain_is_verified_and_a_changed_row_is_named(
    database: Database, database_server: DatabaseServer, database_name: str, tmp_path: Path
) -> None:
    looked_up(database, person("lee"))
    SigningKeys(tmp_path / "data").current()
    with (
        running_console(database, tmp_path / "data") as console,
        console.client(console.signed_in("ada", Role.AUDITOR)) as client,
    ):
        assert "rows checked" not in client.get("/audit/verify").text
        assert "all of it is as it was written" in client.post("/audit/verify").text
        with psycopg.connect(database_server.url(database_name), autocommit=True) as superuser:
            superuser.execute("set session_replication_role = replica")
            superuser.execute("update audit set actor = 'kim' where actor = 'lee'")
        page = client.post("/audit/verify").text
    assert re.search(r"CHANGED: row \d+ was changed", page)
    assert "all of it is as it was written" not in page
    assert len(rows_of(database, Action.VERIFY_AUDIT)) == 2


def test_nobody_else_sees_them(console: ConsoleSite) -> None:
    others = [one for one in Role if one not in (Role.AUDITOR, Role.SUPERVISOR, Role.AGENCY_SERVICE)]
    typed = {"findings": "all is well", "why": "complaint of a resident"}
    pages = ("/audit", "/audit/review", "/audit/notes", "/audit/verify")
    forms = ("/audit/table", "/audit/verify", "/audit/notes/review", "/audit/notes/audit")
    with console.client(console.signed_in("mallory", *others)) as client:
        for path in pages:
            page = client.get(path)
            assert page.status_code == 403, path
            assert 'href="/audit"' not in page.text
        for path in forms:
            assert client.post(path, data=typed).status_code == 403, path
    assert len(rows_of(console.database, Action.REFUSED)) == len(pages) + len(forms)
    with console.client() as client:
        for path in pages:
            assert client.get(path).status_code == 303, path
