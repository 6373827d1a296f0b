"""Messages of several parts, as cameras write them and as networks cut them."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.vendors.parts.multipart import split_parts
from schemas.errors import InvalidInput
from tests.unit.ingest.vendors.messages import JPEG, multipart

MAX_PARTS = 64

XML = b"<a>1</a>"
PARTS = (("a.xml", "text/xml", XML), ("p.jpg", "image/jpeg", JPEG))


def bodies(body: bytes, content_type: str) -> list[bytes]:
    found = split_parts(body, content_type)
    assert found.damage is None
    return [part.body for part in found.parts]


@pytest.mark.parametrize("kind", ["form-data", "mixed", "x-mixed-replace", "related"])
@pytest.mark.parametrize(
    "told", ["boundary=cut", 'boundary="cut"', "boundary=--cut", "boundary=cut;", "Boundary = 'cut'", ""]
)
@pytest.mark.parametrize("line", [b"\r\n", b"\n"])
@pytest.mark.parametrize("before", [b"", b"\r\n"])
def test_any_spelling_of_the_boundary(kind: str, told: str, line: bytes, before: bytes) -> None:
    body = before + multipart(*PARTS, line=line)

    assert bodies(body, f"multipart/{kind}; {told}") == [XML, JPEG]


def test_a_boundary_that_has_dashes_of_its_own() -> None:
    assert bodies(multipart(*PARTS, boundary="----WebKit7"), "multipart/form-data; boundary=----WebKit7") == [XML, JPEG]


def test_parts_without_a_disposition_and_empty_ones() -> None:
    body = (
        b"--b\r\nContent-Type: text/xml\r\n\r\n"
        + XML
        + b"\r\n--b\r\nContent-Length: 0\r\n\r\n\r\n--b\r\n\r\nx\r\n--b--"
    )

    assert bodies(body, "multipart/mixed; boundary=b") == [XML, b"", b"x"]


def test_a_length_that_fits_is_believed_although_the_picture_holds_a_boundary() -> None:
    picture = JPEG[:4] + b"\r\n--b\r\nContent-Type: text/xml\r\n\r\n" + JPEG[4:]
    body = b"--b\r\nContent-Length: %d\r\n\r\n%s\r\n--b--\r\n" % (len(picture), picture)

    assert bodies(body, "multipart/mixed; boundary=b") == [picture]


@pytest.mark.parametrize("length", [b"3", b"99999", b"-4", b"1e3", b"9" * 5000])
def test_a_length_that_does_not_fit_is_not(length: bytes) -> None:
    body = b"--b\r\nContent-Length: %s\r\n\r\n%s\r\n--b--\r\n" % (length, XML)

    assert bodies(body, "multipart/mixed; boundary=b") == [XML]


@pytest.mark.parametrize(
    ("body", "told", "expected", "damage"),
    [
        # What stands before the first boundary is no part, and the boundary that is told counts before the first line.
        (b"--other\r\nHi\r\n--b\r\n\r\nx\r\n--b--\r\nmore", "b", [("", "", "", b"x")], None),
        (b"--b\r\n\r\nx\r\n--b--\r\n", "none", [("", "", "", b"x")], None),
        (b"a --b\r\n--b\r\n\r\nx\r\n--b--", "b", [("", "", "", b"x")], None),
        # What only begins like the boundary, or stands within a line, belongs to the part.
        (b"--b\n\nx\n--bc\ny --b\n--b\n\nz\n--b--", "b", [("", "", "", b"x\n--bc\ny --b"), ("", "", "", b"z")], None),
        # One line end before a boundary is the boundary's.
        (b"--b\n\nx\n\n--b \n\n\r\n\r\n--b--", "b", [("", "", "", b"x\n"), ("", "", "", b"\r\n")], None),
        (b"--b\n\n--b\r\n\r\n--b--", "b", [("", "", "", b""), ("", "", "", b"")], None),
        (
            b"--b\nContent-Disposition: form-data; name='a b'; FILENAME=\"c.jpg\"\nCONTENT-TYPE : image/jpeg \n\nx"
            b"\n--b--",
            "b",
            [("a b", "c.jpg", "image/jpeg", b"x")],
            None,
        ),
        (b"--b\nContent-Disposition: a; filename*=utf-8''c\n\nx\n--b--", "b", [("", "utf-8''c", "", b"x")], None),
        (b"--b\n\nx\n--b\nContent-Type: a", "b", [("", "", "", b"x")], "part 2 ends within its headers"),
        (b"--b\n\nx\n--b\n \n", "b", [("", "", "", b"x")], "part 2 ends after 0 bytes without a boundary"),
        (b"--b\n\nx\n--b\n", "b", [("", "", "", b"x")], None),
        (b"--b\nContent-Length: 4\n\nx\n--b\n\nz\n--b--", "b", [("", "", "", b"x"), ("", "", "", b"z")], None),
        (b"--b\nContent-Length: 5\n\nx\n--b\n--b--", "b", [("", "", "", b"x\n--b")], None),
        (b"--b\nContent-Length: 1\n\nx", "b", [("", "", "", b"x")], None),
        (b"--b\nContent-Length: 2\n\nx", "b", [], "part 1 ends after 1 bytes without a boundary"),
    ],
)
def test_what_the_parts_of_a_message_are(
    body: bytes, told: str, expected: list[tuple[str, str, str, bytes]], damage: str | None
) -> None:
    found = split_parts(body, f"multipart/form-data; boundary={told}")
    assert [(part.name, part.filename, part.content_type, part.body) for part in found.parts] == expected
    assert found.damage == (damage and f"the message is damaged: {damage}; the parts before it are used")


@pytest.mark.parametrize(("size", "is_read"), [(16_384, True), (16_385, False)])
def test_a_part_has_so_many_bytes_of_headers(size: int, is_read: bool) -> None:
    body = b"--b\nX: " + b"y" * (size - 5) + b"\n\nz\n--b--"
    assert bool(split_parts(body, "multipart/mixed; boundary=b").parts) is is_read


@pytest.mark.parametrize("body", [b"x\r\n--b\r\n", b"--\r\nx", b"--" + b"b" * 199 + b"\n\nx"])
def test_parts_without_a_boundary_are_refused(body: bytes) -> None:
    with pytest.raises(InvalidInput, match="without a boundary"):
        split_parts(body, "multipart/mixed")


def test_a_whole_last_part_needs_no_boundary_behind_it() -> None:
    assert bodies(b"--b\r\nContent-Length: 8\r\n\r\n" + XML, "multipart/mixed; boundary=b") == [XML]


def test_a_cut_message_keeps_what_is_whole_and_says_so() -> None:
    body = multipart(*PARTS)
    found = split_parts(body[: body.index(JPEG) + 20], "multipart/form-data; boundary=cut")

    assert [part.body for part in found.parts] == [XML]
    assert found.damage is not None
    assert "part 2 ends after 20 bytes" in found.damage


def test_too_many_parts_are_refused() -> None:
    body = multipart(*(PARTS[:1] * (MAX_PARTS + 1)))

    with pytest.raises(InvalidInput, match="more than 64 parts"):
        split_parts(body, "multipart/form-data; boundary=cut")


def test_names_without_quotation_marks() -> None:
    body = b"--b\r\nContent-Disposition: form-data; name=json; filename=x.json;\r\n\r\n{}\r\n--b--\r\n"
    (part,) = split_parts(body, "multipart/form-data; boundary=b").parts

    assert (part.name, part.filename) == ("json", "x.json")


@pytest.mark.parametrize("unit", [b"--b\r\n", b"--b", b"\n--bx", b"a: b\n", b"\r\n"])
def test_megabytes_of_boundaries_take_no_time(unit: bytes) -> None:
    begun = time.process_time()
    with contextlib.suppress(InvalidInput):
        split_parts(b"--b\r\n\r\n" + unit * (4_000_000 // len(unit)), "multipart/mixed; boundary=b")
    assert time.process_time() - begun < 3


@settings(max_examples=50)
@given(body=st.binary(max_size=400), told=st.text(max_size=20))
def test_anything_is_split_or_refused(body: bytes, told: str) -> None:
    with contextlib.suppress(InvalidInput):
        found = split_parts(b"--b\n" + body, f"multipart/mixed; boundary={told}")
        assert sum(len(part.body) for part in found.parts) <= len(body)
