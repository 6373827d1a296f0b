"""The page about people: what an administrator changes, and what everybody else must not."""

from __future__ import annotations

import csv
import io
import re

import psycopg

from schemas.audit import Action
from schemas.roles import Role
from storage.audit.reader import AuditFilter, audit_entries
from storage.people.people import people
from tests.browser.chromium import Watched
from tests.integration.conftest import DatabaseServer
from tests.integration.console.site import ConsoleSite


def test_an_administrator_adds_and_disables_somebody(console: ConsoleSite, browser: Watched) -> None:
    console.sign_in(browser, "lee", Role.ADMINISTRATOR)
    page = browser.new_page()
    page.goto(f"{console.url}/")
    assert page.get_by_role("navigation").get_by_role("link").all_inner_texts() == ["People"]
    page.get_by_label("Name to sign in with").fill("kim")
    page.get_by_label("Full name").fill("<script>alert(1)</script>")
    page.locator("form[action='/people']").get_by_label("officer").check()
    page.get_by_role("button", name="Add").click()
    link = page.get_by_role("region", name="New link").locator("code").inner_text()
    assert link.startswith(f"{console.url}/begin/")
    assert page.get_by_text("<script>alert(1)</script>").is_visible()
    page.get_by_text("Change kim").click()
    row = page.get_by_role("row", name=re.compile("^kim"))
    row.get_by_label("Why disabled").fill("left the department")
    row.get_by_role("button", name="Disable").click()
    assert "kim was disabled" in page.get_by_role("status").inner_text()
    assert people(console.database, name="kim")[0].disabled_by == "lee"
    with console.client() as client:
        assert client.get(link).status_code == 422


def test_who_may_not_changes_nobody(console: ConsoleSite) -> None:
    console.person("kim", Role.OFFICER)
    asked = {
        "/people": {"name": "mine", "role": "administrator"},
        "/people/change": {"name": "mallory", "role": "administrator"},
        "/people/reset": {"name": "kim"},
        "/people/disable": {"name": "kim", "reason": "left the department"},
        "/people/sessions/end": {"name": "kim"},
    }
    everyone = [role for role in Role if role not in (Role.ADMINISTRATOR, Role.AGENCY_SERVICE)]
    with console.client(console.signed_in("mallory", *everyone)) as client:
        for path, data in asked.items():
            assert client.post(path, data=data).status_code == 403, path
    with console.client() as client:
        for path, data in asked.items():
            answer = client.post(path, data=data)
            assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in"), path
    known = {one.name: one for one in people(console.database)}
    assert known["kim"].disabled_at is None
    assert Role.ADMINISTRATOR not in known["mallory"].roles
    assert "mine" not in known
    rows = audit_entries(console.database, AuditFilter(), limit=50)
    assert [row.action for row in rows].count(Action.REFUSED) == len(asked)


def test_an_administrator_cannot_shut_everybody_out(console: ConsoleSite) -> None:
    with console.client(console.signed_in("lee", Role.ADMINISTRATOR)) as client:
        assert client.post("/people/change", data={"name": "lee", "role": "officer"}).status_code == 422
        assert client.post("/people/disable", data={"name": "lee", "reason": "a long leave"}).status_code == 422
        assert client.get("/people").status_code == 200


def test_somebody_of_another_agency_sees_nothing_of_ours(console: ConsoleSite) -> None:
    roles = [role for role in Role if role is not Role.AGENCY_SERVICE]
    with console.client(console.signed_in("neighbor", *roles, agency_id="suffolk-pd")) as client:
        assert client.get("/people").status_code == 403
        assert client.get("/account").status_code == 200
        assert client.get("/api/v1/me").json()["roles"] == []
        assert client.post("/account/tokens", data={"label": "x", "scope": "reads", "days": "9"}).status_code == 403
        assert client.post("/sign-out").status_code == 303


def test_the_access_review_names_who_is_to_be_looked_at(console: ConsoleSite) -> None:
    console.person("kim", Role.OFFICER)
    console.signed_in("lee", Role.AUDITOR)
    with console.client(console.cookies["lee"]) as client:
        page = client.get("/people").text
    assert "has not chosen how to sign in" in page
    assert "no training is noted" in page
    assert "Add somebody" not in page


def test_the_access_review_marks_who_was_not_there_for_long(
    console: ConsoleSite, database_server: DatabaseServer, database_name: str
) -> None:
    for name in ("kim", "jo", "max"):
        console.signed_in(name, Role.OFFICER)
    console.person("cad", Role.AGENCY_SERVICE)
    with psycopg.connect(database_server.url(database_name), autocommit=True) as superuser:
        ago = "update people set last_sign_in_at = now() - interval '%s days', full_name = '=1+1' where name = '%s'"
        superuser.execute(ago % (91, "kim"))
        superuser.execute(ago % (89, "jo"))
        superuser.execute("update people set last_training_on = current_date - 30 where name = 'jo'")
        superuser.execute("update people set password_hash = 'x' where name = 'jo'")
        superuser.execute("update people set last_training_on = current_date - 366 where name = 'max'")
        superuser.execute("update people set added_at = now() - interval '200 days' where name = 'cad'")
    with console.client(console.signed_in("ada", Role.AUDITOR)) as client:
        page = client.get("/people").text
        rows = {name: row for row in page.split("<tr>") for name in re.findall(r'<th scope="row">(\w+)', row)}
        assert {name for name, row in rows.items() if "inactive</strong>" in row} == {"kim", "cad"}
        assert "inactive for 91 days" in rows["kim"]
        assert "trained 366 days ago" in rows["max"]
        assert "never signed in, added 200 days ago" in rows["cad"]
        assert "2 not used for more than 90 days" in page
        only = client.get("/people", params={"only": "look"}).text
        assert '<th scope="row">jo' not in only
        assert '<th scope="row">kim' in only
        table = csv.DictReader(io.StringIO(client.get("/people/table").content.decode("utf-8-sig")))
        found = {row["name"]: row for row in table}
        assert (found["kim"]["inactive"], found["jo"]["inactive"], found["kim"]["full_name"]) == ("yes", "no", "'=1+1")
        assert found["cad"]["signs_in_by"] == "tokens"
    assert len(audit_entries(console.database, AuditFilter(action=Action.VIEW_PEOPLE), limit=50)) == 3


def test_nothing_that_was_typed_is_lost(console: ConsoleSite) -> None:
    typed = {"name": "ada", "full_name": "Ada <b>", "agency": "suffolk-pd", "trained": "2026-01-31", "role": "analyst"}
    with console.client(console.signed_in("ada", Role.ADMINISTRATOR)) as client:
        page = client.post("/people", data=typed)
    assert page.status_code == 422
    form = page.text[page.text.index("Add somebody") :]
    for value in ("ada", "Ada &lt;b&gt;", "suffolk-pd", "2026-01-31"):
        assert f'value="{value}"' in form
    assert 'value="analyst" checked' in form
