"""Pictures are found in whatever a camera posts, each with its time, and everything else is refused in one line."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ingest.streams.pushing.bodies import MOST_PICTURES, PictureRefused, as_moment, pictures_of
from tests.unit.ingest.streams.cameras import jpeg

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
PICTURE, OTHER = jpeg(0), jpeg(7)


def parts(
    *bodies: bytes, boundary: str = "cut", line: bytes = b"\r\n", headers: bytes = b"Content-Type: image/jpeg"
) -> bytes:
    mark = b"--" + boundary.encode()
    return b"".join(mark + line + headers + line * 2 + body + line for body in bodies) + mark + b"--" + line


def with_exif(taken: str, offset: str | None = None, orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    details = exif.get_ifd(0x8769)
    details[0x9003] = taken
    if offset is not None:
        details[0x9011] = offset
    kept = io.BytesIO()
    Image.new("RGB", (320, 240)).save(kept, "JPEG", exif=exif)
    return kept.getvalue()


@pytest.mark.parametrize("kind", ["image/jpeg", "image/jpg", "application/octet-stream", "", "multipart/form-data"])
def test_a_bare_picture_is_taken_whatever_it_is_called(kind: str) -> None:
    found, damage = pictures_of(PICTURE, {"content-type": kind}, NOW)
    assert [one.data for one in found] == [PICTURE]
    assert damage is None
    assert found[0].captured_at is None


def test_pictures_behind_one_another_are_all_taken_and_previews_are_not() -> None:
    found, _ = pictures_of(PICTURE + OTHER + b"\r\n" + PICTURE, {}, NOW)
    assert [one.data for one in found] == [PICTURE, OTHER, PICTURE]
    found, _ = pictures_of(PICTURE + jpeg(1, (64, 48)), {}, NOW)
    assert [one.data for one in found] == [PICTURE]


@pytest.mark.parametrize("line", [b"\r\n", b"\n"])
@pytest.mark.parametrize(
    "kind",
    [
        "multipart/form-data; boundary=cut",
        'multipart/mixed; boundary="--cut"',
        "multipart/x-mixed-replace;boundary=cut",
        "multipart/related",
        "",
    ],
)
def test_all_pictures_of_a_message_are_taken_in_their_order(kind: str, line: bytes) -> None:
    body = parts(PICTURE, OTHER, PICTURE, line=line)
    found, damage = pictures_of(body, {"content-type": kind}, NOW)
    assert [one.data for one in found] == [PICTURE, OTHER, PICTURE]
    assert damage is None


def test_what_stands_beside_pictures_is_passed_over() -> None:
    form = (
        b'--x\r\nContent-Disposition: form-data; name="event"\r\n\r\n{"kind": "motion"}\r\n'
        b'--x\r\nContent-Disposition: form-data; name="empty"\r\n\r\n\r\n'
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="1.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
        + PICTURE
        + b"\r\n--x--\r\n"
    )
    found, _ = pictures_of(form, {"content-type": "multipart/form-data; boundary=x"}, NOW)
    assert [one.data for one in found] == [PICTURE]


def test_whole_pictures_of_a_message_that_is_cut_off_are_taken() -> None:
    body = parts(PICTURE, OTHER)[: -len(OTHER) // 2]
    found, damage = pictures_of(body, {"content-type": "multipart/form-data; boundary=cut"}, NOW)
    assert [one.data for one in found] == [PICTURE]
    assert damage is not None


@pytest.mark.parametrize(
    ("body", "kind", "status", "said"),
    [
        (b"hello", "image/jpeg", 415, "no JPEG picture"),
        (PICTURE[: len(PICTURE) // 2], "image/jpeg", 415, "ends before it is whole"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x01\x00\x00\x00\x01\x00", "image/png", 415, "PNG picture"),
        (parts(b"one", b"two"), "multipart/form-data; boundary=cut", 415, "none of its 2 parts"),
        (b"no boundary", "multipart/form-data", 400, "boundary"),
        (parts(*[PICTURE] * 70), "multipart/form-data; boundary=cut", 400, "more than 64 parts"),
    ],
)
def test_what_holds_no_picture_is_refused_with_the_reason(body: bytes, kind: str, status: int, said: str) -> None:
    with pytest.raises(PictureRefused, match=said) as caught:
        pictures_of(body, {"content-type": kind}, NOW)
    assert caught.value.status == status
    assert "\n" not in str(caught.value)


def test_a_flood_of_pictures_behind_one_another_is_cut_off() -> None:
    found, _ = pictures_of(PICTURE * (MOST_PICTURES + 30), {}, NOW)
    assert len(found) == MOST_PICTURES


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01T07:00:00.250-05:00", NOW + timedelta(milliseconds=250)),
        ("2026-03-01T12:00:00Z", NOW),
        ("1772366400", NOW),
        ("1772366400.5", NOW + timedelta(seconds=0.5)),
        ("1772366400500", NOW + timedelta(seconds=0.5)),
        ("1772366400500000", NOW + timedelta(seconds=0.5)),
        ("Sun, 01 Mar 2026 12:00:00 GMT", NOW),
        ("2026-03-01T12:00:00", None),
        ("12345", None),
        ("", None),
        ("nan", None),
        ("-1e400", None),
    ],
)
def test_times_are_read_as_cameras_write_them(text: str, moment: datetime | None) -> None:
    assert as_moment(text) == moment


@given(st.text(max_size=40))
def test_any_text_is_a_time_or_none(text: str) -> None:
    moment = as_moment(text)
    assert moment is None or moment.tzinfo is UTC


def test_the_time_nearest_to_the_picture_counts() -> None:
    early = NOW - timedelta(seconds=30)
    body = parts(PICTURE, headers=b"Content-Type: image/jpeg\r\nX-Timestamp: %.3f" % early.timestamp())
    headers = {"content-type": "multipart/mixed; boundary=cut", "date": "Sun, 01 Mar 2026 11:00:00 GMT"}
    (found,), _ = pictures_of(body, headers, NOW)
    assert found.captured_at == early.timestamp()
    (found,), _ = pictures_of(PICTURE, {"date": "Sun, 01 Mar 2026 11:59:58 GMT"}, NOW)
    assert found.captured_at == NOW.timestamp() - 2
    assert not found.is_exact
    (found,), _ = pictures_of(PICTURE, {"x-captured-at": "2026-03-01T11:59:59.5Z", "x-timestamp": "1"}, NOW)
    assert (found.captured_at, found.is_exact) == (NOW.timestamp() - 0.5, True)


def test_a_picture_notes_its_own_time_and_how_the_camera_was_held() -> None:
    (found,), _ = pictures_of(with_exif("2026:03:01 06:59:58", "-05:00", 6), {}, NOW)
    assert (found.captured_at, found.orientation) == (NOW.timestamp() - 2, 6)
    # Without a zone: told from when it came, unless the settings name one.
    (found,), _ = pictures_of(with_exif("2026:03:01 06:59:58"), {}, NOW)
    assert found.captured_at == NOW.timestamp() - 2
    (found,), _ = pictures_of(with_exif("2026:03:01 05:30:00"), {}, NOW, ZoneInfo("America/New_York"))
    assert found.captured_at == (NOW - timedelta(minutes=90)).timestamp()


def test_our_own_header_has_to_be_a_time() -> None:
    with pytest.raises(PictureRefused, match="no time with a zone") as caught:
        pictures_of(PICTURE, {"x-captured-at": "yesterday"}, NOW)
    assert caught.value.status == 400


@given(
    st.sampled_from([PICTURE, PICTURE + OTHER, parts(PICTURE, OTHER), parts(PICTURE, line=b"\n"), with_exif("x")]),
    st.data(),
)
def test_damaged_messages_are_taken_or_refused(body: bytes, data: st.DataObject) -> None:
    damaged = bytearray(body)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, max(len(damaged) - 1, 0)))
        length = data.draw(st.sampled_from([1, 3, 100, 2000]))
        damaged[place : place + length] = data.draw(st.binary(max_size=8))
    kind = data.draw(st.sampled_from(["", "image/jpeg", "multipart/form-data; boundary=cut", "multipart/mixed"]))
    try:
        found, damage = pictures_of(bytes(damaged), {"content-type": kind}, NOW)
        said = damage or ""
        assert found
    except PictureRefused as error:
        said = str(error)
    assert "\n" not in said
