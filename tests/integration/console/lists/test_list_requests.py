"""Lists by HTTP: who may what, hostile files and names, feeds, held versions, and what is refused."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from hotlists.importing.single import SingleEntry, single_entry
from operations.hotlists.adding import add_entry
from schemas.audit import Action
from schemas.roles import Role
from schemas.settings import HotlistSettings
from schemas.types import Category
from storage.audit.reader import AuditFilter, audit_entries
from storage.database import Database
from storage.hotlists.history import HotlistHistory
from storage.hotlists.lists import HotlistStore
from storage.hotlists.versions import HotlistVersions
from tests.integration.console.lists.files import active, rows, send
from tests.integration.console.site import KEEPER, ConsoleSite, running_console
from tests.integration.hotlists.feed_samples import START, folder_feed, put
from tests.integration.hotlists.feed_samples import rows as feed_rows

MAPPING = '[columns]\nplate = "Tag"\nstate = "St"\ncategory = "Why"\n'
ENTRY = {"plate": "BKV4921", "state": "VA", "kind": "stolen_vehicle", "case": "26-7", "expires": "3d"}


@pytest.fixture
def lee(console: ConsoleSite) -> Iterator[httpx.Client]:
    with console.client(console.signed_in("lee", Role.LIST_ADMINISTRATOR)) as client:
        yield client


def names_on_disk(console: ConsoleSite) -> list[str]:
    return [path.name for path in (console.settings.data_dir / "hotlists" / "uploads").rglob("*") if path.is_file()]


def test_who_may_not_sees_and_changes_nothing(console: ConsoleSite, lee: httpx.Client) -> None:
    active(lee, rows(range(5)), "region")
    active(lee, rows(range(6)), "region")
    version = HotlistStore(console.database).lists()[0].version_id
    entry = HotlistStore(console.database).entries_of("region", 1)[0].entry_id
    upload = send(lee, rows(range(3))).headers["location"]
    gets = [
        "/lists",
        "/lists/law",
        "/lists/named/region",
        "/lists/named/region/difference",
        f"/lists/versions/{version}/rejects",
        f"/lists/versions/{version}/rejects.csv",
        "/lists/entries",
        f"/lists/entries/{entry}",
    ]
    why = {"reason": "a look at everything"}
    changes: dict[str, dict[str, str]] = {
        "/lists/named/region/rollback": why,
        "/lists/named/region/remove": why,
        "/lists/feeds/region/pull": {},
        "/lists/held/1/force": why,
        "/lists/held/1/discard": why,
        f"{upload}/import": why,
        f"{upload}/look": {},
        f"{upload}/discard": why,
        "/lists/entries": ENTRY,
        "/lists/entries/try": ENTRY,
        f"/lists/entries/{entry}/withdraw": why,
        f"/lists/entries/{entry}/restore": why,
    }
    before = [(one.version_id, one.is_active) for one in HotlistVersions(console.database).of_list("region")]
    others = [role for role in Role if role is not Role.AGENCY_SERVICE]
    who = {
        console.signed_in("kim", Role.OFFICER): 403,
        console.signed_in("neighbor", *others, agency_id="suffolk-pd"): 403,
        console.signed_in("max", Role.AUDITOR): 200,
    }
    for cookie, status in who.items():
        with console.client(cookie) as client:
            assert {client.get(path).status_code for path in gets} == {status}
            assert client.post("/lists/entries/find", data={"plate": "LST0001"}).status_code == status
            assert client.get(upload).status_code == 403
            assert {client.post(path, data=data).status_code for path, data in changes.items()} == {403}
            assert send(client, rows(range(9)), name="mine").status_code == 403
            is_shown = 'href="/lists"' in client.get("/account").text
            assert is_shown is (status == 200)
    with console.client(console.cookies["max"]) as auditor:
        page = auditor.get("/lists/named/region").text
    assert all(word not in page for word in ("Go back", "out of force", "Fetch"))
    after = [(one.version_id, one.is_active) for one in HotlistVersions(console.database).of_list("region")]
    assert before == after
    assert [one.hotlist_id for one in HotlistStore(console.database).lists()] == ["region"]


def test_a_files_name_is_its_senders_and_does_no_harm(console: ConsoleSite, lee: httpx.Client) -> None:
    for name in (
        "../../../../etc/cron.d/evil.csv",
        "..\\..\\windows\\evil.csv",
        "<script>alert(1)</script>.csv",
        "\u202egnp.csv",
        "x" * 3000 + ".csv",
        "upload.json",
        "...",
        "a\nb\r\nc.csv",
        "名簿.csv",
    ):
        answer = send(lee, rows(range(2)), name, name="region")
        assert answer.status_code == 303, name
        page = lee.get(answer.headers["location"])
        assert page.status_code == 200
        assert "<script>alert" not in page.text
    kept = names_on_disk(console)
    assert all(re.fullmatch(r"[\w.+() -]{1,255}", name) and len(name.encode()) < 256 for name in kept)
    roots = {path.parent.parent.name for path in console.settings.data_dir.rglob("*evil*")}
    assert roots == {"uploads"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in (console.settings.data_dir / "hotlists").rglob("*"))


def test_what_is_no_list_is_refused_with_what_to_do(console: ConsoleSite, lee: httpx.Client) -> None:
    kept = len(names_on_disk(console))
    for file, fields, words in (
        (b"", {}, "the file is empty"),
        (rows(range(3)), {"layout": "nonsense"}, "is no layout"),
        (rows(range(3)), {"layout": "shared"}, "is no layout"),
        (rows(range(3)), {"name": "../evil"}, "cannot name a hotlist"),
        (rows(range(3)), {"state": "Atlantis"}, "is no state"),
        (rows(range(3)), {"as_of": "yesterday"}, "is no ISO 8601 time"),
        (rows(range(3)), {"mapping": "[columns"}, "not valid TOML"),
        (rows(range(3)), {"mapping": MAPPING, "layout": "ncic"}, "a mapping belongs to the layout csv"),
        (rows(range(3)), {"mapping": "x" * 70_000}, "longer than"),
    ):
        answer = send(lee, file, **fields)
        assert answer.status_code == 422, words
        assert words in answer.text
        # What was typed is there still.
        assert all(value[:40] in html.unescape(answer.text) for value in fields.values())
    assert lee.post("/lists/files", data={"layout": "csv"}).status_code == 422
    assert lee.post("/lists/files", data={"layout": "csv"}, files={"file": ("", b"")}).status_code == 422
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\n'
    for body in (head + rows(range(3)), b"", b"--b--", b"nonsense", head + b"\r\n--b", b"--b\r\n" + b"a" * 9000):
        assert lee.post("/lists/files", content=body, headers=kind).status_code == 422
    assert lee.post("/lists/files", content=b"x", headers={"Content-Type": "text/csv"}).status_code == 422
    assert len(names_on_disk(console)) == kept
    rubbish = send(lee, b"\x00\x01\x02" * 5000, name="region")
    assert "It cannot be used" in lee.get(rubbish.headers["location"]).text
    assert HotlistStore(console.database).lists() == []


def test_a_file_that_is_too_large_is_refused_and_not_kept(database: Database, tmp_path: Path) -> None:
    settings = HotlistSettings(max_upload_megabytes=0.5)
    with running_console(database, tmp_path, hotlists=settings) as console:
        with console.client(console.signed_in("lee", Role.LIST_ADMINISTRATOR)) as client:
            answer = send(client, b"x" * 600_000)
            assert answer.status_code == 422
            assert "hotlists.max_upload_megabytes" in answer.text
            assert client.post("/lists/files", content=b"x" * 1_600_000).status_code == 413
            # Everything else keeps the console's own limit.
            assert client.post("/lists/entries", content=b"x" * 17_000_000).status_code == 413
        assert names_on_disk(console) == []


def test_a_mapping_is_looked_at_before_it_counts(console: ConsoleSite, lee: httpx.Client) -> None:
    file = b"Tag;St;Why\nABC1234;VA;stolen vehicle\nXYZ9876;NC;gone fishing\n;VA;stolen vehicle\n"
    place = send(lee, file, mapping=MAPPING, name="region").headers["location"]
    page = lee.get(place).text
    assert "ABC1234" in page
    assert "gone fishing" in page
    assert "loaded as unmapped" in page
    assert HotlistStore(console.database).lists() == []
    assert lee.post(f"{place}/import").headers["location"] == "/lists/named/region"
    (found,) = HotlistStore(console.database).lists()
    assert (found.entries, found.rejected) == (2, 1)
    # Once it is in force the file is deleted, and the page says what became of it.
    assert "It is active" in lee.get(place).text
    actions = [row.action for row in audit_entries(console.database, AuditFilter(), limit=20)]
    assert actions.count(Action.TRY_LIST) == 1


def test_rejects_are_a_file_that_no_spreadsheet_runs(console: ConsoleSite, lee: httpx.Client) -> None:
    evil = ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "\uff1d1"]
    lines = "".join(f'"{text}",VA,stolen vehicle,1,x\n' for text in evil)
    active(lee, rows(range(20)) + lines.encode(), "region")
    version = HotlistStore(console.database).lists()[0].version_id
    answer = lee.get(f"/lists/versions/{version}/rejects.csv")
    assert answer.headers["content-disposition"] == f'attachment; filename="rejects-{version}.csv"'
    found = list(csv.reader(io.StringIO(answer.text)))
    assert len(found) > 1
    cells = [cell for row in found[1:] for cell in row]
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@", "\uff1d")) for cell in cells)
    assert lee.get(f"/lists/versions/{version + 1000}/rejects").status_code == 404
    assert lee.get(f"/lists/versions/{'9' * 30}/rejects").status_code == 422


def test_a_feed_is_fetched_now_and_what_it_holds_is_forced_or_given_up(database: Database, tmp_path: Path) -> None:
    feed = folder_feed(tmp_path / "drop")
    with running_console(database, tmp_path / "data", hotlists=HotlistSettings(feeds=(feed,))) as console:
        with console.client(console.signed_in("lee", Role.LIST_ADMINISTRATOR)) as client:
            assert "not run yet" in client.get("/lists").text
            put(tmp_path / "drop" / "one.csv", feed_rows(60))
            assert "imported" in client.post("/lists/feeds/region/pull").text
            assert client.post("/lists/feeds/other/pull").status_code == 422
            for count, change in ((5, "discard"), (6, "force")):
                put(tmp_path / "drop" / "two.csv", feed_rows(count))
                assert "held" in client.post("/lists/feeds/region/pull").text
                (hold,) = HotlistHistory(database).holds()
                page = client.get("/lists/named/region").text
                assert "by its feed (folder)" in page
                assert f"it shrinks from 60 to {count} entries" in page
                answer = client.post(f"/lists/held/{hold.hold_id}/{change}", data={"reason": "asked at its source"})
                assert answer.status_code in (200, 303)
                assert HotlistHistory(database).holds() == []
                again = client.post(f"/lists/held/{hold.hold_id}/force", data={"reason": "asked once more"})
                assert again.status_code == 422
                assert "waits under number" in again.text
        (found,) = HotlistStore(database).lists()
        newest = HotlistVersions(database).of_list("region")[0]
        assert (found.entries, newest.made_by, newest.reason) == (6, "lee", "asked at its source")
        assert newest.as_of == START


def test_a_held_version_whose_file_is_not_here_says_how_to_import_it(console: ConsoleSite, lee: httpx.Client) -> None:
    HotlistVersions(console.database).hold(
        "region", layout="csv", file_name="<b>half.csv", file_sha256="0" * 64, as_of=None, reason="it shrinks"
    )
    (hold,) = HotlistHistory(console.database).holds()
    page = lee.get("/lists").text
    assert "platewatch hotlist import --source csv --name region --force REASON FILE" in page
    assert "<b>half" not in page
    assert "Make it active" not in page
    answer = lee.post(f"/lists/held/{hold.hold_id}/force", data={"reason": "asked at its source"})
    assert answer.status_code == 422
    assert "is not kept on this machine" in answer.text


def test_reasons_that_say_nothing_are_refused_and_change_nothing(console: ConsoleSite, lee: httpx.Client) -> None:
    active(lee, rows(range(5)), "region")
    active(lee, rows(range(6)), "region")
    entry = HotlistStore(console.database).entries_of("region", 1)[0].entry_id
    place = send(lee, rows(range(3))).headers["location"]
    for path in ("/lists/named/region/rollback", "/lists/named/region/remove", f"{place}/discard"):
        for reason in ("", ".", "test", "none"):
            assert lee.post(path, data={"reason": reason}).status_code == 422, (path, reason)
    for reason in ("", "x"):
        assert lee.post(f"/lists/entries/{entry}/withdraw", data={"reason": reason}).status_code == 422
    (found,) = HotlistStore(console.database).lists()
    assert found.entries == 6
    assert lee.post("/lists/named/region/remove", data={"reason": "the agreement has ended"}).status_code == 303
    assert "It is not in force" in lee.get("/lists/named/region").text
    assert HotlistStore(console.database).lists() == []


def test_an_entry_is_found_with_its_past_whatever_it_holds(console: ConsoleSite, lee: httpx.Client) -> None:
    assert lee.post("/lists/entries", data=ENTRY | {"case": "<script>1</script>"}).status_code == 303
    assert lee.post("/lists/entries", data=ENTRY | {"vehicle": "grey Honda"}).status_code == 303
    page = lee.post("/lists/entries/find", data={"plate": "bkv-4921", "state": "VA"})
    assert page.text.count("BKV4921") == 2
    assert "<script>1" not in page.text
    assert lee.post("/lists/entries/find", data={"plate": "BKV4921", "state": "Atlantis"}).status_code == 422
    assert lee.get(f"/lists/entries/{uuid4()}").status_code == 404
    assert lee.get("/lists/entries/nonsense").status_code == 422
    for change in ({"plate": ""}, {"kind": ""}, {"kind": "unmapped"}, {"expires": "1999-01-01"}, {"name": "../x"}):
        answer = lee.post("/lists/entries/try", data=ENTRY | change)
        assert answer.status_code == 422, change
        assert 'role="alert"' in answer.text
    assert lee.post("/lists/entries/find", data={"plate": "x" * 200}).status_code == 422


def test_what_stays_silent_says_why_and_by_whose_word(console: ConsoleSite, lee: httpx.Client) -> None:
    page = lee.get("/lists/law").text
    policy = re.search(r"<tr>\s*<th scope=\"row\">immigration</th>(.*?)</tr>", page, re.DOTALL)
    assert policy is not None
    assert "stays silent" in policy[1]
    assert all(category.value.replace("_", " ") in page for category in Category)
    entry = single_entry(SingleEntry(Category.IMMIGRATION, "SLN1234", "VA"), "local", START)
    add_entry(KEEPER, console.database, entry)
    assert "raises no alert here" in lee.get(f"/lists/entries/{entry.entry_id}").text
    tried = lee.post("/lists/entries/try", data=ENTRY | {"kind": "immigration", "plate": "SLN1234"}).text
    assert "It would raise no alert here" in tried
    assert "This plate is listed already" in tried
