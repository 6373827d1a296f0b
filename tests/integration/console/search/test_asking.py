"""The search without a browser: who may, what is refused and where that is said, what leaves, whose is what."""

from __future__ import annotations

import csv
import errno
import io
import json
import re
import zipfile
from collections.abc import Iterator
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from console.search import downloads
from operations.searches.verify_evidence import problems
from schemas.audit import Action
from schemas.roles import Role
from services.signing import SigningKeys
from storage.audit.reader import AuditFilter, audit_entries
from tests.integration.console.search.reads import WHY, passed
from tests.integration.console.site import ConsoleSite

SEARCHERS = (Role.ANALYST, Role.SUPERVISOR, Role.AGENCY_SERVICE)
ROOM = {
    "/search": {},
    "/search/passes": {"passes_of": "VNV4527"},
    "/search/read": {"read": "0b6c9b0e-6a1f-5d0e-8f5e-2f9a1c3d4e5f"},
    "/search/read/correct": {
        "read": "0b6c9b0e-6a1f-5d0e-8f5e-2f9a1c3d4e5f", "plate_seen": "VNV4S27", "reason": "the picture shows an S",
    },
    "/search/export": {"as": "csv"},
    "/search/evidence": {},
    "/search/saved": {"saved_name": "the gates"},
    "/search/saved/run": {"search": "1"},
    "/search/saved/remove": {"search": "1"},
    "/search/saved/end": {"case": "26-117"},
}  # fmt: skip


@pytest.fixture
def kim(console: ConsoleSite) -> Iterator[httpx.Client]:
    with console.client(console.signed_in("kim", Role.ANALYST)) as client:
        yield client


def asked(client: httpx.Client, path: str = "/search", **fields: Any) -> httpx.Response:
    return client.post(path, data={"plate": "VNV4527", **WHY, **fields})


def newest(console: ConsoleSite) -> Any:
    return audit_entries(console.database, AuditFilter(), limit=1)[0]


def test_who_may_not_sees_nothing_and_it_is_written_down(console: ConsoleSite) -> None:
    passed(console, 1, pictured=False)
    strangers = {
        "olive": console.signed_in("olive", *(one for one in Role if one not in SEARCHERS)),
        "neighbor": console.signed_in("neighbor", Role.ANALYST, Role.SUPERVISOR, agency_id="suffolk-pd"),
    }  # fmt: skip
    for cookie in strangers.values():
        with console.client(cookie) as client:
            for path in ("/search", "/search/saved"):
                assert client.get(path).status_code == 403, path
            for path, fields in ROOM.items():
                answer = asked(client, path, **fields)
                assert (answer.status_code, "VNV45" in answer.text.replace("VNV4S27", "")) == (403, False), path
    with console.client() as client:
        for path, fields in ROOM.items():
            answer = asked(client, path, **fields)
            assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in"), path
    rows = audit_entries(console.database, AuditFilter(), limit=99)
    assert [row.action for row in rows].count(Action.REFUSED) == 2 * (len(ROOM) + 2)
    with console.client(console.cookies["neighbor"], headers={"Sec-Fetch-Site": "cross-site"}) as client:
        assert asked(client).status_code == 403


FAULTS = (
    ({"purpose": ""}, "purpose", "is missing"),
    ({"purpose": "test"}, "purpose", "says nothing"),
    ({"purpose": "26-117"}, "purpose", "is a number"),
    ({"purpose": "x"}, "purpose", "is one letter"),
    ({"kind": "stolen_vehicle", "purpose": ""}, "purpose", "repeats it"),
    ({"case": ""}, "case", "is missing"),
    ({"case": "none"}, "case", "has no digit"),
    ({"offense": "jaywalking"}, "offense", "none of the FBI"),
    ({"warrant": "."}, "warrant", "neither letters nor digits"),
    ({"hours": "late"}, "hours", "no hours"),
    ({"area": "36.8"}, "area", "is no area"),
    ({"state": "Virginia"}, "state", "is no state"),
    ({"since": "yesterday"}, "since", "is no time"),
    ({"until": "0001-01-01"}, "until", "is no time"),
    ({"least_confidence": "nan"}, "least_confidence", "no confidence"),
    ({"speed_over": "fast"}, "speed_over", "is no speed"),
    ({"limit": "9999"}, "limit", "is no whole number"),
)


def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(console: ConsoleSite, kim: httpx.Client) -> None:
    passed(console, 1, pictured=False)
    typed = {"plate": "vnv-4527", "make": "<b>ford", "other_cameras": "a, b", "camera": "gate-1", "valid": "on"}
    counted = 0
    for fields, name, words in FAULTS:
        sent = {"hours": "6-9", **WHY, **typed, **fields}
        answer = kim.post("/search", data=sent)
        assert answer.status_code == 422, fields
        fault = re.search(rf'(?:id="fault-{name}"|href="#{name}")>([^<]*)<', answer.text)
        assert fault is not None, fields
        assert words in unescape(fault[1])
        assert "--" not in fault[1]
        for value in sent.values():
            assert value in unescape(answer.text), (fields, value)
        assert "<b>ford" not in answer.text
        assert 'id="found"' not in answer.text
        counted += name in ("purpose", "case", "offense", "warrant")
    actions = [row.action for row in audit_entries(console.database, AuditFilter(), limit=99)]
    assert (actions.count(Action.REFUSED), Action.SEARCH in actions) == (counted, False)


def test_each_criterion_counts(console: ConsoleSite, kim: httpx.Client) -> None:
    passed(console, 1, pictured=False)
    passed(console, 2, "VNV4S27", pictured=False, jurisdiction="US-NC", confidence=0.95)

    def plates(**fields: Any) -> list[str]:
        answer = asked(kim, **fields)
        assert answer.status_code == 200, answer.text
        return re.findall(r'<th scope="row">\s*<b class="text">(\w+)</b>', answer.text)

    both = ["VNV4S27", "VNV4527"]
    assert plates() == ["VNV4527"]
    assert plates(plate="VNV4?27") == both
    assert plates(plate="vn*27") == both
    assert plates(plate="VN*", camera="gate-1") == ["VNV4527"]
    assert plates(plate="VN*", other_cameras="gate-2, nowhere") == ["VNV4S27"]
    assert plates(plate="VN*", area="36.8354,-76.2983,0.5") == ["VNV4S27"]
    assert plates(plate="VN*", state="nc") == ["VNV4S27"]
    assert plates(plate="VN*", least_confidence="90%") == ["VNV4S27"]
    assert plates(plate="VN*", valid="on") == ["VNV4527"]
    assert plates(plate="VN*", color="black", make="yamaha") == both
    assert plates(plate="VN*", color="red") == []
    assert plates(plate="VN*", since="2026-11-21T00:01+00:00", until="2026-11-21T00:02+00:00") == ["VNV4S27"]
    assert plates(plate="", since="2026-11-20", until="2026-11-22", color="black") == both
    alike = asked(kim, alike="on").text
    assert "By chance" in alike
    assert "VNV4S27" in alike
    assert "reads that were searched" in alike
    assert asked(kim, plate="VN*", alike="on").status_code == 422
    no_plate = asked(kim, plate="")
    assert (no_plate.status_code, "needs the time" in no_plate.text) == (422, True)


def test_pages_follow_each_other_and_go_back(console: ConsoleSite, kim: httpx.Client) -> None:
    for number in range(5):
        passed(console, number, pictured=False)
    seen, fields = [], {"plate": "VNV4527", "limit": "2", **WHY}
    for _ in range(3):
        text = kim.post("/search", data=fields).text
        seen.append(re.findall(r'name="read" value="([^"]+)"', text))
        fields = form_before(text, "Older reads") if "Older reads" in text else {}
        back = form_before(text, "Newer reads") if "Newer reads" in text else None
    assert [len(one) for one in seen] == [2, 2, 1]
    assert len({one for page in seen for one in page}) == 5
    assert fields == {}
    assert back is not None
    assert re.findall(r'name="read" value="([^"]+)"', kim.post("/search", data=back).text) == seen[1]


def refuse(error: Exception, **_: Any) -> Any:
    raise error


def form_before(text: str, button: str) -> dict[str, Any]:
    """Return the fields that a form with a button sends."""
    form = next(one for one in text.split("<form ") if f">{button}</button>" in one)
    fields: dict[str, Any] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form):
        fields.setdefault(name, []).append(unescape(value))
    return fields


def test_files_have_what_fits_and_are_exports(console: ConsoleSite, kim: httpx.Client) -> None:
    passed(console, 1, camera_id="=cmd|' /C calc'!A1", pictured=False)
    passed(console, 2, "VNV4528", pictured=False)
    answer = asked(kim, "/search/export", **{"as": "csv", "plate": "VN*", "limit": "25"})
    assert answer.headers["content-type"].startswith("text/csv")
    name = re.fullmatch(r'attachment; filename="(reads-26-117-[0-9-]+\.csv)"', answer.headers["content-disposition"])
    assert name is not None
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["plate"] for row in rows] == ["VNV4528", "VNV4527"]
    assert rows[1]["camera_id"].startswith("'=")
    assert newest(console).action is Action.EXPORT
    told = asked(kim, "/search/export", **{"as": "geojson"})
    assert told.headers["content-type"] == "application/geo+json"
    assert len(json.loads(told.text)["features"]) == 1
    assert json.loads(asked(kim, "/search/export", **{"as": "json"}).text)[0]["plate"] == "VNV4527"
    for wrong, words in (
        ({"as": "exe"}, "as"),
        ({"as": "csv", "purpose": "test"}, "says nothing"),
        ({"as": "csv", "plate": "BKR2203"}, "nothing to write"),
        ({"as": "csv", "alike": "on"}, "look-alikes"),
        ({"as": "csv", "hours": "x"}, "no hours"),
    ):
        refused = asked(kim, "/search/export", **wrong)
        assert (refused.status_code, words in unescape(refused.text)) == (422, True), wrong
    evil = asked(kim, "/search/export", **{"as": "csv", "case": '26"\r\nX-Evil: 1; ../../etc/117'})
    assert re.fullmatch(r'attachment; filename="reads-[A-Za-z0-9-]+\.csv"', evil.headers["content-disposition"])


def test_a_package_of_evidence_is_signed_and_nothing_of_it_stays(
    console: ConsoleSite, kim: httpx.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed(console, 1)
    before = sorted(path for path in console.settings.data_dir.rglob("*") if "signing" not in path.parts)
    answer = asked(kim, "/search/evidence", limit="25")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-length"] == str(len(answer.content))
    package, key = tmp_path / "package.zip", tmp_path / "key.pem"
    package.write_bytes(answer.content)
    key.write_bytes(SigningKeys(console.settings.data_dir).current().public.pem)
    assert list(problems(package, key)) == []
    with zipfile.ZipFile(package) as found:
        assert json.loads(found.read("manifest.json"))["made_by"] == "kim"
        assert sum(name.startswith("pictures/") for name in found.namelist()) == 2
    assert newest(console).action is Action.MAKE_EVIDENCE
    assert asked(kim, "/search/evidence", plate="BKR2203").status_code == 422
    assert asked(kim, "/search/evidence", case="").status_code == 422
    assert sorted(path for path in console.settings.data_dir.rglob("*") if "signing" not in path.parts) == before
    with monkeypatch.context() as full:
        full.setattr(downloads.tempfile, "TemporaryFile", partial(refuse, OSError(errno.ENOSPC, "no space left")))
        answer = asked(kim, "/search/evidence")
        assert (answer.status_code, "no space left" in answer.text) == (503, True)
    # Whoever asks for more than are made at a time is told so, and every turn is given back.
    for _ in range(downloads.AT_ONCE + 1):
        assert asked(kim, "/search/evidence").status_code == 200
    monkeypatch.setattr(downloads, "TURN_SECONDS", 0.05)
    turns = [downloads._turns.acquire(timeout=60) for _ in range(downloads.AT_ONCE)]
    try:
        assert turns == [True] * downloads.AT_ONCE
        assert asked(kim, "/search/evidence").status_code == 503
    finally:
        for _ in turns:
            downloads._turns.release()


def test_passes_say_less_where_the_purpose_says_less(console: ConsoleSite, kim: httpx.Client) -> None:
    for number in range(3):
        passed(console, number, pictured=False)
    text = asked(kim, "/search/passes", passes_of="VNV4527").text
    assert "3 passes on" in text
    assert "1 min 0 s" in text
    assert "2.2 km" in text
    assert "fifty" not in text
    assert newest(console).action is Action.VIEW_PASSES
    short = asked(kim, "/search/passes", passes_of="VNV4527", purpose="stolen vehicle").text
    assert "50 passes at most" in short
    for fields, words in (
        ({"passes_of": "VN*"}, "in full"),
        ({"passes_of": "VNV4527", "case": ""}, "is missing"),
        ({"passes_of": "VNV4527", "passes_since": "x"}, "is no time"),
    ):
        refused = asked(kim, "/search/passes", **fields)
        assert (refused.status_code, words in unescape(refused.text)) == (422, True), fields


def test_kept_searches_are_ones_own_alone(console: ConsoleSite, kim: httpx.Client) -> None:
    passed(console, 1, pictured=False)
    kept = asked(kim, "/search/saved", saved_name="<i>gates</i>", saved_days="3", hours="0-24", alike="on")
    assert (kept.status_code, kept.headers["location"]) == (303, "/search/saved")
    text = kim.get("/search/saved").text
    assert "&lt;i&gt;gates" in text
    number = re.findall(r'name="search" value="(\d+)"', text)[0]
    with console.client(console.signed_in("ann", Role.SUPERVISOR)) as ann:
        assert "gates" not in ann.get("/search/saved").text
        for path in ("/search/saved/run", "/search/saved/remove"):
            answer = ann.post(path, data={"search": number})
            assert (answer.status_code, "VNV4527" in answer.text) == (422, False), path
    found = kim.post("/search/saved/run", data={"search": number})
    assert found.status_code == 200
    assert 'value="VNV4527"' in found.text
    assert f'value="{WHY["case"]}"' in found.text
    assert "By chance" in found.text
    assert newest(console).details["saved_search"] == int(number)
    for wrong in ({"saved_name": ""}, {"saved_name": "x", "saved_days": "400"}, {"saved_name": "x", "case": ""}):
        refused = asked(kim, "/search/saved", **wrong)
        assert (refused.status_code, 'value="VNV4527"' in refused.text) == (422, True), wrong
    assert kim.post("/search/saved/end", data={"case": "26-118"}).status_code == 422
    assert kim.post("/search/saved/end", data={"case": "26-117"}).status_code == 303
    assert kim.post("/search/saved/run", data={"search": number}).status_code == 422
    assert kim.post("/search/saved/remove", data={"search": number}).status_code == 422


def test_bodies_that_no_form_sends_are_refused(console: ConsoleSite, kim: httpx.Client) -> None:
    assert kim.post("/search", files={"plate": ("x", b"VNV4527")}).status_code == 400
    assert kim.post("/search", data={f"x{number}": "1" for number in range(2000)}).status_code in (200, 400, 422)
    for path in ("/search/read", "/search/read/correct"):
        assert asked(kim, path, read="../../etc/passwd").status_code == 422
    odd = {
        "plate": "VN\x00*",
        "purpose": "stolen\x00 vehicle, seen at Main",
        "other_cameras": "'; drop table reads; --",
    }
    assert asked(kim, **odd).status_code == 422
    assert asked(kim, **(odd | {"plate": "VNV*"})).status_code == 200
    assert asked(kim, plate="?" * 4000).status_code == 422
    assert asked(kim, plate="(a+)+$" * 500).status_code == 422
