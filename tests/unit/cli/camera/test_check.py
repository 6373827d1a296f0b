"""`platewatch camera check` as somebody uses it who stands below the pole: against a real RTSP server."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from cli.camera import camera
from rendering.plates.standard import render_plate
from services.rtsp.clip import Clip
from services.rtsp.server import RtspServer

SECRET = "correct-horse"
PLATE = "UKW4183"


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """A plate that drives from left to right, for two seconds."""
    path = tmp_path_factory.mktemp("clip") / "plate.mp4"
    plate = cv2.resize(render_plate(PLATE, "US-VA", np.random.default_rng(1)).image, (160, 80))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 640, 480, "yuv420p"
        stream.codec_context.gop_size, stream.codec_context.max_b_frames = 10, 0
        stream.options = {"preset": "ultrafast", "tune": "zerolatency", "crf": "16"}
        for number in range(20):
            picture = np.full((480, 640, 3), 90, np.uint8)
            left = 60 + 16 * number
            picture[150:400, left - 40 : left + 200] = (60, 40, 30)
            picture[280:360, left : left + 160] = plate
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "bgr24")))
        container.mux(stream.encode())
    return Clip.load(path)


def check(*arguments: str) -> tuple[int, str, str]:
    """Run the command within this process."""
    app = typer.Typer()
    camera.register(app)
    result = CliRunner().invoke(app, ["camera", "check", *arguments], env={"COLUMNS": "60"})
    return result.exit_code, result.stdout, result.stderr


def run(*arguments: str) -> tuple[int, str, str]:
    """Run the command as a process of its own, with what it makes of errors."""
    command = [sys.executable, "-m", "cli.main", "camera", "check", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout, done.stderr


def test_it_says_what_comes_what_is_read_and_what_it_costs(clip: Clip, tmp_path: Path) -> None:
    (tmp_path / "password").write_text(f"{SECRET}\n")
    with RtspServer({"cam": clip}, users={"alpr": SECRET}) as server:
        login = ("--user", "alpr", "--password-file", str(tmp_path / "password"))
        code, out, err = check(server.url("cam"), *login, "--seconds", "6")
        address = server.url("cam")
    assert (code, err.strip()) == (0, "connected; watching for 6 s ...")
    told = {name: text.strip() for name, _, text in (line.partition(":") for line in out.splitlines())}
    assert told["camera"] in address
    assert told["sends"].startswith("H.264 by tcp, 640x480, ")
    assert told["sends"].endswith(" per second")
    assert told["first plate"].startswith(f"{PLATE} (")
    assert "pixels wide" in told["first plate"]
    assert "s from this machine's" in told["clock"]
    assert "a look" in told["a picture costs"]
    assert "cores carry" in told["the camera takes"]
    assert SECRET not in out + err


def test_json_by_udp_is_one_object_of_the_same(clip: Clip) -> None:
    with RtspServer({"cam": clip}) as server:
        code, out, err = check(server.url("cam"), "--udp", "--json", "--seconds", "3")
    assert code == 0, err
    told = json.loads(out)
    assert (told["works"], told["codec"], told["transport"]) == (True, "H.264", "udp")
    assert (told["width"], told["height"], told["damaged_frames"]) == (640, 480, 0)
    assert told["frames"] >= 10
    assert told["decode_ms"] is None or told["decode_ms"] > 0
    assert min(told["gate_ms"], told["detect_ms"], told["core_share"]) > 0
    assert told["plates"] == 0 or told["first_plate"] == PLATE


def test_a_wrong_password_is_one_line_and_a_code_that_says_try_again(clip: Clip) -> None:
    with RtspServer({"cam": clip}, users={"alpr": SECRET}) as server:
        code, out, err = run(server.url("cam", "alpr:a-guess"), "--json")
    assert code == 75
    told = json.loads(out)
    assert told["works"] is False
    assert "refuses user and password" in told["problem"]
    assert len(err.splitlines()) == 1
    assert err.startswith("platewatch: ")
    assert "a-guess" not in out + err


def test_what_is_no_camera_is_refused_without_its_secrets() -> None:
    code, out, err = run(f"ftp://alpr:{SECRET}@10.0.0.5/a")
    assert (code, out, len(err.splitlines())) == (1, "", 1)
    assert "has to begin with rtsp" in err
    assert SECRET not in err


def test_a_port_where_nobody_listens_is_said_at_once() -> None:
    with RtspServer({}) as server:
        url = server.url("cam", f"alpr:{SECRET}")
    code, out, err = run(url)
    assert (code, out, len(err.splitlines())) == (75, "", 1)
    assert "refuse" in err
    assert SECRET not in err
