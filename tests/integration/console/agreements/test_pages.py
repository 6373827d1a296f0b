"""The pages of agreements: two people decide, a third may not, and what was given, refused and asked is seen."""

from __future__ import annotations

import re
from pathlib import Path

from operations.sharing.deciding import approve_agreement, propose_agreement
from schemas.audit import Action
from schemas.roles import Role
from sharing.files import parse_agreement
from storage.audit.reader import audit_entries
from storage.database import Database
from storage.sharing.agreements import versions_of
from storage.sharing.disseminations import ForeignQuery, note_query
from storage.sharing.foreign import ForeignDispositions, Whose
from tests.browser.chromium import Watched
from tests.integration.console.agreements.papers import PAPER, toml
from tests.integration.console.board.alerts import made, raise_alert
from tests.integration.console.conftest import PHONE
from tests.integration.console.site import ConsoleSite
from tests.integration.sharing.samples import KIM, LEE, returned

HOSTILE = "<script>alert(1)</script>"
ENTRY = "7d9d1a2e-7d0b-4a6c-9a41-3c7c3b3f0a10"
MEMBER = {"id": "suffolk-pd", "name": f"Suffolk {HOSTILE}", "ori": "VA0000001"}


def in_force(site: ConsoleSite) -> None:
    agreement = parse_agreement(toml(paper=f'paper_sha256 = "{"a" * 64}"').encode(), "suffolk.toml")
    propose_agreement(LEE, site.database, site.settings, agreement)
    approve_agreement(KIM, site.database, site.settings, "suffolk")


def passed_between(database: Database, entry_id: str = ENTRY) -> None:
    """A question that was answered, one that was refused, and what another agency said that was not taken in."""
    asked = ForeignQuery("suffolk", 1, MEMBER, f"d.chen {HOSTILE}", "VN?4527", "stolen vehicle", "26-117", "in scope")
    with database.transaction() as connection:
        note_query(connection, asked)
        note_query(connection, ForeignQuery(**_fields(asked) | {"results": 3, "asked_by": "m.roe"}))
        box = ForeignDispositions(connection, Whose("suffolk", 1, MEMBER, "platewatch.dispositions.suffolk.x.v1"))
        box.refuse(b"<b>junk", f"it names agency {HOSTILE}")
        said = returned(agreement_id="suffolk", entry_id=entry_id)
        box.add(
            {
                **{"disposition_id": said.disposition_id, "hotlist_id": "stolen", "entry_id": said.entry_id},
                **{"alert_id": said.alert_id, "number": 1, "kind": "confirmed", "said_at": said.at},
                **{"person": "d.chen", "standing": "confirmed", "rejection": None, "outcome": None},
                **{"record_answer": None, "is_canceled": False, "words": "confirmed by d.chen"},
            },
            b"digest",
        )


def _fields(query: ForeignQuery) -> dict[str, object]:
    return {name: getattr(query, name) for name in query.__slots__}


def test_one_supervisor_proposes_another_approves_and_a_third_person_may_not(
    console: ConsoleSite, browser: Watched, tmp_path: Path
) -> None:
    file, paper = tmp_path / "suffolk.toml", tmp_path / "mou.pdf"
    file.write_text(toml(title=f"Alerts {HOSTILE}"))
    paper.write_bytes(PAPER)
    browser.expected_statuses = {403, 422}
    console.sign_in(browser, "lee", Role.SUPERVISOR)
    page = browser.new_page()
    page.goto(f"{console.url}/agreements")
    assert page.get_by_text("nothing is shared with anybody").first.is_visible()
    page.get_by_role("link", name="Propose an agreement").click()
    # What is wrong is said, and nothing that was handed in is lost.
    page.get_by_label("The agreement's file").set_input_files(file)
    page.get_by_role("button", name="Check it").click()
    assert "hand the signed paper in, too" in page.get_by_role("alert").inner_text()
    assert 'id = "suffolk"' in page.get_by_label("Or its text").input_value()
    page.get_by_label("The signed paper").set_input_files(paper)
    page.get_by_role("button", name="Check it").click()
    found = page.get_by_role("region", name="What the check found")
    assert "it is a new agreement" in found.inner_text()
    found.get_by_role("button", name="Propose it").click()
    page.wait_for_url(re.compile("/agreements/of/suffolk"))
    assert page.get_by_role("heading", level=1).inner_text() == f"Alerts {HOSTILE}"
    waits = page.get_by_role("region", name="Waits for approval")
    assert "You proposed it, so somebody else has to approve it" in waits.inner_text()
    assert waits.get_by_role("button").count() == 0
    # A program that posts all the same is refused by the operation.
    with console.client(console.cookies["lee"]) as client:
        assert client.post("/agreements/of/suffolk/approve", data={"version": "1"}).status_code == 422
    console.sign_in(browser, "roe", Role.OFFICER)
    page.goto(f"{console.url}/agreements/of/suffolk")
    assert page.get_by_text(re.compile("your roles do not let you", re.IGNORECASE)).is_visible()
    assert page.get_by_role("navigation").get_by_role("link", name="Agreements").count() == 0
    console.sign_in(browser, "kim", Role.SUPERVISOR)
    page.goto(f"{console.url}/agreements/of/suffolk")
    # The paper that she holds is another one.
    other = tmp_path / "other.pdf"
    other.write_bytes(b"something else")
    page.get_by_label("Your own copy").set_input_files(other)
    page.get_by_role("button", name="Approve version 1").click()
    assert "the paper is another one" in page.get_by_role("alert").inner_text()
    page.get_by_label("Your own copy").set_input_files(paper)
    page.get_by_role("button", name="Approve version 1").click()
    assert "It is approved" in page.get_by_role("status").inner_text()
    sees = page.get_by_role("region", name="Who sees what of ours")
    assert "Suffolk Police" in sees.inner_text()
    assert "flows" in sees.inner_text()
    page.get_by_label("Why").fill("no")
    page.get_by_role("button", name="End suffolk").click()
    assert "reason" in page.get_by_role("alert").inner_text()
    assert page.get_by_label("Why").input_value() == "no"
    page.get_by_label("Why").fill("notice of last month")
    page.get_by_role("button", name="End suffolk").click()
    assert "Ended" in page.locator(".note").last.inner_text()
    (version,) = versions_of(console.database, "suffolk")
    assert (version.proposed_by, version.approved_by, version.ended_by) == ("lee", "kim", "kim")
    deciding = {Action.ADD_AGREEMENT, Action.APPROVE_AGREEMENT, Action.END_AGREEMENT}
    rows = [(row.action, row.actor.name) for row in audit_entries(console.database) if row.action in deciding]
    assert rows == [
        (Action.END_AGREEMENT, "kim"),
        (Action.APPROVE_AGREEMENT, "kim"),
        (Action.ADD_AGREEMENT, "lee"),
    ]


def test_what_was_refused_asked_and_said_is_seen_and_hurts_nobody(console: ConsoleSite, browser: Watched) -> None:
    in_force(console)
    passed_between(console.database)
    console.sign_in(browser, "ann", Role.AUDITOR)
    page = browser.new_page()
    page.goto(f"{console.url}/agreements")
    assert page.get_by_role("link", name="Propose an agreement").count() == 0
    page.get_by_role("link", name="Refused and withheld").click()
    table = page.get_by_role("region", name="Refused and withheld")
    assert f"it names agency {HOSTILE}" in table.inner_text()
    assert "query refused" in table.inner_text()
    assert "m.roe" not in table.inner_text()
    asked = browser.new_page()
    asked.goto(f"{console.url}/agreements/log?show=asked")
    row = asked.get_by_role("row", name=re.compile("m.roe"))
    assert [row.get_by_role("cell").nth(place).inner_text() for place in (1, 2, 3, 4, 5)] == [
        MEMBER["name"],
        "m.roe",
        "26-117",
        "3",
        "VN?4527",
    ]
    assert "none: refused" in asked.get_by_role("row", name=re.compile("d.chen")).inner_text()
    # By keyboard alone: to the plate that is asked for.
    asked.get_by_label("Plate").focus()
    asked.keyboard.type("ABC1234")
    asked.keyboard.press("Enter")
    asked.get_by_text("There is nothing.").wait_for()
    assert asked.get_by_label("Plate").input_value() == "ABC1234"
    assert asked.url == f"{console.url}/agreements/log"
    heard = browser.new_page()
    heard.set_viewport_size(PHONE["viewport"])  # type: ignore[arg-type]
    heard.goto(f"{console.url}/agreements/heard")
    assert "confirmed by d.chen" in heard.get_by_role("region", name="What others said").inner_text()
    assert HOSTILE in heard.get_by_role("region", name="What was not taken in").inner_text()
    assert heard.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_an_officer_sees_what_others_said_of_the_same_entry(console: ConsoleSite) -> None:
    alert = made()
    raise_alert(console.database, alert)
    passed_between(console.database, str(alert.entry.entry_id))
    with console.client(console.signed_in("roe", Role.OFFICER)) as client:
        shown = client.get(f"/board/alerts/{alert.alert_id}").text
        assert "The same entry elsewhere" in shown
        assert "confirmed by d.chen" in shown
        assert HOSTILE not in shown
        assert "confirmed by d.chen" in client.get(f"/board/alerts/{alert.alert_id}/facts").text


def test_who_may_not_decides_nothing_and_sees_nothing(console: ConsoleSite) -> None:
    in_force(console)
    posted = {
        "/agreements/propose": {"document": toml("other")},
        "/agreements/propose/store": {"document": toml("other", paper=f'paper_sha256 = "{"b" * 64}"')},
        "/agreements/of/suffolk/approve": {"version": "1"},
        "/agreements/of/suffolk/end": {"reason": "notice of last month"},
        "/ask": {"agency": "x", "plate": "ABC1234"},
    }
    looked_at = ("/agreements", "/agreements/of/suffolk", "/agreements/log", "/agreements/heard", "/agreements/propose")
    others = [role for role in Role if role not in (Role.SUPERVISOR, Role.AUDITOR, Role.ANALYST, Role.AGENCY_SERVICE)]
    with console.client(console.signed_in("mallory", *others)) as client:
        for path, data in posted.items():
            assert client.post(path, data=data).status_code == 403, path
        for path in (*looked_at, "/ask"):
            assert client.get(path).status_code == 403, path
    with console.client(console.signed_in("neighbor", Role.SUPERVISOR, agency_id="suffolk-pd")) as client:
        for path in (*looked_at, "/ask"):
            assert client.get(path).status_code == 403, path
    with console.client(console.signed_in("ann", Role.AUDITOR)) as client:
        for path, data in posted.items():
            assert client.post(path, data=data).status_code == 403, path
        assert client.get("/agreements/of/suffolk").status_code == 200
        assert client.get("/agreements/of/nothing").status_code == 404
    (version,) = versions_of(console.database)
    assert (version.agreement.id, version.ended_at) == ("suffolk", None)


def test_whatever_is_handed_in_is_answered(console: ConsoleSite) -> None:
    with console.client(console.signed_in("lee", Role.SUPERVISOR)) as client:
        for content in (b"", b"\xff\xfe", b"[[[", b"id = 1", b"a = " + b"[" * 3000, b"x = '\x00'", b"y" * 1_200_000):
            done = client.post("/agreements/propose", files={"file": (f"{HOSTILE}.toml", content)})
            assert done.status_code in (400, 422), content[:20]
            assert HOSTILE not in done.text
        for document in ("", "[[[", "'"):
            assert client.post("/agreements/propose/store", data={"document": document}).status_code == 422
        wrong = toml(paper=f'paper_sha256 = "{"b" * 64}"').replace('id = "portsmouth-pd"', 'id = "norfolk-pd"')
        wrong = wrong.replace('member = "portsmouth-pd"', 'member = "norfolk-pd"')
        checked = client.post("/agreements/propose", data={"document": wrong})
        assert "its owner is norfolk-pd" in checked.text
        assert client.post("/agreements/propose/store", data={"document": wrong}).status_code == 422
        for query in (
            {"since": "never"},
            {"until": "9999-99-99"},
            {"since": "0001-01-01"},
            {"plate": "\0", "to": "\0"},
            {"agreement": "x" * 999},
            {"limit": "1001"},
        ):
            assert client.post("/agreements/log", data=query).status_code in (200, 422), query
    assert versions_of(console.database) == []
