"""What follows alerts: each event is one, from a number that its reader names; and versions as programs know them."""

from __future__ import annotations

import pytest
from fastapi.responses import Response

from console.api.tags import tag, version_known
from console.people.cookies import safe_target
from console.streams import event, number_of_event


def test_an_event_stays_one_whatever_its_data_holds() -> None:
    assert event("alive", "") == "event: alive\ndata: \n\n"
    assert event("card", "<b>\r\nid: 9\revent: x\n\n</b>", 7) == (
        "id: 7\nevent: card\ndata: <b>\ndata: id: 9\ndata: event: x\ndata: \ndata: </b>\n\n"
    )


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *((str(one), one) for one in (0, 7, 10**18 - 1)),
        *((text, 5) for text in (None, "", "-1", "1.5", " 7", "x", "\u0667", str(10**18))),
    ],
)
def test_what_is_no_number_of_an_event_counts_for_nothing(text: str | None, number: int) -> None:
    assert number_of_event(text, 5) == number


@pytest.mark.parametrize(
    ("said", "version"),
    [
        *((text, None) for text in (None, "*", " * ")),
        *((text, 7) for text in ('"7"', ' "7" ', '"007"')),
        ('"999999999"', 999_999_999),
        # What is no tag of ours fits no version, and what it was to guard is not done.
        *((text, -1) for text in ("7", 'W/"7"', '"7", "8"', '"-7"', '""', '"1000000000"', '"\u0667"', "")),
    ],
)
def test_a_version_is_known_by_its_tag_alone(said: str | None, version: int | None) -> None:
    assert version_known(said) == version


def test_an_answer_says_its_version_as_it_is_asked_for() -> None:
    response = Response()
    tag(response, 7)
    assert response.headers["etag"] == '"7"'
    assert version_known(response.headers["etag"]) == 7


@pytest.mark.parametrize(
    ("target", "goes_to"),
    [
        *((one, one) for one in ("/", "/board", "/search?plate=VN*", "/a/b#c")),
        *((one, "/") for one in ("", "board", "//evil.example", "/\\evil.example", "https://evil.example", "/a\\b")),
        *((one, "/") for one in ("/a\nb", "/\tb", "javascript:alert(1)")),
    ],
)
def test_after_signing_in_nobody_is_sent_to_another_site(target: str, goes_to: str) -> None:
    assert safe_target(target) == goes_to
