"""What was stored is text, on every page that there is; what is typed is a value, in every field that there is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from benchmarks.api.world import PLATES
from console.api.document import document
from console.search.form import TEXTS
from schemas.roles import Role
from tests.integration.console.attacks.hostile import SHORT, TEXT, fill, forms_of, harm_of
from tests.integration.console.attacks.routes import SAFE, STREAMS, known, routes
from tests.integration.console.site import Stage

EVERYTHING = tuple(role for role in Role if role is not Role.AGENCY_SERVICE)
SQL = (
    "' or '1'='1",
    "'; drop table audit; --",
    "\\' or true --%(plate)s",
    "') union select password_hash from people --",
)


ENDS = (
    "/people/change",
    "/sign-out",
    "/account/sessions/end",
    "/people/sessions/end",
    "/people/disable",
    "/people/reset",
)
"""What would end the session that asks."""


@pytest.fixture(scope="module")
def filled(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    alert_id = fill(stage.site, tmp_path_factory.mktemp("evil"))
    stage.world.known["alert_id"] = alert_id  # type: ignore[index]
    return stage


@pytest.fixture
def client(filled: Stage) -> Iterator[httpx.Client]:
    cookie = filled.site.signed_in("every-role", *EVERYTHING)
    with filled.site.client(cookie, follow_redirects=False) as opened:
        yield opened


def test_no_page_takes_what_was_stored_for_more_than_text(filled: Stage, client: httpx.Client) -> None:
    shown = []
    for route in routes():
        if route.method != "GET" or route.path in STREAMS or route.is_api:
            continue
        answer = client.get(route.at(known(filled)))
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        harm = harm_of(answer.text)
        assert harm.found == [], route
        if SHORT in harm.text:
            shown.append(route.path)
    # These at least show what was stored; else nothing is proved.
    assert {"/board", "/board/alerts/{alert_id}", "/people"} <= set(shown)


def test_an_event_of_the_boards_is_text_too(filled: Stage, client: httpx.Client) -> None:
    with client.stream("GET", "/board/events") as stream:
        seen = ""
        for part in stream.iter_text():
            seen += part
            if SHORT.replace("<", "&lt;").replace(">", "&gt;") in seen:
                break
    assert harm_of(seen).found == []


def test_no_page_takes_what_is_typed_for_more_than_text(filled: Stage, client: httpx.Client) -> None:
    shown = []
    for route in routes():
        if route.is_api or route.path in STREAMS or route.path in ("/sign-out",):
            continue
        values = dict.fromkeys(route.in_form, TEXT)
        query = dict.fromkeys(route.in_query, TEXT)
        answer = client.request(route.method, route.at(known(filled)), params=query, data=values or None)
        assert answer.status_code < 500, route
        assert "evil" not in answer.headers.get("location", "") or answer.headers["location"].startswith("/"), route
        if "text/html" in answer.headers.get("content-type", ""):
            harm = harm_of(answer.text)
            assert harm.found == [], route
            if SHORT in harm.text:
                shown.append(route.path)
    assert "/board/alerts/{alert_id}/look" in shown  # what was typed is shown again


@pytest.mark.parametrize("text", [TEXT, SQL[0]], ids=["markup", "sql"])
def test_no_form_of_any_page_takes_what_is_typed_for_more_than_text(
    filled: Stage, client: httpx.Client, text: str
) -> None:
    """The forms as pages show them, with every field that is for text: also those that a route reads by hand."""
    before, tried = _rows(filled), set()
    for route in routes():
        if route.method != "GET" or route.is_api or route.path in STREAMS:
            continue
        page = client.get(route.at(known(filled)))
        if "text/html" not in page.headers.get("content-type", ""):
            continue
        for method, action, values in forms_of(page.text, text):
            address = str(page.url.join(action))
            place = (method, address.partition("?")[0])
            if any(address.endswith(one) for one in ENDS) or not address.startswith(filled.site.url) or place in tried:
                continue
            tried.add(place)
            sent = {"params": values} if method == "GET" else {"data": values}
            answer = client.request(method, address, **sent)  # type: ignore[arg-type]
            assert answer.status_code < 500, (route, action)
            if "text/html" in answer.headers.get("content-type", ""):
                assert harm_of(answer.text).found == [], (route, action)
    assert len(tried) > 10
    assert _rows(filled) >= before


def test_a_search_finds_texts_and_no_criterion_is_a_part_of_a_statement(filled: Stage, client: httpx.Client) -> None:
    begin = (datetime.now() - timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M:%S")  # by the agency's clock
    asked = {"since": begin, "area": "36.83,-76.29,2", "purpose": "hit and run, Main Street", "case": "26-00117"}
    found = client.post("/search", data=asked)
    harm = harm_of(found.text)
    assert (found.status_code, harm.found) == (200, [])
    assert SHORT in harm.text
    before = _rows(filled)
    for name in TEXTS:
        for text in (SQL[0], TEXT):
            answer = client.post("/search", data=asked | {name: text})
            assert answer.status_code < 500, (name, text)
            assert harm_of(answer.text).found == [], (name, text)
            if name == "plate":
                assert not any(f">{plate}<" in answer.text for plate in PLATES), text
    assert _rows(filled) >= before


def test_the_api_tells_texts_as_json_and_as_nothing_else(filled: Stage) -> None:
    for scope in filled.world.tokens:
        with filled.api(scope) as api:
            for route in routes():
                if route.is_api and route.method == "GET" and route.path not in STREAMS:
                    answer = api.get(route.at(known(filled)).removeprefix("/api/v1"))
                    kind = answer.headers["content-type"]
                    assert kind in ("application/json", "application/problem+json", "image/jpeg"), route
                    assert answer.headers["x-content-type-options"] == "nosniff"


def test_no_field_of_the_api_is_a_part_of_a_statement(filled: Stage) -> None:
    """Every text that an operation takes, one after the other, between what the document gives as an example."""
    tried = 0
    before = _rows(filled)
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            scopes = operation["security"][0]["token"]
            if not scopes or path.endswith("/events"):
                continue
            with filled.api(scopes[0]) as api:
                for sent in _asked(operation):
                    tried += 1
                    at = path.removeprefix("/api/v1")
                    for name, value in filled.world.known.items():
                        at = at.replace(f"{{{name}}}", value)
                    answer = api.request(method, at.replace("{agreement_id}", "none"), **sent)
                    assert answer.status_code < 500, (path, sent)
                    is_plate = sent.get("json", {}).get("plate") in SQL if sent.get("json") else False
                    if path == "/api/v1/reads/search" and is_plate and answer.status_code == 200:
                        found = {one["read"]["plate"] for one in answer.json()["items"]}
                        assert not found & set(PLATES), sent
    assert tried > 250
    assert _rows(filled) >= before


def _asked(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    schemas = document()["components"]["schemas"]
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    schema = {} if content is None else schemas[content["schema"]["$ref"].rpartition("/")[2]]
    body = schema.get("examples", [None])[0]
    for name, field in schema.get("properties", {}).items():
        if '"string"' in str(field).replace("'", '"') and '"enum"' not in str(field).replace("'", '"'):
            values = ([text] if field.get("type") == "array" else text for text in SQL)
            yield from ({"json": {**body, name: value}} for value in values)
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "query":
            yield from ({"params": {parameter["name"]: text}, "json": body} for text in SQL)


def _rows(stage: Stage) -> tuple[int, ...]:
    counts = []
    with stage.site.database.connection() as connection:
        for table in ("audit", "reads", "people", "alerts", "hotlist_entries"):
            found = connection.execute(f"select count(*) from {table}").fetchone()  # type: ignore[arg-type]
            counts.append(int(found[0]) if found else -1)
    return tuple(counts)


def test_no_form_field_is_a_part_of_a_statement(filled: Stage, client: httpx.Client) -> None:
    before = _rows(filled)
    for route in routes():
        if route.is_api or route.path in STREAMS or route.path == "/sign-out":
            continue
        for text in SQL:
            values = dict.fromkeys(route.in_form, text)
            query = dict.fromkeys(route.in_query, text)
            answer = client.request(route.method, route.at(known(filled)), params=query, data=values or None)
            assert answer.status_code < 500, (route, text)
            if not (route.in_form or route.in_query) or (route.method in SAFE and not route.in_query):
                break
    assert _rows(filled) >= before
