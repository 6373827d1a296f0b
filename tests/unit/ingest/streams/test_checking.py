"""A camera is checked before it is configured."""

from __future__ import annotations

import pytest

from ingest.streams.failures import StreamFailed
from operations.cameras.checking import camera_of, check_camera
from schemas.errors import ConfigurationError
from schemas.settings import MjpegCamera, RecognitionSettings, RtspCamera
from services.rtsp.clip import Clip
from services.rtsp.server import RtspServer


def test_a_camera_says_what_it_sends_and_what_it_costs(clips: dict[str, Clip]) -> None:
    with RtspServer({"cam": clips["large"]}, users={"alpr": "secret-word"}) as server:
        server.faults.clock_seconds = 60.0
        camera = camera_of(server.url("cam", "alpr:secret-word"))
        report = check_camera(camera, RecognitionSettings(), seconds=3.0)
    assert report.state.facts is not None
    assert (report.state.facts.codec, report.state.size) == ("H.264", (640, 360))
    assert report.state.clock_offset == pytest.approx(60.0, abs=2.0)
    assert report.plate is None
    assert report.cost.detect_ms > 0
    assert report.cost.gate_ms > 0
    assert any("clock" in doubt for doubt in report.doubts)
    assert "secret-word" not in repr(report)


def test_what_is_wrong_is_said_in_one_line(clips: dict[str, Clip]) -> None:
    with (
        RtspServer({"cam": clips["h264"]}, users={"alpr": "secret-word"}) as server,
        pytest.raises(StreamFailed, match="refuses user and password") as caught,
    ):
        check_camera(camera_of(server.url("cam", "alpr:guess")), RecognitionSettings(), seconds=1.0)
    assert "guess" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_url_says_what_it_is() -> None:
    assert isinstance(camera_of("rtsps://10.0.0.5/a"), RtspCamera)
    assert isinstance(camera_of(" https://10.0.0.5/mjpg "), MjpegCamera)
    with pytest.raises(ConfigurationError, match="has to begin with rtsp") as caught:
        camera_of("ftp://u:secret-word@10.0.0.5/a")
    assert "secret-word" not in str(caught.value)
