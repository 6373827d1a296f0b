"""Reads, lists, cameras, the audit and people over the API: the same gates and the same rows as everywhere."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from benchmarks.api.world import LIST, PLATES
from schemas.actions import Action
from storage.audit.reader import AuditFilter, audit_entries
from tests.integration.console.site import Stage

WHY = {"purpose": "hit and run, Main Street", "case_number": "26-00117"}


def test_a_search_needs_why_and_stands_in_the_audit_and_goes_on_page_by_page(stage: Stage) -> None:
    since = (datetime.now(UTC) - timedelta(hours=5)).isoformat()
    asked: dict[str, Any] = {"since": since, "cameras": ["gate"], "limit": 1, **WHY}
    with stage.api("reads") as api:
        for why in ({}, {"purpose": "test", "case_number": "1"}, {"purpose": "26-00117", "case_number": "none"}):
            refused = api.post("/reads/search", json={"plate": "VNV4527", **why})
            assert refused.status_code == 422
            assert "kept in the audit" in refused.json()["detail"]
        rows = audit_entries(stage.site.database, AuditFilter(action=Action.REFUSED))
        assert len([row for row in rows if row.details.get("refused") == "search"]) >= 3
        found: list[str] = []
        page = api.post("/reads/search", json=asked).json()
        while True:
            found += [one["read"]["plate"] for one in page["items"]]
            if page["next"] is None:
                break
            page = api.post("/reads/search", json=asked | {"after": page["next"]}).json()
        assert found == list(PLATES)
        row = audit_entries(stage.site.database, AuditFilter(action=Action.SEARCH))[0]
        assert (row.actor.name, row.case_number) == ("keeper-of-reads", "26-00117")
        alike = api.post("/reads/look-alikes", json={"plate": "VNV4527", **WHY}).json()
        assert {"VNV4527", "VNV4S27"} == {one["read"]["plate"] for one in alike["items"]}
        passes = api.post("/reads/passes", json={"plate": "VNV4527", **WHY}).json()
        assert [one["read"]["plate"] for one in passes["items"]] == ["VNV4527"]


def test_a_read_is_looked_at_with_its_picture_and_why(stage: Stage) -> None:
    path = f"/reads/{stage.world.read_id}"
    with stage.api("reads") as api:
        assert api.post(f"{path}/revisions", json={}).status_code == 422
        told = api.post(f"{path}/revisions", json=WHY).json()
        assert told["shown"]["read_id"] == str(stage.world.read_id)
        assert len(told["revisions"]) == 1
        picture = api.post(f"{path}/pictures/plate", json=WHY)
        assert picture.content.startswith(b"\xff\xd8")
        assert picture.headers["cache-control"] == "private, no-store"
        assert api.post(f"{path}/pictures/scene", json=WHY).status_code == 404
        assert api.post(f"{path}/pictures/plate", json={}).status_code == 422
        assert api.post(f"{path}/pictures/passwd", json=WHY).status_code == 422
    row = audit_entries(stage.site.database, AuditFilter(action=Action.VIEW_REVISIONS))[0]
    assert (row.details["pictures"], row.purpose) == (True, WHY["purpose"])


def test_a_list_is_imported_changed_and_gone_back_to_and_a_retry_doubles_nothing(stage: Stage) -> None:
    file = b"plate,state,category\nGGG1111,VA,stolen_vehicle\nGGG2222,VA,stolen_vehicle\n,VA,stolen_vehicle\n"
    asked = {"layout": "csv", "file_name": "night.csv"}
    left = stage.site.settings.data_dir / "upload-left"
    left.mkdir()
    (left / "night.csv").write_bytes(file)
    os.utime(left, (0, 0))
    with stage.api("lists", **{"Content-Type": "text/csv"}) as api:
        first, second = (api.post("/lists/night/imports", params=asked, content=file) for _ in range(2))
        assert (first.json()["entries"], first.json()["added"], first.json()["rejected"]) == (2, 2, 1)
        assert (second.json()["added"], second.json()["unchanged"]) == (0, 2)
        # Neither a copy of it stays, nor what a process left that was killed.
        assert list(stage.site.settings.data_dir.glob("upload-*")) == []
        assert api.post("/lists/night/imports", params=asked, content=b"").status_code in (409, 422)
        held = api.post("/lists/night/imports", params=asked, content=file.splitlines(keepends=True)[0])
        assert held.status_code in (409, 422)
        for name in ("../../x.csv", "=cmd.csv", "a/b.csv", "", "x" * 121):
            assert api.post("/lists/night/imports", params=asked | {"file_name": name}, content=file).status_code == 422
        for headers in ({"Content-Encoding": "gzip"}, {"Content-Type": "application/zip"}):
            assert api.post("/lists/night/imports", params=asked, content=file, headers=headers).status_code == 415
    with stage.api("lists") as api:
        page = api.get("/lists/night/entries", params={"limit": 1}).json()
        rest = api.get(page["next"].removeprefix("/api/v1")).json()
        assert [one["plate"] for one in page["items"] + rest["items"]] == ["GGG1111", "GGG2222"]
        assert [one["line"] for one in api.get("/lists/night/rejects").json()["items"]] == [4]
        assert api.get("/lists/no-such/entries").status_code == 404
        assert "night" in [one["hotlist_id"] for one in api.get("/lists").json()["items"]]
        gone = {"plate": "GGG1111", "reason": "recovered on 2026-01-31"}
        assert api.post("/lists/night/withdrawals", json=gone).json()["withdrawn"] == 1
        assert api.post("/lists/night/withdrawals", json=gone).status_code == 404
        assert api.post("/lists/night/restorations", json=gone).json()["restored"] == 1
        entry = {
            "category": "stolen_vehicle",
            "plate": "HHH1111",
            "state": "VA",
            "case_number": "26-9",
            "expires": "3d",
        }
        outcomes = [api.post("/lists/by-hand/entries", json=entry).json()["outcome"] for _ in range(2)]
        assert outcomes[0] == "added"
        assert outcomes[1] in ("unchanged", "changed")  # `3d` counts from now
        versions = api.get("/lists/night/versions").json()["items"]
        back = {"reason": "the second file was a copy", "to_version": versions[-1]["version_id"]}
        assert api.post("/lists/night/roll-backs", json=back).json()["entries"] == 2


def test_cameras_and_alarms_are_looked_at_and_seen_once(stage: Stage) -> None:
    with stage.api("cameras") as api:
        assert api.get("/cameras").json() == {"items": []}
        (alarm,) = [one for one in api.get("/alarms").json()["items"] if one["subject"] == "gate"]
        path = f"/alarms/{alarm['alarm_number']}/acknowledgment"
        assert api.post(path).status_code == 200
        assert api.post(path).status_code == 404


def test_the_audit_is_read_page_by_page_and_verified(stage: Stage) -> None:
    with stage.api("audit") as api:
        page = api.get("/audit", params={"limit": 2}).json()
        following = api.get(page["next"].removeprefix("/api/v1")).json()
        ids = [one["audit_id"] for one in page["items"] + following["items"]]
        assert ids == sorted(set(ids), reverse=True)
        assert api.post("/audit/verification").json()["problems"] == []
        names = [one["name"] for one in api.get("/reports").json()["items"]]
        span = {"since": "2026-01-01T00:00:00Z", "until": "2027-01-01T00:00:00Z"}
        assert api.get(f"/reports/{names[0]}", params=span).json()["lines"]
        assert api.get("/audit", params={"acton": "search"}).status_code == 422  # mistyped, it would narrow nothing
        assert api.get("/reports/none", params=span).status_code == 404
        assert api.get("/agreements").json() == {"items": []}
        assert api.get("/agreements/none").status_code == 404
        assert api.get("/disseminations").json() == {"items": [], "next": None}
        assert api.post("/disseminations/search", json={"plate": "VNV4527"}).json() == {"items": [], "next": None}


def test_what_was_asked_about_a_plate_is_found_page_by_page_and_no_address_has_it(stage: Stage) -> None:
    with stage.api("reads") as api:
        for case in ("26-00201", "26-00202", "26-00203"):
            assert api.post("/reads/search", json={"plate": "QQQ7731", **WHY, "case_number": case}).status_code == 200
    asked: dict[str, object] = {"plate": "qqq 7731", "action": "search", "limit": 2}
    with stage.api("audit") as api:
        first = api.post("/audit/search", json=asked).json()
        second = api.post("/audit/search", json=asked | {"after": first["next"]}).json()
        cases = [one["case_number"] for one in first["items"] + second["items"]]
        assert (cases, second["next"]) == (["26-00203", "26-00202", "26-00201"], None)
        one = api.post("/audit/search", json=asked | {"case_number": "26-00202"}).json()
        assert [row["case_number"] for row in one["items"]] == ["26-00202"]
        for path in ("/audit", "/disseminations"):
            assert api.get(path, params={"plate": "QQQ7731"}).status_code == 422


def test_people_are_added_once_changed_and_disabled(stage: Stage) -> None:
    with stage.api("people") as api:
        asked = {"name": "newcomer", "roles": ["officer"]}
        made = api.post("/people", json=asked)
        assert (made.status_code, "/begin/" in made.json()["url"] or "/enter/" in made.json()["url"]) == (201, True)
        assert api.post("/people", json=asked).status_code == 409
        changed = api.patch("/people/newcomer", json={"roles": ["analyst"], "last_training_on": "2026-01-31"}).json()
        assert (changed["roles"], changed["last_training_on"]) == (["analyst"], "2026-01-31")
        assert "newcomer" in [one["name"] for one in api.get("/people").json()["items"]]
        assert api.post("/people/newcomer/disabling", json={"reason": "left the department"}).status_code == 200
        assert api.post("/people/newcomer/disabling", json={"reason": "left the department"}).status_code == 409
        assert api.post("/people/newcomer/reset").json()["url"] != made.json()["url"]
        assert api.patch("/people/nobody-here", json={}).status_code == 404


@pytest.mark.parametrize("scope", ["alerts", "reads", "lists", "cameras", "audit", "people"])
def test_a_token_reaches_its_own_scope_alone(stage: Stage, scope: str) -> None:
    firsts = {
        "alerts": ("GET", "/alerts"),
        "reads": ("POST", "/reads/search"),
        "lists": ("GET", f"/lists/{LIST}/entries"),
        "cameras": ("GET", "/alarms"),
        "audit": ("GET", "/audit"),
        "people": ("GET", "/people"),
    }
    with stage.api(scope) as api:
        assert api.get("/me").json()["scopes"] == [scope]
        asked = {"plate": "VNV4527", **WHY}
        for other, (method, path) in firsts.items():
            body = {"json": asked} if method == "POST" else {}
            status = api.request(method, path, **body).status_code
            assert status == (200 if other == scope else 403), (other, status)
