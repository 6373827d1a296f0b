"""No plate, case or reason stands in an address: those are kept by browsers, and by the logs of proxies."""

from __future__ import annotations

import logging
import re

import httpx
import pytest

from benchmarks.api.world import PLATES
from schemas.roles import Role
from tests.integration.console.attacks.hostile import forms_of
from tests.integration.console.attacks.routes import STREAMS, known, routes
from tests.integration.console.attacks.test_texts import ENDS
from tests.integration.console.site import Stage

EVERYTHING = tuple(role for role in Role if role is not Role.AGENCY_SERVICE)
PERSONAL = re.compile(r"plate|nic|case|purpose|words|reason|why|warrant|offense|pattern|passes_of|note")
"""Names of fields that hold a plate, a record's own number, or why somebody asks."""
FREE = frozenset({"/sign-in"})
"""Its `next` is a page's address, which has none of them either."""
PLATE = "QXZ7731"
"""What is typed: it is no plate of the stage's."""


def test_no_route_takes_a_plate_or_a_reason_from_its_address() -> None:
    found = {
        (route.method, route.path, name)
        for route in routes()
        for name in (*route.in_query, *route.in_path)
        if PERSONAL.search(name) and route.path not in FREE
    }
    assert found == set()
    # The names are those that forms have: else nothing is proved.
    typed = {name for route in routes() for name in route.in_form if PERSONAL.search(name)}
    assert {"plate", "nic", "case", "words", "purpose", "reason"} <= typed


@pytest.fixture(scope="module")
def answers(stage: Stage) -> list[httpx.Response]:
    """Every page, and what every form of it answers when the plate is typed into all of its fields for text."""
    found, tried = [], set()
    with stage.site.client(stage.site.signed_in("every-role", *EVERYTHING)) as client:
        for route in routes():
            if route.method != "GET" or route.is_api or route.path in STREAMS:
                continue
            page = client.get(route.at(known(stage)))
            if "text/html" not in page.headers.get("content-type", ""):
                continue
            found.append(page)
            for method, action, values in forms_of(page.text, PLATE):
                address = str(page.url.join(action))
                if address.endswith(ENDS) or not address.startswith(stage.site.url) or (method, address) in tried:
                    continue
                tried.add((method, address))
                sent = {"params": values} if method == "GET" else {"data": values}
                answer = client.request(method, address, **sent)  # type: ignore[arg-type]
                assert PLATE not in answer.headers.get("location", ""), (method, address)
                if "text/html" in answer.headers.get("content-type", ""):
                    found.append(answer)
    assert len(tried) > 30
    return found


def test_no_form_puts_a_plate_or_a_reason_into_an_address(answers: list[httpx.Response]) -> None:
    methods = set()
    for page in answers:
        for method, action, values in forms_of(page.text, ""):
            methods.add(method)
            if method == "GET":
                assert [name for name in values if PERSONAL.search(name)] == [], (str(page.url), action)
    assert methods == {"GET", "POST"}


def test_no_link_has_a_plate(answers: list[httpx.Response]) -> None:
    shown = set()
    for page in answers:
        shown |= {plate for plate in (*PLATES, PLATE) if plate in page.text}
        for address in re.findall(r'(?:href|src|action|data-[a-z]+|hx-[a-z]+)="(/[^"]*)"', page.text):
            assert not any(plate in address.upper() for plate in (*PLATES, PLATE)), (str(page.url), address)
    assert {PLATE, "VNV4527"} <= shown  # they are on the pages


def test_no_address_with_a_query_is_written_to_a_log(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """The console keeps no log of addresses, whatever somebody writes behind one."""
    caplog.set_level(logging.INFO)
    with stage.site.client(stage.site.signed_in("every-role", *EVERYTHING)) as client:
        for path in ("/audit", "/agreements/log", "/lists/entries", "/board", "/nothing-here", "/api/v1/audit"):
            client.get(path, params={"plate": PLATE})
            client.post(path, params={"plate": PLATE})
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("httpx")]
    assert not any(PLATE in message for message in ours)
