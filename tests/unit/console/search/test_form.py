"""What somebody types into the search goes along as it was typed, as much as a form may hold."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request

from console.search.form import SearchForm, search_form

REASON = {"kind": "accident", "purpose": "hit and run", "case": "26-117", "offense": "hit-run", "warrant": "W-1"}
NARROWING = {
    **{"hours": "22-5", "area": "36.8,-76.3,100", "other_cameras": "gate", "state": "VA", "least_confidence": "80%"},
    **{"lane": "2", "direction": "away", "speed_over": "50", "speed_under": "90", "make": "Ford", "model": "F-150"},
    **{"color": "red", "vehicle_class": "truck", "vendor": "genetec"},
}
PLAIN = {
    **{"plate": "VN*", "since": "2026-01-31", "until": "2026-02-01", **REASON, "limit": "25", "after": "x"},
    **{"passes_of": "VNV4527", "passes_since": "2026-01-01", "passes_until": "2026-01-02"},
}


def sent(*fields: tuple[str, str]) -> SearchForm:
    body = urlencode(fields).encode()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [(b"content-type", b"application/x-www-form-urlencoded")]
    return asyncio.run(
        search_form(Request({"type": "http", "method": "POST", "headers": headers, "app": None}, receive))
    )


def test_every_field_is_kept_and_sent_again_and_what_is_none_is_left_out() -> None:
    fields = [*PLAIN.items(), *NARROWING.items(), ("alike", "on"), ("valid", "on")]
    fields += [("camera", "gate"), ("camera", "bridge"), ("trail", ""), ("trail", "x")]
    form = sent(*fields, ("sort", "plate"))
    assert sorted(form.fields()) == sorted(fields)
    assert (form.cameras, form.trail) == (("gate", "bridge"), ("", "x"))


@pytest.mark.parametrize("name", NARROWING)
def test_a_search_is_narrowed_by_what_is_asked_of_place_and_vehicle(name: str) -> None:
    assert sent((name, NARROWING[name])).is_narrowed


def test_plate_time_and_reason_narrow_nothing() -> None:
    assert not sent(*PLAIN.items(), ("alike", "on")).is_narrowed
    assert sent(("valid", "on")).is_narrowed
    assert sent(("camera", "gate")).is_narrowed


def test_a_field_has_4000_characters_and_one_goes_back_through_300_pages() -> None:
    form = sent(("plate", "?" * 4000), ("area", "?" * 4001))
    assert form.too_long == ["area"]
    pages = [str(number) for number in range(301)]
    assert sent(*(("trail", page) for page in pages)).trail == tuple(pages[1:])
    assert SearchForm().at("next", tuple(pages)).trail == tuple(pages[1:])


def test_5000_cameras_can_be_marked_and_no_more() -> None:
    cameras = [("camera", str(number)) for number in range(5001)]
    assert len(sent(*cameras[:5000]).cameras) == 5000
    with pytest.raises(HTTPException) as refused:
        sent(*cameras)
    assert refused.value.status_code == 400
