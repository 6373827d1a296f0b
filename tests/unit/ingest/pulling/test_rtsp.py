"""A camera's metadata from a real RTSP server: documents in packets, logins, and everything that goes wrong."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ingest.pulling.rtsp.repeats
from ingest.pulling.rtsp.documents import Documents
from ingest.pulling.rtsp.login import Login
from ingest.pulling.rtsp.repeats import Repeats
from ingest.pulling.rtsp.track import metadata_tracks, track_url
from ingest.server.reads import vendor_message
from ingest.vendors.registry import adapter_of
from schemas.settings import IngestSource
from services.rtsp.metadata import Metadata, MetadataPackets
from services.rtsp.server import RtspServer
from tests.unit.ingest.pulling.broker import free_ports
from tests.unit.ingest.pulling.pulled import pulling, source_of, stored, until

USERS = {"alpr": "c@mera: secret"}
LOGIN = "alpr:c%40mera%3A%20secret"


def document(plate: str | None, *, filler: int = 0) -> bytes:
    """Return one frame of a camera's analytics."""
    seen = (
        f'<tt:Object ObjectId="12"><tt:Appearance><tt:LicensePlateInfo><tt:PlateNumber Likelihood="0.93">{plate}'
        "</tt:PlateNumber></tt:LicensePlateInfo></tt:Appearance></tt:Object>"
        if plate
        else '<tt:Object ObjectId="3"/>'
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><tt:MetadataStream xmlns:tt="http://www.onvif.org/ver10/schema">'
        f'<tt:VideoAnalytics><tt:Frame UtcTime="2026-05-04T12:00:00Z">{seen}<!--{"x" * filler}--></tt:Frame>'
        "</tt:VideoAnalytics></tt:MetadataStream>"
    ).encode()


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have each round of a clip stored."""
    monkeypatch.setattr(ingest.pulling.rtsp.repeats, "REFRESH_SECONDS", 0.0)


def track(*plates: str | None, every: float = 0.05, **more: Any) -> Metadata:
    documents = tuple((number * every, document(plate, filler=3000)) for number, plate in enumerate(plates))
    return Metadata(documents, every * len(plates), **more)


@contextlib.contextmanager
def camera(metadata: Metadata, scheme: Literal["basic", "digest"] = "digest", **more: Any) -> Iterator[RtspServer]:
    with RtspServer({}, metadata={"cam": metadata}, users=USERS, scheme=scheme, **more) as server:
        yield server


def of(server: RtspServer, **more: Any) -> IngestSource:
    return source_of("onvif", {"kind": "rtsp", "url": server.url("cam", LOGIN), **more})


def plates(folder: Path, source: IngestSource) -> set[str]:
    found = set()
    for message in stored(folder):
        found |= {read.plate for read in adapter_of("onvif").parse(vendor_message(message), source).reads}
    return found


@pytest.mark.parametrize("scheme", ["basic", "digest"])
@pytest.mark.parametrize("more", [{}, {"is_packed": True}, {"marks": False}], ids=["plain", "gzip", "unmarked"])
def test_frames_with_plates_are_stored_and_others_are_not(
    tmp_path: Path, scheme: Literal["basic", "digest"], more: dict[str, Any]
) -> None:
    metadata = track(None, "ABC1234", None, "XYZ9876", **more)
    with camera(metadata, scheme) as server, pulling(source := of(server), tmp_path) as reader:
        until(lambda: reader.state.received >= 4 and reader.state.other >= 2)
        assert (reader.state.problem, reader.state.refused) == (None, 0)
    assert plates(tmp_path, source) == {"ABC1234", "XYZ9876"}
    assert {message.body for message in stored(tmp_path)} == {metadata.documents[1][1], metadata.documents[3][1]}


def test_lost_packets_cost_their_document_alone(tmp_path: Path) -> None:
    with camera(track("ABC1234", "XYZ9876", every=0.02)) as server, pulling(source := of(server), tmp_path) as reader:
        server.faults.loss = 0.1
        until(lambda: reader.state.received > 20 and reader.state.refused > 3)
        assert reader.state.connections == 1
    assert plates(tmp_path, source) == {"ABC1234", "XYZ9876"}


def test_a_stall_a_cut_and_a_refusal_are_gone_over(tmp_path: Path) -> None:
    with camera(track("ABC1234")) as server, pulling(of(server, stall_seconds=1), tmp_path) as reader:
        until(lambda: reader.state.received)
        server.faults.stalled = True
        until(lambda: reader.state.problem)
        assert "sent nothing for 1 s" in str(reader.state.problem)
        server.faults.stalled = False
        until(lambda: reader.state.problem is None and reader.state.connections == 2)
        server.faults.refuse = 503
        server.cut()
        until(lambda: "status 503" in str(reader.state.problem))
        server.faults.refuse = 0
        until(lambda: reader.state.problem is None and reader.state.connections == 3)
        count = reader.state.received
        until(lambda: reader.state.received > count)


def test_a_wrong_password_waits_and_a_missing_one_is_asked_for(tmp_path: Path) -> None:
    with camera(track("ABC1234")) as server:
        for login, words in (("alpr:wr0ng", "refuses user and password (401)"), ("", "asks for a login (401)")):
            source = source_of("onvif", {"kind": "rtsp", "url": server.url("cam", login)})
            with pulling(source, tmp_path) as reader:
                until(lambda: reader.state.problem)
                assert reader.state.is_login
                assert words in str(reader.state.problem)
                assert "wr0ng" not in str(reader.state.problem)


def test_other_streams_are_named(tmp_path: Path) -> None:
    with camera(track("ABC1234", encoding="vnd.onvif.metadata.exi.onvif")) as server:
        for path, words in (("cam", "metadata only as vnd.onvif.metadata.exi.onvif"), ("other", "(404)")):
            source = source_of("onvif", {"kind": "rtsp", "url": server.url(path, LOGIN)})
            with pulling(source, tmp_path) as reader:
                until(lambda: reader.state.problem)
                assert words in str(reader.state.problem)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "something else than RTSP"),
        (b"\x00\x01\x02\x03\x04\x05\x06\x07\x08", "something else than RTSP"),
        (b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 99999999\r\n\r\n", "more than a megabyte"),
        (b"RTSP/1.0 200 OK\r\n" + b"X: y\r\n" * 4000, "something else than RTSP"),
        (b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 0\r\n\r\n", "no metadata track"),
        (b"RTSP/1.0 302 Moved\r\nLocation: rtsp://evil/\r\n\r\n", "sends elsewhere"),
        (b"", "ended the connection"),
    ],
)
def test_what_is_no_camera_is_said_in_words(tmp_path: Path, answer: bytes, words: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    client, _ = listener.accept()
                    with client:
                        client.recv(4000)
                        client.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        url = f"rtsp://{LOGIN}@127.0.0.1:{listener.getsockname()[1]}/cam"
        with pulling(source_of("onvif", {"kind": "rtsp", "url": url}), tmp_path) as reader:
            until(lambda: reader.state.problem)
            assert words in str(reader.state.problem)
            assert "secret" not in str(reader.state.problem)
        listener.shutdown(socket.SHUT_RDWR)


def test_nobody_there_is_said_and_it_ends_at_once(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    source = source_of("onvif", {"kind": "rtsp", "url": f"rtsp://127.0.0.1:{port}/"})
    with pulling(source, tmp_path) as reader:
        until(lambda: "cannot be reached" in str(reader.state.problem))
    with camera(track(None)) as server, pulling(of(server), tmp_path) as reader:
        until(lambda: reader.state.connected_at)
        began = time.monotonic()
        reader.stop()
        reader.join(60)
        assert time.monotonic() - began < 30


def test_frames_that_say_the_same_of_a_plate_in_view_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    repeats = Repeats()
    frame = document("ABC1234")
    surer = frame.replace(b'"0.93"', b'"0.97"')
    assert [repeats.is_news(frame, at / 10) for at in range(45)].count(True) == 3
    assert [repeats.is_news(one, 4.5) for one in (surer, surer, frame)] == [True, False, False]
    assert repeats.is_news(document("ABC1235"), 4.5)
    assert repeats.is_news(frame.replace(b'ObjectId="12"', b'ObjectId="13"'), 4.5)
    event = b"<tt:MetadataStream><tt:Event><Data Name='LicensePlate'/></tt:Event></tt:MetadataStream>"
    for news in (b"<no xml plate", frame.replace(b"<!--", b"<tt:Image>x</tt:Image><!--"), event):
        assert [repeats.is_news(news, 4.5) for _ in range(2)] == [True, True]
    for number in range(1200):
        repeats.is_news(document(f"AAA{number}"), 5.0)
    assert len(repeats._told) == 1000


def test_a_document_that_is_too_large_is_refused_and_the_next_one_taken() -> None:
    documents = Documents(107, 5_000)
    packets = MetadataPackets(track("ABC1234"))
    stream = [
        *packets.packets(document("AAA1111", filler=20_000), 0),
        *packets.packets(document("BBB2222"), 1),
    ]
    assert [found for packet in stream if (found := documents.feed(packet))] == [document("BBB2222")]
    assert documents.damaged == 1


def test_a_gzip_bomb_is_not_unpacked() -> None:
    documents = Documents(107, 100_000, is_packed=True)
    packets = MetadataPackets(Metadata((), 1.0, is_packed=True))
    stream = [*packets.packets(b"<a>" + b"0" * 20_000_000, 0), *packets.packets(document("BBB2222"), 1)]
    assert [found for packet in stream if (found := documents.feed(packet))] == [document("BBB2222")]
    assert documents.damaged == 1


@settings(max_examples=40, deadline=None)
@given(
    count=st.integers(1, 5),
    sizes=st.lists(st.integers(1, 400), min_size=1, max_size=5),
    lost=st.sets(st.integers(0, 40), max_size=2),
    start=st.integers(0, 65535),
    marks=st.sampled_from(["last", "all", "none"]),
)
def test_whatever_is_lost_each_other_document_is_whole(
    count: int, sizes: list[int], lost: set[int], start: int, marks: str
) -> None:
    packets: list[tuple[int, bytes]] = []
    for number in range(count):
        data, place = document(f"AAA{number}", filler=20), 0
        while place < len(data):
            size = sizes[len(packets) % len(sizes)]
            piece, place = data[place : place + size], place + size
            mark = 0x80 if marks == "all" or (marks == "last" and place >= len(data)) else 0
            sequence = (start + len(packets)) & 0xFFFF
            packets.append((number, struct.pack(">BBHII", 0x80, 107 | mark, sequence, number, 5) + piece))
    documents = Documents(107, 100_000)
    found = [one for place, (_, packet) in enumerate(packets) if place not in lost and (one := documents.feed(packet))]
    hurt = {packets[place][0] for place in lost if place < len(packets)}
    if min(sizes) >= 40:
        # In smaller pieces a beginning cannot be told.
        assert found == [document(f"AAA{number}", filler=20) for number in range(count) if number not in hurt]
    assert set(found) <= {document(f"AAA{number}", filler=20) for number in range(count)}


@settings(max_examples=60)
@given(packets=st.lists(st.binary(max_size=60), max_size=10), is_packed=st.booleans())
def test_no_packet_is_more_than_passed_over(packets: list[bytes], is_packed: bool) -> None:
    documents = Documents(107, 1000, is_packed=is_packed)
    for packet in packets:
        documents.feed(packet)
        documents.feed(b"\x80\x6b" + packet)


@pytest.mark.parametrize(
    ("base", "control", "url"),
    [
        ("rtsp://h/a/", "track2", "rtsp://h/a/track2"),
        ("rtsp://h/a", "/track2", "rtsp://h/a/track2"),
        ("rtsp://h/a", "*", "rtsp://h/a"),
        ("rtsp://h/a", "rtsp://h/b?c=1", "rtsp://h/b?c=1"),
    ],
)
def test_a_track_is_asked_for_by_its_url(base: str, control: str, url: str) -> None:
    assert track_url(base, control) == url


def test_the_track_is_found_among_others() -> None:
    sdp = (
        "v=0\nm=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\na=control:track1\n"
        "m=application 0 RTP/AVP 98\nb=AS:0\na=recvonly\na=control:track2\na=rtpmap:98 VND.ONVIF.METADATA/90000\n"
    )
    (found,) = metadata_tracks(sdp)
    assert (found.payload_type, found.control, found.is_readable, found.is_packed) == (98, "track2", True, False)


def test_digest_is_answered_as_the_standard_has_it() -> None:
    # RFC 2617 3.5 and RFC 7616 3.9.1, by what their examples ask.
    login = Login("Mufasa", "Circle Of Life")
    digest = (
        'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", '
        'opaque="5ccc069c403ebaf9f0171e9517f40e41"'
    )
    assert login.challenged(['Basic realm="x"', digest])
    header = str(login.header("GET", "/dir/index.html"))
    assert 'response="670fd8c2df070c60b045671b8b24ff02"' in header
    assert "Circle" not in header
    assert login.challenged(['Digest realm="a", nonce="b", qop="auth,auth-int", algorithm=SHA-256'])
    header = str(login.header("GET", "/"))
    assert "algorithm=SHA-256" in header
    assert "nc=00000001" in header
    assert not Login("a", "b").challenged(["Digest algorithm=unknown, nonce=1", "Negotiate"])
