"""Packets of a metadata track: what of each is the document, what ends one, and which tracks there are."""

from __future__ import annotations

import gzip
import json
import struct
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ingest.pulling.marks import IMPOSSIBLE, MOST_SEEN, REMEMBERED, Mark
from ingest.pulling.rtsp.documents import Documents
from ingest.pulling.rtsp.repeats import REFRESH_SECONDS, Repeats
from ingest.pulling.rtsp.track import Track, metadata_tracks, track_url

DOC = b"<tt:MetadataStream>abc</tt:MetadataStream>"
EMPTY = b'<MetadataStream version="1"/>'
AT = datetime(2026, 5, 4, 12, 0)


def packet(payload: bytes, sequence: int = 1, stamp: int = 0, *, first: int = 0x80, second: int = 107) -> bytes:
    return struct.pack(">BBHII", first, second, sequence, stamp, 5) + payload


@pytest.mark.parametrize(
    ("one", "found"),
    [
        (packet(DOC), DOC),
        (packet(DOC, second=107 | 0x80), DOC),
        (packet(EMPTY), EMPTY),
        (packet(b" \n" + DOC + b"\n "), b" \n" + DOC + b"\n "),
        (packet(DOC, second=106), None),
        (packet(DOC, first=0x40), None),
        (packet(DOC, first=0xC0), None),
        (packet(DOC)[:11], None),
        (packet(b""), None),
        # Two sources that are mixed in stand before it, then an extension of one word, and what fills it up behind it.
        (packet(b"12345678" + DOC, first=0x82), DOC),
        (packet(struct.pack(">HH", 7, 1) + b"ext!" + DOC, first=0x90), DOC),
        (packet(b"1234" + struct.pack(">HH", 7, 2) + b"ext!ext!" + DOC, first=0x91), DOC),
        (packet(struct.pack(">HH", 7, 0) + DOC, first=0x90), DOC),
        (packet(DOC + b"\0\0\x03", first=0xA0), DOC),
        (packet(DOC + b"\x01", first=0xA0), DOC),
        (packet(b"\x0d", first=0xA0), None),
        (packet(struct.pack(">HH", 7, 99) + DOC, first=0x90), None),
        (packet(b"\0\x07\0", first=0x90), None),
        (packet(b"123", first=0x81), None),
    ],
)
def test_what_of_a_packet_is_the_document(one: bytes, found: bytes | None) -> None:
    assert Documents(107, 1000).feed(one) == found


@pytest.mark.parametrize(("largest", "is_taken"), [(len(DOC), True), (len(DOC) - 1, False)])
def test_a_document_has_a_largest_size(largest: int, *, is_taken: bool) -> None:
    documents = Documents(107, largest)
    assert documents.feed(packet(DOC)) == (DOC if is_taken else None)
    assert documents.damaged == (0 if is_taken else 1)


def fed(documents: Documents, *packets: bytes) -> list[bytes]:
    return [found for one in packets if (found := documents.feed(one)) is not None]


def test_documents_follow_one_another_across_packets_and_the_turn_of_their_numbers() -> None:
    documents = Documents(107, 1000)
    parts = [b'<?xml version="1.0"?>', DOC[:20], DOC[20:], DOC, DOC[:20], EMPTY]
    found = fed(documents, *[packet(part, (65534 + number) & 0xFFFF) for number, part in enumerate(parts)])
    assert found == [b"".join(parts[:3]), DOC, EMPTY]
    assert documents.damaged == 1  # the one that another began behind


def test_of_a_lost_packet_the_document_is_lost_and_the_next_is_not() -> None:
    documents = Documents(107, 1000)
    assert fed(documents, packet(DOC[:20], 1), packet(DOC[20:], 3), packet(DOC, 4)) == [DOC]
    assert documents.damaged == 1
    # Between two documents nothing was lost with it.
    assert fed(documents, packet(DOC, 9), packet(DOC, 9)) == [DOC, DOC]
    assert documents.damaged == 1
    # What began before we listened is no damage.
    assert fed(late := Documents(107, 1000), packet(DOC[10:], 1), packet(DOC, 2)) == [DOC]
    assert late.damaged == 0


def test_packed_documents_end_with_their_mark_and_begin_with_their_sign() -> None:
    packed, mark = gzip.compress(DOC), 107 | 0x80
    documents = Documents(107, 1000, is_packed=True)
    found = fed(
        documents,
        packet(packed[5:], 1, second=mark),  # before we listened
        packet(packed[:9], 2, 1),
        packet(packed[9:], 3, 1, second=mark),
        packet(packed[:9], 4, 2),
        packet(packed, 5, 3, second=mark),  # another time: the one before has lost its end
        packet(packed[:-12], 6, 4, second=mark),
        packet(b"\x1f\x8b\x08no gzip at all", 7, 5, second=mark),
        packet(packed, 8, 6, second=mark),
    )
    assert found[:2] == [DOC, DOC]
    assert found[-1] == DOC
    assert documents.damaged >= 2


@pytest.mark.parametrize(("largest", "is_taken"), [(4000, True), (3999, False)])
def test_an_unpacked_document_has_a_largest_size(largest: int, *, is_taken: bool) -> None:
    document = DOC + b" " * (4000 - len(DOC))
    documents = Documents(107, largest, is_packed=True)
    found = documents.feed(packet(gzip.compress(document), second=107 | 0x80))
    assert (found, documents.damaged) == ((document, 0) if is_taken else (None, 1))


SDP = """v=0
m=video 0 RTP/AVP 96
a=rtpmap:96 H264/90000
a=control:track1
m=application 0 RTP/AVP 107
a=control:rtsp://cam/track2
a=rtpmap:107 vnd.onvif.metadata/90000
m=application 0 RTP/AVP 108
 A=rtpmap:108 VND.ONVIF.METADATA.GZIP/90000
m=application 0 RTP/AVP 109
a=Control:track4
a=rtpmap:109 vnd.onvif.metadata.exi.onvif/90000
"""


def test_the_tracks_of_metadata_are_found_each_with_its_own_control() -> None:
    tracks = metadata_tracks(SDP)
    assert tracks == [
        Track(107, "vnd.onvif.metadata", "rtsp://cam/track2"),
        Track(108, "vnd.onvif.metadata.gzip", ""),
        Track(109, "vnd.onvif.metadata.exi.onvif", "track4"),
    ]
    assert [(one.is_packed, one.is_readable) for one in tracks] == [(False, True), (True, True), (False, False)]
    assert metadata_tracks("v=0\na=rtpmap:107 vnd.onvif.metadata/90000\n") == []


@pytest.mark.parametrize(
    ("control", "url"),
    [
        ("", "rtsp://cam/s/"),
        ("*", "rtsp://cam/s/"),
        ("track2", "rtsp://cam/s/track2"),
        ("/track2", "rtsp://cam/s/track2"),
        ("rtsp://other/t", "rtsp://other/t"),
        ("RTSPS://other/t", "RTSPS://other/t"),
        ("http://other/t", "rtsp://cam/s/http://other/t"),
    ],
)
def test_what_a_track_is_asked_for_by(control: str, url: str) -> None:
    assert track_url("rtsp://cam/s/", control) == url


def seen(*plates: tuple[str, str, float | None], parent: str = "") -> bytes:
    objects = "".join(
        f'<Object ObjectId="{name}"{parent}><Appearance><LicensePlateInfo><PlateNumber'
        + (f' Likelihood="{share}"' if share is not None else "")
        + f">{text}</PlateNumber></LicensePlateInfo></Appearance></Object>"
        for name, text, share in plates
    )
    return f"<MetadataStream><VideoAnalytics><Frame>{objects}</Frame></VideoAnalytics></MetadataStream>".encode()


def test_a_plate_in_view_is_said_when_it_is_surer_and_every_two_seconds() -> None:
    repeats = Repeats()
    one = ("1", "ABC1234", 0.5)
    for at, document, is_news in [
        (0.0, seen(one), True),
        (0.1, seen(one), False),
        (0.2, seen(("1", "ABC1234", 0.4)), False),
        (0.25, seen(("1", "ABC1234", 0.6)), True),
        (0.4, seen(("1", "ABC1234", 0.55)), False),
        (0.5, seen(("2", "ABC1234", 0.5)), True),
        (0.6, seen(("1", "ABC1235", 0.1)), True),
        (0.7, seen(one, ("3", "KZP4821", None)), True),
        (0.8, seen(one, ("3", "KZP4821", None)), False),
        (0.9, seen(), True),
        (0.25 + REFRESH_SECONDS - 0.01, seen(one), False),
        (0.25 + REFRESH_SECONDS, seen(one), True),
        (0.25 + REFRESH_SECONDS + 1, seen(("1", "ABC1234", 0.6)), False),
    ]:
        assert (at, repeats.is_news(document, at)) == (at, is_news)


def test_all_plates_of_a_frame_are_noted_and_one_of_a_vehicle_by_it() -> None:
    repeats = Repeats()
    assert repeats.is_news(seen(("1", "ABC1234", 0.5), ("2", "KZP4821", 0.5)), 0.0)
    assert not repeats.is_news(seen(("2", "KZP4821", 0.5)), 0.1)
    assert repeats.is_news(seen(("7", "ABC1234", 0.5), parent=' Parent="car"'), 0.2)
    assert not repeats.is_news(seen(("8", "ABC1234", 0.5), parent=' Parent="car"'), 0.3)


def test_a_mark_is_read_as_it_was_saved_and_remembers_three_hours(tmp_path: Path) -> None:
    mark = Mark.load(tmp_path / "marks" / "gate")
    assert (mark.at, mark.seen) == (None, {})
    mark.save()
    assert list(tmp_path.iterdir()) == []
    for name, at in (
        ("old", AT - REMEMBERED - timedelta(seconds=1)),
        ("limit", AT - REMEMBERED),
        ("new", AT),
        ("earlier", AT - timedelta(hours=1)),
    ):
        mark.add(name, at)
    mark.add("timeless", None)
    assert (mark.at, mark.has("old"), mark.has("timeless"), mark.has("other")) == (AT, True, True, False)
    mark.save()
    again = Mark.load(mark.path)
    assert (again.at, again.seen) == (AT, mark.seen)
    assert [again.has(name) for name in ("old", "limit", "new", "earlier", "timeless")] == [False, *[True] * 4]
    assert mark.path.stat().st_mode & 0o777 == 0o600
    assert "limit" not in mark.path.read_text()


@pytest.mark.parametrize(
    ("back", "moves"), [(timedelta(0), False), (IMPOSSIBLE, False), (IMPOSSIBLE + timedelta(seconds=1), True)]
)
def test_a_mark_goes_back_only_from_a_clock_that_was_wrong(tmp_path: Path, back: timedelta, *, moves: bool) -> None:
    mark = Mark(tmp_path / "gate", AT)
    mark.add("a", AT - back)
    assert mark.at == (AT - back if moves else AT)
    mark.add("b", AT + timedelta(seconds=1))
    assert mark.at == AT + timedelta(seconds=1)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"at": 5, "seen": {}}', '{"at": "2026-05-04", "seen": []}', '{"at": "x", "seen": {}}']
)
def test_a_damaged_mark_counts_as_none_and_is_said(tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "gate").write_text(text)
    mark = Mark.load(tmp_path / "gate")
    assert (mark.at, mark.seen) == (None, {})
    assert "the last hour is fetched again" in caplog.text


def test_of_very_many_entries_the_newest_are_remembered(tmp_path: Path) -> None:
    mark = Mark(tmp_path / "gate", AT)
    mark.seen = {f"{number:016}": AT - timedelta(milliseconds=number) for number in range(MOST_SEEN + 2)}
    mark.save()
    names = list(json.loads(mark.path.read_text())["seen"])
    assert (len(names), names[0], names[-1]) == (MOST_SEEN, f"{MOST_SEEN - 1:016}", f"{0:016}")
