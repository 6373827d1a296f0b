"""Cameras by RTSP, against a real server over sockets, with everything that cameras do wrong."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from schemas.settings import RtspCamera
from services.rtsp.clip import Clip
from services.rtsp.server import RtspServer
from tests.unit.ingest.streams.cameras import frames_of, reading, scene, until

PASSWORD = "p@ss w/rd:1%"
QUOTED = "p%40ss%20w%2Frd%3A1%25"


@pytest.fixture
def server(clips: dict[str, Clip]) -> Iterator[RtspServer]:
    with RtspServer(clips) as one:
        yield one


def camera(url: str, **more: object) -> RtspCamera:
    return RtspCamera.model_validate({"id": "pole", "url": url, "stall_seconds": 1.0, **more})


@pytest.mark.parametrize("transport", ["tcp", "udp"])
@pytest.mark.parametrize(("path", "codec"), [("h264", "H.264"), ("h265", "H.265")])
def test_what_is_played_is_seen(server: RtspServer, path: str, codec: str, transport: str) -> None:
    with reading(camera(server.url(path), transport=transport)) as reader:
        frames = frames_of(reader, 12)
        state = reader.state
    assert state.facts is not None
    assert (state.facts.codec, state.facts.transport) == (codec, transport)
    last = frames[-1]
    assert last.size == (320, 240)
    assert last.preview.shape == (240, 320)
    assert not last.is_converted
    number = min(range(20), key=lambda n: float(np.abs(last.image.astype(int) - scene(n)).mean()))
    assert float(np.abs(last.image.astype(int) - scene(number)).mean()) < 4.0
    assert last.is_converted
    times = [frame.captured_at for frame in frames]
    assert times == sorted(set(times))
    assert datetime.now(UTC) - times[-1] < timedelta(seconds=5)


@pytest.mark.parametrize("scheme", ["basic", "digest"])
def test_it_logs_in_with_a_password_of_the_url_or_of_a_file(
    clips: dict[str, Clip], tmp_path: Path, scheme: Literal["basic", "digest"]
) -> None:
    secret = tmp_path / "password"
    secret.write_text(f"{PASSWORD}\n")
    with RtspServer(clips, users={"alpr": PASSWORD}, scheme=scheme) as server:
        for settings in (
            camera(server.url("h264", f"alpr:{QUOTED}")),
            camera(server.url("h264"), user="alpr", password_file=secret),
        ):
            with reading(settings) as reader:
                assert frames_of(reader, 1)


def test_a_wrong_password_waits_and_is_shown_nowhere(
    clips: dict[str, Clip], caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("DEBUG")
    with (
        RtspServer(clips, users={"alpr": "right"}) as server,
        reading(camera(server.url("h264", "alpr:secret-word"))) as reader,
    ):
        until(lambda: reader.state.problem is not None)
        time.sleep(1.0)
        assert server.connections == 1
        problem = str(reader.state.problem)
        assert "401" in problem
    shown = problem + caplog.text + "".join(capfd.readouterr()) + repr(reader.state)
    assert "secret-word" not in shown


def test_it_comes_back_with_the_right_password(clips: dict[str, Clip], tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("wrong")
    with RtspServer(clips, users={"alpr": "right"}) as server:
        settings = camera(server.url("h264"), user="alpr", password_file=secret)
        with reading(settings, login_pause=0.3) as reader:
            until(lambda: reader.state.problem is not None)
            secret.write_text("right")
            assert frames_of(reader, 1)
            assert reader.state.problem is None


@pytest.mark.parametrize(
    ("status", "words"), [(404, "no stream of it"), (403, "forbids"), (503, "answers that it cannot"), (400, "refuses")]
)
def test_a_refusal_is_named(server: RtspServer, status: int, words: str) -> None:
    server.faults.refuse = status
    with reading(camera(server.url("h264"))) as reader:
        until(lambda: reader.state.problem is not None)
        assert words in str(reader.state.problem)


def test_an_unknown_path_and_a_closed_port_are_named(server: RtspServer) -> None:
    with reading(camera(server.url("nowhere"))) as reader:
        until(lambda: reader.state.problem is not None)
        assert "404" in str(reader.state.problem)
    server.close()
    with reading(camera(server.url("h264"))) as reader:
        until(lambda: reader.state.problem is not None)
        assert "refuses the connection" in str(reader.state.problem)


def test_a_stall_is_noticed_in_time_and_its_end_too(server: RtspServer) -> None:
    with reading(camera(server.url("h264"), stall_seconds=1.0)) as reader:
        frames_of(reader, 3)
        server.faults.stalled = True
        took = until(lambda: reader.state.problem is not None)
        assert took > 0.5
        assert "sent nothing for 1 s" in str(reader.state.problem)
        server.faults.stalled = False
        before = reader.state.connections
        while reader.frames.take(0.0) is not None:
            pass
        assert frames_of(reader, 1)
        assert reader.state.connections == before + 1
        assert reader.state.problem is None


def test_a_cut_connection_comes_again_under_another_name(server: RtspServer) -> None:
    with reading(camera(server.url("h264"))) as reader:
        before = frames_of(reader, 3)
        server.cut()
        until(lambda: reader.state.connections == 2)
        after = frames_of(reader, 3)
        assert {frame.source_item for frame in before}.isdisjoint(frame.source_item for frame in after[1:])
        assert after[-1].frame_number < 10


def test_a_server_that_is_away_is_found_again_at_its_port(clips: dict[str, Clip]) -> None:
    with RtspServer(clips) as first:
        port = first.port
        with reading(camera(first.url("h264"))) as reader:
            frames_of(reader, 2)
            first.close()
            until(lambda: reader.state.problem is not None)
            with RtspServer(clips, port=port):
                until(lambda: reader.state.connections == 2)
                assert reader.state.problem is None


def test_loss_and_damage_do_not_end_it(server: RtspServer) -> None:
    server.faults.loss = server.faults.damage = 0.03
    with reading(camera(server.url("large"), stall_seconds=3.0)) as reader:
        frames_of(reader, 25)
        server.faults.loss = server.faults.damage = 0.0
        assert frames_of(reader, 15)


def test_when_everything_is_lost_no_picture_is_made_up(server: RtspServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.streams.rtsp.OPEN_SECONDS", 1.5)
    server.faults.loss = 1.0
    with reading(camera(server.url("h264"))) as reader:
        until(lambda: reader.state.problem is not None)
        assert reader.state.frames == 0


def test_a_late_answer_is_waited_for(server: RtspServer) -> None:
    server.faults.answer_seconds = 0.4
    with reading(camera(server.url("h264"))) as reader:
        assert frames_of(reader, 1)
        assert reader.state.connections == 1


def test_another_resolution_is_another_sequence(server: RtspServer, clips: dict[str, Clip]) -> None:
    with reading(camera(server.url("h264"))) as reader:
        small = frames_of(reader, 3)[-1]
        server.clips["h264"] = clips["large"]
        until(lambda: reader.state.size == (640, 360))
        large = frames_of(reader, 3)[-1]
        assert large.size == (640, 360)
        assert large.image.shape == (360, 640, 3)
        assert large.source_item != small.source_item


def test_two_read_one_camera_and_leave(server: RtspServer) -> None:
    with reading(camera(server.url("h264"))) as one, reading(camera(server.url("h264"))) as other:
        assert frames_of(one, 3)
        assert frames_of(other, 3)
        one.stop()
        assert frames_of(other, 5)


@pytest.mark.parametrize("clock", ["arrival", "camera"])
def test_both_clocks_are_kept(server: RtspServer, clock: str) -> None:
    server.faults.clock_seconds = 3600.0
    with reading(camera(server.url("h264"), clock=clock)) as reader:
        frame = frames_of(reader, 5)[-1]
        state = reader.state
    assert frame.source_time is not None
    assert abs((frame.source_time - frame.arrived_at).total_seconds() - 3600.0) < 1.0
    assert frame.captured_at == (frame.source_time if clock == "camera" else frame.arrived_at)
    assert state.clock_offset == pytest.approx(3600.0, abs=1.0)
    assert state.is_by_camera == (clock == "camera")


def test_pictures_above_the_limit_are_left_out(server: RtspServer) -> None:
    with reading(camera(server.url("h264"), max_fps=5.0)) as reader:
        began = time.monotonic()
        frames_of(reader, 8)
        assert time.monotonic() - began > 1.0
        assert reader.state.skipped >= 10


def test_who_is_slow_gets_the_newest(server: RtspServer) -> None:
    with reading(camera(server.url("h264"))) as reader:
        first = frames_of(reader, 1)[0]
        time.sleep(1.0)
        second = frames_of(reader, 1)[0]
        assert second.frame_number - first.frame_number > 5
        assert reader.state.replaced >= 5


def test_a_stream_that_ends_ends_a_run_until_all_is_done(clips: dict[str, Clip]) -> None:
    with RtspServer(clips, loop=False) as server, reading(camera(server.url("h264")), once=True) as reader:
        while reader.frames.take(3.0) is not None:
            pass
        until(lambda: reader.is_over)
        assert reader.state.frames == 20


def test_a_stop_in_a_stall_does_not_wait(server: RtspServer) -> None:
    with reading(camera(server.url("h264"), stall_seconds=120.0)) as reader:
        frames_of(reader, 2)
        server.faults.stalled = True
        reader.stop()
        # The thread may wait in the stall for two minutes more; who takes its pictures does not.
        assert until(lambda: reader.frames.take(0.0) is None) < 60.0
