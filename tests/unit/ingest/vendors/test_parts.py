"""Times, states, confidences, plates, pictures, JSON, XML and secrets, as vendors write them."""

from __future__ import annotations

import base64
import struct
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from ingest.opencv import cv2
from ingest.picture_header import read_header
from ingest.vendors.parts.bodies import open_message
from ingest.vendors.parts.confidences import probability
from ingest.vendors.parts.json_text import read_json
from ingest.vendors.parts.pictures import kept_picture, picture_in
from ingest.vendors.parts.plates import plate_text
from ingest.vendors.parts.redaction import kept_payload, redacted
from ingest.vendors.parts.states import country_of, state_of
from ingest.vendors.parts.text import decode_text
from ingest.vendors.parts.times import Times
from ingest.vendors.parts.values import as_number, text_at, truth_at, walk
from ingest.vendors.parts.vehicles import compass, direction_of, location_of, movement_of
from ingest.vendors.parts.xml_text import read_xml
from ingest.vendors.registry import with_zone
from schemas.errors import InvalidInput
from tests.unit.ingest.vendors.messages import JPEG, JPEG_TEXT, NOW, message_of, multipart, source_of

EIGHT = datetime(2026, 5, 4, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        *(1777896000, 1777896000.0, "1777896000", 1777896000000, "1777896000000", 1777896000000000, 1.777896e9),
        *("2026-05-04T12:00:00Z", "2026-05-04T08:00:00-04:00", "2026-05-04 08:00:00", "2026-05-04 08:00:00.000000"),
        *(
            "05/04/2026 08:00:00",
            "5/4/2026 8:00:00 AM",
            "20260504080000",
            "20260504T0800000000000",
            "2026/05/04 08:00:00",
        ),
        *("20260504 080000000", "2026-05-04T12:00:00.000+0000", "Mon, 04 May 2026 12:00:00 GMT", "20260504T120000Z"),
    ],
)
def test_times(value: object) -> None:
    assert Times(source_of("rekor"), NOW).of(value) == EIGHT


def test_the_order_of_dates_is_the_sources_unless_only_the_other_can_be() -> None:
    day_first = Times(source_of("rekor", date_order="dmy", timezone="UTC"), NOW)

    assert day_first.of("04/05/2026 12:00:00") == EIGHT
    assert day_first.of("10/24/2026 00:00") == datetime(2026, 10, 24, tzinfo=UTC)


def test_the_doubled_hour_of_autumn_is_the_one_that_has_been() -> None:
    early = datetime(2026, 11, 1, 5, 31, tzinfo=UTC)
    late = datetime(2026, 11, 1, 6, 31, tzinfo=UTC)

    assert Times(source_of("rekor"), early).of("2026-11-01 01:30:00") == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert Times(source_of("rekor"), late).of("2026-11-01 01:30:00") == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    # A reader's clock may be ten minutes ahead.
    for ahead, hour in ((600, 6), (601, 5)):
        times = Times(source_of("rekor"), datetime(2026, 11, 1, 6, 30, tzinfo=UTC) - timedelta(seconds=ahead))
        assert times.of("2026-11-01 01:30:00") == datetime(2026, 11, 1, hour, 30, tzinfo=UTC)


@pytest.mark.parametrize("value", [None, True, "", "soon", "0000-00-00", "2026-13-45", -5, 0, 1e300, [], "9" * 30])
def test_no_times(value: object) -> None:
    assert Times(source_of("rekor"), NOW).of(value) is None


@pytest.mark.parametrize(
    ("value", "scale", "expected"),
    [
        *((0.5, 1, 0.5), ("0.5", 1, 0.5), (95.5, 1, 0.955), (1, 1, 0.99), (100, 100, 0.99), ("97 %", 100, 0.97)),
        *((0.97, 100, 0.97), (1, 100, 0.01), (204, 255, 0.8), (255, 255, 0.99), ("91,5", 100, 0.915)),
        *((None, 100, None), ("", 1, None), (0, 100, None), (-1, 1, None), (101, 100, None), (256, 255, None)),
        *(("nan", 1, None), (float("nan"), 1, None), (True, 1, None), ([], 1, None), ("high", 100, None)),
    ],
)
def test_confidences(value: Any, scale: Any, expected: float | None) -> None:
    found = probability(value, scale)

    assert found == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    ("text", "country", "usual", "expected"),
    [
        *(("us-va", None, "US", "US-VA"), ("ma", "us", "US", "US-MA"), ("VA", None, "US", "US-VA")),
        *(("Virginia", "USA", "US", "US-VA"), ("new_hampshire", None, "US", "US-NH"), ("ca", None, "US", "US-CA")),
        *(("ON", "CAN", "US", "CA-ON"), ("ca-on", None, "US", "CA-ON"), ("us-ca", None, "US", "US-CA")),
        *(("washington_dc", None, "US", "US-DC"), ("ma", "fr", "US", None), ("ma", "POL", "US", None)),
        *(("VA", None, "IT", None), ("US", None, "US", None), ("", None, "US", None), ("Bavaria", None, "US", None)),
        *(("CA", "CA", "US", None), ("USA", "USA", "US", None), (None, "USA", "US", None)),
    ],
)
def test_states(text: str | None, country: str | None, usual: str, expected: str | None) -> None:
    assert state_of(text, country, usual) == expected


@pytest.mark.parametrize(
    "value",
    [
        *(
            None,
            "",
            " ",
            "-",
            "unknown",
            "UNKNOWN",
            "no plate",
            "NO_PLATE",
            "none",
            "noplate",
            "null",
            "N/A",
            True,
            "??",
        ),
        *({}, "00000000-0000-0000-0000-000000000000", "无车牌"),
    ],
)
def test_what_is_no_plate(value: object) -> None:
    assert plate_text(value) is None


@pytest.mark.parametrize("value", ["NOPLATE", "NONE", "NULL", "ABC-123", "1", "F1", "UNKNWN"])
def test_what_people_have_on_their_cars(value: str) -> None:
    assert plate_text(value) == value


def test_a_character_that_was_not_read_stays_in_its_place() -> None:
    assert plate_text("AB*12#4") == "AB?12?4"
    assert plate_text(1234567) == "1234567"


def test_a_text_that_is_too_long_for_a_plate_is_refused() -> None:
    with pytest.raises(InvalidInput, match="13 characters"):
        plate_text("ABCDEFGHIJKLM")


@pytest.mark.parametrize(
    "text",
    [
        *(JPEG_TEXT, f"data:image/jpeg;base64,{JPEG_TEXT}", JPEG_TEXT.rstrip("="), f"{JPEG_TEXT}==", f" {JPEG_TEXT}\n"),
        *(JPEG_TEXT[:40] + "\r\n" + JPEG_TEXT[40:], JPEG_TEXT.replace("+", "-").replace("/", "_")),
    ],
)
def test_pictures_in_base64(text: str) -> None:
    assert picture_in(text) == JPEG


def test_one_character_too_many_is_none_of_a_picture() -> None:
    whole = JPEG + b"\0" * (-len(JPEG) % 3)
    assert picture_in(base64.b64encode(whole).decode() + "A") == whole


def test_names_are_the_same_in_any_case_and_the_one_that_is_spelled_so_counts() -> None:
    assert walk({"AbC": [{"x": 1}]}, "aBc.0.X") == 1
    assert walk({"ab": 1, "AB": 2, "Ab": 3}, "Ab") == 3
    assert walk({"ab": None}, "ab.c") is None
    assert [walk({"a": [7, 8]}, path) for path in ("a.1", "a.2", "a.-1", "a.x")] == [8, None, None, None]


@pytest.mark.parametrize(
    ("written", "number"),
    [
        *(("97,5", 97.5), ("97.5 %", 97.5), ("1,234.5", None), ("1,234,567", None), (" 7 ", 7.0), ("%", None)),
        *(
            ("1_0", None),
            ("\u0661", None),
            ("inf", None),
            (True, None),
            ({"#text": "7"}, 7.0),
            ("", None),
            (None, None),
        ),
    ],
)
def test_numbers_as_text(written: object, number: float | None) -> None:
    assert as_number(written) == number


def test_a_part_without_anything_in_it_and_one_that_nobody_can_read_are_no_trees() -> None:
    body = multipart(("a.json", "application/json", b'{"a": 1}'), ("b", "text/plain", b" "), ("c", "a/b", b"\x7fELF"))
    opened = open_message(message_of(body, "multipart/form-data; boundary=cut"))
    assert (opened.trees, opened.pictures) == ([{"a": 1}], [])
    assert opened.notes == ["c c: 4 bytes that are neither JSON nor XML nor a picture"]


def test_a_source_without_a_zone_has_the_agencys() -> None:
    assert with_zone(source_of("rekor"), "America/Chicago").timezone == "America/New_York"
    source = source_of("rekor", timezone=None)
    assert with_zone(source, "America/Chicago") == source.model_copy(update={"timezone": "America/Chicago"})


@pytest.mark.parametrize(
    "text",
    [
        *(None, "", "abc", 5, "A" * 500, "!" * 500, base64.b64encode(b"<html>" * 50).decode()),
        *(f"{JPEG_TEXT[:40]}!{JPEG_TEXT[40:]}", JPEG_TEXT[:20]),
    ],
)
def test_no_pictures(text: object) -> None:
    assert picture_in(text) is None


@pytest.mark.parametrize("suffix", [".png", ".webp"])
def test_other_pictures_become_jpeg(suffix: str) -> None:
    data = cv2.imencode(suffix, np.full((40, 60, 3), 120, np.uint8))[1].tobytes()
    header = read_header(kept_picture(data, "context"))

    assert header is not None
    assert (header.format, header.width, header.height) == ("JPEG", 60, 40)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_bomb_is_never_unpacked(kind: str) -> None:
    size = struct.pack(">II", 50_000, 50_000)
    bomb = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + size + b"\x08\x02\0\0\0" + bytes(40)
    if kind == "JPEG":
        place = JPEG.index(b"\xff\xc0") + 5
        bomb = JPEG[:place] + struct.pack(">HH", 50_000, 50_000) + JPEG[place + 4 :]
    with pytest.raises(InvalidInput, match="50000x50000 pixels"):
        kept_picture(bomb, "context")


@pytest.mark.parametrize(("height", "width"), [(0, 48), (24, 0)])
def test_a_picture_without_any_pixels_is_damaged(height: int, width: int) -> None:
    place = JPEG.index(b"\xff\xc0") + 5
    with pytest.raises(InvalidInput, match="the plate picture is a damaged JPEG; it is left out"):
        kept_picture(JPEG[:place] + struct.pack(">HH", height, width) + JPEG[place + 4 :], "plate")


def test_odd_json() -> None:
    assert read_json('{"a": NaN, "a": -Infinity, "b": 1e999, "c": 12345678901234567890123}') == [
        {"a": None, "b": None, "c": 1.2345678901234568e22}
    ]
    assert read_json('{"a":1}\n{"a":2}\n') == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a":' * 500 + "1" + "}" * 500, "[" + "1," * 300_000 + "1]", '{"a": 1', ""]
)
def test_json_that_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_json(text)


@pytest.mark.parametrize(
    "text",
    [
        *('<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "<a><b></a>"),
        *("<a>" * 1000, "<a>" + "<b/>" * 300_000 + "</a>", "<a", '<?xml version="1.0" encoding="x-none"?><a>'),
    ],
)
def test_xml_that_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_xml(text)


def test_xml_by_local_names() -> None:
    found = read_xml('<n:a xmlns:n="u" n:k="1"><n:b>x</n:b><b>y</b><c d="2">z</c></n:a>')

    assert found == {"a": {"@k": "1", "b": ["x", "y"], "c": {"@d": "2", "#text": "z"}}}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        *(("京A".encode("gb2312"), "京A"), ("Métro".encode("latin-1"), "Métro"), (b"\xef\xbb\xbf{}", "{}")),
        *(("{}".encode("utf-16"), "{}"), ("é".encode(), "é")),
    ],
)
def test_text_of_any_encoding(data: bytes, expected: str) -> None:
    assert decode_text(data) == expected


def test_a_declaration_that_lies_is_passed_over() -> None:
    data = "<?xml version='1.0' encoding='UTF-8'?><a>Métro</a>".encode("latin-1")

    assert open_message(message_of(data, "text/xml")).trees == [{"a": "Métro"}]


def test_json_in_a_form() -> None:
    body = b"json=%7B%22plate%22%3A%22A1%22%7D&x=1"

    assert open_message(message_of(body, "application/x-www-form-urlencoded")).trees == [{"plate": "A1"}]


@pytest.mark.parametrize(
    ("value", "secret"),
    [
        *(({"url": "rtsp://root:hun:ter2@10.0.0.1/a"}, "hun:ter2"), ({"license_key": "s3cret"}, "s3cret")),
        *(({"Password": "s3cret"}, "s3cret"), ({"a": {"apiKey": "s3cret"}}, "s3cret")),
        *(({"u": "https://h/a?X-Amz-Signature=s3cret&b=1"}, "s3cret"), ({"u": "http://h/?a=1&pwd=s3cret"}, "s3cret")),
        *(({"note": 'login password: "s3cret"'}, "s3cret"), ({"h": "Authorization: Bearer s3cret"}, "s3cret")),
        *(({"rtsp://u:s3cret@h/": 1}, "s3cret"), ({"token": {"value": "s3cret"}}, "s3cret")),
        *(({"SessionID": "s3cret"}, "s3cret"), ({"note": "see ftp://:s3cret@h and more"}, "s3cret")),
        *(({"u": "http://u:p@s3cret@h/x"}, "s3cret"), ({"u": "rtsp://h/cam?user=admin_password=s3cret_x"}, "s3cret")),
    ],
)
def test_secrets_are_taken_out(value: Any, secret: str) -> None:
    assert secret not in str(redacted(value))


def test_what_is_no_secret_stays() -> None:
    kept = {"key": "license_plate_unknown", "plate": "ABC123", "url": "http://h/a?b=1", "license_valid": True}

    assert redacted(kept) == kept


def test_what_is_kept_of_a_message_is_read_as_it_was() -> None:
    text = kept_payload([{"a": "Zoë\0 京", "\ud800": 1}], [])
    assert text == '{"a":"Zoë 京","?":1}'
    assert kept_payload([{"a": 1}, [2]], [("." * 201, 7)]) == (
        '{"message":[{"a":1},[2]],"pictures":[{"name":"' + "." * 200 + '","bytes":7}]}'
    )
    # A flag says nothing secret, nor does what is not there.
    assert kept_payload([{"password": True, "token": None, "pin": "", "secret": 0}], []) == (
        '{"password":true,"token":null,"pin":"","secret":"<removed>"}'
    )


def test_movement() -> None:
    found = movement_of("2", direction_of("Reverse"), "30", "mph")

    assert found is not None
    assert (found.lane, found.direction, found.speed) == ("2", "leaving", 13.411)
    assert movement_of(None, None, 0) is None
    assert movement_of(None, None, 9999) is None


def test_ways_that_readers_call_otherwise_are_one_of_two() -> None:
    coming = (
        "approaching|Approach|forward|toward|towards|in|entering|oncoming|incoming|front|closer|obverse|come|coming"
    )
    going = "leaving|Leave|reverse|away|out|exiting|outgoing|rear|back|going|departing|further|receding|gone|go"
    assert {direction_of(word) for word in (*coming.split("|"), "approachingCamera")} == {"approaching"}
    assert {direction_of(word) for word in (*going.split("|"), "Moving away")} == {"leaving"}
    assert [direction_of(word) for word in ("North", " ", None)] == ["north", None, None]
    winds = ["north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest"]
    assert [compass(degrees) for degrees in range(0, 360, 45)] == winds
    speeds = {
        unit: movement_of(None, None, 36, unit) for unit in ("m/s", "mps", "km/h", "KMH", "kph", "kmph", "mph", "kn")
    }
    assert [moved and moved.speed for moved in speeds.values()] == [36, 36, 10, 10, 10, 10, 16.093, None]
    assert [moved and moved.speed for moved in (movement_of("1", None, most, "m/s") for most in (150, 150.1))] == [
        150,
        None,
    ]


def test_words_for_nothing_are_no_value_and_those_for_yes_are_one() -> None:
    nothing = "|-|--|---|unknown|Unknow|unidentified|undefined|None|null|N/A|na|nil|?|not available|not found|NaN|other"
    nothing += "|Others|no|00000000-0000-0000-0000-000000000000"
    assert {text_at({"color": word, "also": "red"}, "color", "also") for word in nothing.split("|")} == {"red"}
    assert [truth_at({"hit": word}, "hit") for word in ("true", "Yes", "y", "1", "on", True, 1)] == [True] * 7
    assert [truth_at({"hit": word}, "hit") for word in ("false", "no", "0", "off", "2", False, 0, None)] == [False] * 8


def test_countries_by_any_of_their_names() -> None:
    names = {"US": "US|usa|840|United States|United States of America", "CA": "CA|can|124|Canada", "other": "MX|DE|484"}
    for country, written in names.items():
        assert {country_of(name) for name in written.split("|")} == {country}
    assert {country_of(name) for name in ("", None, "NON", "none", "Unknown", "other")} == {None}
    district = ("Washington DC", "Washington, D.C.", "Washington District of Columbia")
    assert {state_of(name, None, "US") for name in district} == {"US-DC"}


def test_no_place_is_not_the_sea_south_of_ghana() -> None:
    assert location_of(0, 0) is None
    assert location_of("-1", "-1") is None
    assert location_of(91, 0) is None


@pytest.mark.parametrize("hour", range(24))
def test_hours_of_half_a_day_are_those_of_the_clock(hour: int) -> None:
    moment = datetime(2026, 5, 4, hour, 5, tzinfo=UTC)
    times = Times(source_of("rekor", timezone="UTC"), NOW)
    half, shown = "AP"[hour >= 12] + "M", hour % 12 or 12
    assert times.of(f"5/4/2026 {shown}:05:00 {half}") == moment
    assert times.of(f"5/4/2026 {shown}:05:00 {half.lower()}") == moment
    assert times.of(f"2026-05-04 {hour:02}:05:00") == moment
