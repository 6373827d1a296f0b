"""The pages of reports: shown, downloaded, fed with stops; and the one for everybody."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg

from operations.people.accounts import add_person, disable_person
from operations.reports.periods import midnight
from policy.reports import reports
from schemas.actor import Actor, SignIn
from schemas.audit import Action, AuditRecord
from schemas.roles import Role
from storage.audit.reader import AuditFilter, audit_entries
from storage.audit.writer import write_audit
from storage.database import Database
from tests.integration.conftest import DatabaseServer
from tests.integration.console.site import KEEPER, ConsoleSite, running_console
from tests.integration.operations.reports.test_stops import lines

HOSTILE = "<img src=x onerror=alert(1)>"
SPAN = {"since": "2026-01-01", "until": "2999-01-01"}


def test_each_report_is_a_page_and_three_files(console: ConsoleSite) -> None:
    someone = Actor("=cmd|'/c calc'!A1", SignIn.PASSWORD, "desk", HOSTILE)
    write_audit(
        console.database,
        AuditRecord(someone, Action.SEARCH, {"pattern": "ABC1234"}, f"stolen vehicle {HOSTILE}", "-26"),
        7,
    )
    with console.client(console.signed_in("ada", Role.AUDITOR)) as client:
        page = client.get("/reports").text
        assert all(f'href="/reports/{name}"' in page for name in reports())
        for name in reports():
            asked = client.get(f"/reports/{name}")
            assert asked.status_code == 200
            assert "Counted" not in asked.text
            shown = client.get(f"/reports/{name}", params=SPAN)
            assert shown.status_code == 200, shown.text
            assert HOSTILE not in shown.text
            for form in ("text", "csv", "json"):
                file = client.get(f"/reports/{name}/download", params=SPAN | {"form": form})
                assert file.headers["content-disposition"].startswith(f'attachment; filename="{name}-20260101-')
        looks = audit_entries(console.database, AuditFilter(action=Action.VIEW_REPORT), limit=500)
        assert len(looks) == len(reports()) * 4
        log = client.get("/reports/california-access-log/download", params=SPAN | {"form": "csv"})
        row, *_ = csv.DictReader(io.StringIO(log.content.decode("utf-8-sig")))
        assert (row["person"], row["plate"], row["case_number"]) == ("'=cmd|'/c calc'!A1", "ABC1234", "'-26")
        made = client.get("/reports/virginia-annual/download", params=SPAN | {"form": "json"}).json()
        assert made["since"] == midnight(date(2026, 1, 1)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        for wrong in ({"since": "soon", "until": "2026-01-01"}, {"since": "2026-02-01", "until": "2026-01-01"}):
            page = client.get("/reports/virginia-annual", params=wrong)
            assert page.status_code == 422
            assert f'value="{wrong["since"]}"' in page.text
        assert client.get("/reports/nothing").status_code == 404
        assert client.get("/reports/..%2f..%2fprofiles%2fvirginia", params=SPAN).status_code == 404
        assert client.get("/reports/virginia-annual/download", params=SPAN | {"form": "exe"}).status_code == 422


def test_new_jerseys_certificate_names_each_users_last_training(console: ConsoleSite) -> None:
    add_person(KEEPER, console.database, console.settings, "kim", [Role.OFFICER], last_training_on=date(2026, 2, 3))
    add_person(KEEPER, console.database, console.settings, "cad", [Role.AGENCY_SERVICE])
    add_person(KEEPER, console.database, console.settings, "gone", [Role.OFFICER])
    disable_person(KEEPER, console.database, "gone", "left the department")
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    with console.client(console.signed_in("ada", Role.AUDITOR)) as client:
        path = "/reports/new-jersey-certificate/download"
        made = client.get(path, params=SPAN | {"form": "json"}).json()
        later = client.get(path, params={"since": tomorrow, "until": "2999-01-01", "form": "json"}).json()
    trained = [next(one for one in all_of["lines"] if one["query"] == "trainings") for all_of in (made, later)]
    assert [one["label"] for one in trained[0]["figures"]] == [
        "ada: no training is noted",
        "gone: no training is noted",
        "kim: trained 2026-02-03",
    ]
    assert [one["label"] for one in trained[1]["figures"]] == ["ada: no training is noted", "kim: trained 2026-02-03"]
    assert not trained[0]["partial"]


def test_stops_are_taken_from_a_file_and_counted(console: ConsoleSite) -> None:
    good = "\n".join(lines({}, {"record_id": "B-2"})).encode()
    wrong = "\n".join(lines({"record_id": "C-3"}, {"age": -1})).encode()
    with console.client(console.signed_in("sam", Role.SUPERVISOR)) as client:
        for content, says in (
            (wrong, ".jsonl:2"),
            (b"\xff\xfe\x00", "UTF-8"),
            (b"", "holds no stop"),
            (b"[" * 5000, "is no JSON"),
        ):
            page = client.post("/reports/stops", files={"file": (f"{HOSTILE}.jsonl", content)})
            assert (page.status_code, says in page.text, HOSTILE in page.text) == (422, True, False), says
        page = client.post("/reports/stops", files={"file": ("stops.jsonl", b"\xef\xbb\xbf" + good)})
        assert "2 stops were kept, 0 were there" in page.text
        asked = {"since": "2026-01-01", "until": "2027-01-01"}
        layout = client.get("/reports/stops/download", params=asked).text
        assert layout.splitlines()[1].startswith("B-2,030126,VA1234567,")
        assert client.get("/reports/stops/download", params={"since": "2026-01-01"}).status_code == 422
        made = client.get("/reports/virginia-annual/download", params=asked | {"form": "json"}).json()
    (reasons,) = [one["figures"] for one in made["lines"] if one["query"] == "stops_by_reason"]
    assert reasons == [{"label": "stolen_vehicle", "number": 2}]
    with console.client(console.signed_in("ada", Role.AUDITOR)) as client:
        assert "Add stops" not in client.get("/reports/stops").text
        assert client.post("/reports/stops", files={"file": ("x", good)}).status_code == 403


def test_nobody_else_sees_reports(console: ConsoleSite) -> None:
    others = [one for one in Role if one not in (Role.AUDITOR, Role.SUPERVISOR, Role.AGENCY_SERVICE)]
    paths = ("/reports", "/reports/virginia-annual", "/reports/stops", "/reports/transparency/download?form=csv")
    with console.client(console.signed_in("mallory", *others)) as client:
        assert [client.get(path).status_code for path in paths] == [403] * len(paths)
        assert 'href="/reports"' not in client.get("/account").text
    with console.client() as client:
        assert [client.get(path).status_code for path in paths] == [303] * len(paths)
        assert client.get("/transparency").status_code == 404
        assert client.get("/transparency/numbers.json").status_code == 404


def test_everybody_sees_numbers_where_the_settings_say_so(
    database: Database, database_server: DatabaseServer, database_name: str, tmp_path: Path
) -> None:
    """Of the last whole weeks; small ones are hidden, confirmed, misread and canceled are there in any case."""
    today = datetime.now(UTC).astimezone().date()
    last_week = midnight(today - timedelta(days=today.weekday() + 3))
    with psycopg.connect(database_server.url(database_name), autocommit=True) as superuser:
        for number in range(30):
            said = (
                {"confirmed_by": "lee"} if number < 20 else {"rejection": "misread" if number < 23 else "stale_entry"}
            )
            row = {
                **{
                    "alert_id": f"00000000-0000-0000-0000-{number:012}",
                    "entry_id": f"1{number:07}-0000-0000-0000-{1:012}",
                },
                **{"hotlist_id": "ncic", "category": "stolen_vehicle", "raised_at": last_week, "standing": "x"},
                **{"found_at": last_week, **said},
            }
            superuser.execute(
                f"insert into alert_findings ({', '.join(row)}) values ({', '.join(['%s'] * len(row))})",
                list(row.values()),
            )
    with running_console(database, tmp_path, transparency=True) as console, console.client() as client:
        page = client.get("/transparency")
        assert page.status_code == 200
        assert "max-age" in page.headers["cache-control"]
        numbers = client.get("/transparency/numbers.json").json()
        found = next(line for line in numbers["lines"] if line["query"] == "findings")
        assert {one["label"]: one["number"] for one in found["figures"]} == {
            **{"confirmed": 20, "canceled": 0, "rejected: misread": None, "rejected: stale_entry": None},
        }
        assert "fewer than can be shown" in client.get("/transparency/numbers.csv").text
        assert "lee" not in page.text
        assert json.dumps(numbers).count("lee") == 0
        assert all(client.get("/transparency").text == page.text for _ in range(3))
        assert client.get("/transparency/numbers.text").status_code == 200
        assert client.get("/transparency", params={"since": "2026-01-01"}).text == page.text
    (counted,) = audit_entries(database)
    assert (counted.action, counted.actor.name) == (Action.VIEW_REPORT, "transparency page")
