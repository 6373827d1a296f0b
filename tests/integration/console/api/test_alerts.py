"""Alerts over the API: page by page, followed without a gap, and said once however often it is sent."""

from __future__ import annotations

import json
from uuid import uuid4

import httpx
import pytest

from console import streams
from schemas.actions import Action
from schemas.types import VehicleDescription
from storage.audit.reader import AuditFilter, audit_entries
from tests.integration.console.board.alerts import made, raise_alert
from tests.integration.console.site import Stage


def test_pages_lead_from_the_newest_alert_to_the_first(stage: Stage) -> None:
    with stage.api("alerts") as api:
        numbers, path = [], "/alerts?limit=1"
        while path:
            answer = api.get(path.removeprefix("/api/v1"))
            page = answer.json()
            numbers += [one["number"] for one in page["items"]]
            path = page["next"]
            assert answer.headers.get("link", "") == (f'<{path}>; rel="next"' if path else "")
    assert len(numbers) >= len(stage.world.alert_ids)
    assert numbers == sorted(set(numbers), reverse=True)
    row = audit_entries(stage.site.database, AuditFilter(action=Action.VIEW_ALERTS))[0]
    assert row.actor.name == "keeper-of-alerts"
    assert row.details["alerts"] == numbers[-1:]


def test_who_asks_for_changes_misses_none(stage: Stage) -> None:
    with stage.api("alerts") as api:
        cursor, seen, more = 0, [], True
        while more:
            told = api.get("/alerts/changes", params={"after": cursor, "limit": 2}).json()
            cursor, more = told["cursor"], told["more"]
            seen += [one["alert_id"] for one in told["items"]]
        assert set(map(str, stage.world.alert_ids)) <= set(seen)
        assert api.get("/alerts/changes", params={"after": cursor}).json()["items"] == []
        raised = raise_alert(stage.site.database, made(plate="QQQ1111"))
        other = raise_alert(stage.site.database, made(plate="QQQ2222", agency_id="gotham-pd"))
        told = api.get("/alerts/changes", params={"after": cursor}).json()
        assert [one["alert_id"] for one in told["items"]] == [str(raised)]
        assert api.post(f"/alerts/{raised}/acknowledgment", json={"note": "unit 12"}).status_code == 200
        again = api.get("/alerts/changes", params={"after": told["cursor"]}).json()
        assert [(one["alert_id"], one["standing"]) for one in again["items"]] == [(str(raised), "acknowledged")]
        assert api.get(f"/alerts/{other}").status_code == 404


def test_what_is_said_twice_is_said_once(stage: Stage) -> None:
    raised = raise_alert(stage.site.database, made(3, plate="RRR1111"))
    with stage.api("alerts") as api:
        first = api.get(f"/alerts/{raised}")
        assert (first.json()["standing"], first.headers["etag"]) == ("new", '"0"')
        assert api.get(f"/alerts/{raised}").headers["etag"] == '"0"'  # a GET leaves it new
        assert api.post(f"/alerts/{raised}/seen", json={}).json()["standing"] == "seen"
        said = {"rejection": "misread", "plate": "RRR1112"}
        stale = api.post(f"/alerts/{raised}/rejection", json=said, headers={"If-Match": '"0"'})
        assert (stale.status_code, "look again" in stale.json()["detail"]) == (412, True)
        for tag in ("nonsense", 'W/"1"', '"-1"'):
            assert api.post(f"/alerts/{raised}/rejection", json=said, headers={"If-Match": tag}).status_code == 412
        done = api.post(f"/alerts/{raised}/rejection", json=said, headers={"If-Match": '"1"'})
        assert (done.status_code, done.json()["version"]) == (200, 2)
        retried = api.post(f"/alerts/{raised}/rejection", json=said)
        assert retried.status_code == 409
        assert "keeper-of-alerts" in retried.json()["detail"]
        assert api.get(f"/alerts/{raised}").json()["version"] == 2


def test_a_confirmation_needs_the_plate_that_is_listed_and_a_reason_for_what_contradicts(stage: Stage) -> None:
    raised = raise_alert(stage.site.database, made(4, plate="SSS1111", listed_vehicle=VehicleDescription(color="BLK")))
    path = f"/alerts/{raised}"
    with stage.api("alerts") as api:
        assert api.post(f"{path}/comparison", json={"plate": "SSS1112"}).json()["fault"]
        compared = api.post(f"{path}/comparison", json={"plate": "SSS1111", "color": "white"}).json()
        assert [one["feature"] for one in compared["contradictions"]] == ["color"]
        look = {"plate": "SSS1111", "color": "white"}
        assert api.post(f"{path}/confirmation", json=look).status_code == 409
        done = api.post(f"{path}/confirmation", json=look | {"despite": {"color": "it was repainted, says the owner"}})
        assert done.json()["confirmed_by"] == "keeper-of-alerts"
        assert api.post(f"{path}/record-check", json={"priority": "urgent"}).status_code == 200
        assert api.post(f"{path}/record-check/answer", json={"answer": "valid"}).status_code == 200
        closed = api.post(f"{path}/outcome", json={"outcome": "recovered"}).json()
        assert closed["standing"] == "closed"
        assert closed["dispositions"][-1]["outcome"] == "recovered"
        assert api.get(f"{path}/pictures/plate").content.startswith(b"\xff\xd8")


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 422),
        (b"\xff\xfe", "application/json", 422),
        (b"[" * 100_000, "application/json", 400),
        (b"1" * 10_000, "application/json", 400),
        (b"[]", "application/json", 422),
        (b'{"rejection": "misread", "more": 1}', "application/json", 422),
        (b'{"rejection": "misread", "note": "\\ud800"}', "application/json", 422),
        (b'{"rejection": "misread", "supersedes": true}', "application/json", 422),
        (b"rejection=misread", "application/x-www-form-urlencoded", 415),
        (b'{"rejection": "misread"}', "text/plain", 415),
        (b"", "", 415),
    ],
)
def test_what_is_no_request_is_said_as_a_problem(stage: Stage, body: bytes, kind: str, status: int) -> None:
    with stage.api("alerts") as api:
        headers = {"Content-Type": kind} if kind else {}
        answer = api.post(f"/alerts/{uuid4()}/rejection", content=body, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json().keys() == {"type", "title", "status", "detail"}


def test_a_program_follows_what_comes_and_goes_on_after_a_cut(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    with stage.api("alerts") as api:
        cursor, more = 0, True
        while more:
            told = api.get("/alerts/changes", params={"after": cursor}).json()
            cursor, more = told["cursor"], told["more"]
        one = raise_alert(stage.site.database, made(5, plate="TTT1111"))
        with api.stream("GET", "/alerts/events", params={"after": cursor}) as stream:
            number, news = next(_news(stream))
        assert (news["alert_id"], news["listed"], news["standing"]) == (str(one), "TTT1111", "new")
        two = raise_alert(stage.site.database, made(6, plate="TTT2222"))
        with api.stream("GET", "/alerts/events", headers={"Last-Event-ID": number}) as stream:
            assert next(_news(stream))[1]["alert_id"] == str(two)
    # Whoever is no officer gets no stream, and holds nobody else's up.
    with stage.api("audit") as api:
        assert api.get("/alerts/events").status_code == 403
    monkeypatch.setattr(streams, "WELCOME_SECONDS", 0.0)
    with stage.site.client(headers={"Authorization": "Bearer none"}) as nobody:
        assert nobody.get("/api/v1/alerts/events").status_code == 401


def _news(stream: httpx.Response):
    number = ""
    for line in stream.iter_lines():
        if line.startswith("id: "):
            number = line.removeprefix("id: ")
        if line.startswith("data: {"):
            yield number, json.loads(line.removeprefix("data: "))
