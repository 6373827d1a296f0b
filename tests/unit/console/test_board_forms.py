"""What an officer sends of an alert's page is taken as the page asks for it, and nothing else is."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.requests import Request

from console.board.forms import LookForm, despite_form, number_of
from operations.life.deciding import Look
from schemas.types import ComparedWith

PAGE = Path(__file__).parents[3] / "console" / "templates" / "board" / "confirm.html"


def test_the_reasons_are_taken_by_the_names_that_the_page_gives_them() -> None:
    (prefix,) = re.findall(r'name="(\w+)\{\{ feature \}\}"', PAGE.read_text(encoding="utf-8"))
    fields = {f"{prefix}state": "a rental", f"{prefix}color": " ", "note": "x", f"x{prefix}make": "y"}

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": urlencode(fields).encode(), "more_body": False}

    headers = [(b"content-type", b"application/x-www-form-urlencoded")]
    request = Request({"type": "http", "method": "POST", "headers": headers}, receive)
    assert asyncio.run(despite_form(request)) == {"state": "a rental"}


def test_what_was_left_empty_is_not_said_and_what_is_no_year_neither() -> None:
    with_picture = ComparedWith.PICTURE.value
    form = LookForm("VNV4527", " VA ", "car", "Ford", "red", " 2019 ", with_picture)
    assert form.look({"state": "a rental"}) == Look(
        plate="VNV4527",
        state="VA",
        kind="car",
        make="Ford",
        color="red",
        year=2019,
        despite={"state": "a rental"},
        compared=ComparedWith.PICTURE,
    )
    empty = Look(plate="", state=None, kind=None, make=None, color=None, year=None, despite={}, compared=None)
    assert LookForm("", "", " ", "", "", "'19", "by heart").look() == empty


@pytest.mark.parametrize(("text", "number"), [("7", 7), ("999999999", 999_999_999), ("1000000000", None), ("", None)])
def test_the_disposition_whose_place_is_taken_is_named_by_its_number(text: str, number: int | None) -> None:
    assert number_of(text) == number
    assert number_of(f"-{text}") is None
