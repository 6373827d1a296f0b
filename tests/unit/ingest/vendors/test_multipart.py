"""Messages of several parts, as cameras write them and as networks cut them."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.vendors.parts.multipart import MAX_PARTS, split_parts
from schemas.errors import InvalidInput
from tests.unit.ingest.vendors.messages import JPEG, multipart

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


@pytest.mark.parametrize("length", [b"3", b"99999", b"-4", b"1e3", b"9" * 400])
def test_a_length_that_does_not_fit_is_not(length: bytes) -> None:
    body = b"--b\r\nContent-Length: %s\r\n\r\n%s\r\n--b--\r\n" % (length, XML)

    assert bodies(body, "multipart/mixed; boundary=b") == [XML]


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
