"""What the demo says of its live camera, and what it leaves behind."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from cli.demo.demo import CONFIGURATION, _write_configuration
from cli.demo.input import DemoInput
from cli.demo.live import LiveShow, check_live
from cli.demo.words import live_words
from schemas.errors import InvalidInput, TransientError
from schemas.settings import RtspCamera, Settings, load_settings
from schemas.types import PlateRead

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def read(plate: str, *, is_final: bool = True) -> PlateRead:
    return PlateRead(uuid4(), "live", "local", NOW, NOW, NOW, plate, 0.9, is_final=is_final)


def test_it_says_how_many_vehicles_of_how_many_were_read(capsys: pytest.CaptureFixture[str]) -> None:
    show = LiveShow(15.0, frozenset({"AB0123", "XYZ99", "KLM44"}), frozenset({"XYZ99"}))
    for one in (read("ABO123"), read("XYZ99", is_final=False), read("XYZ99"), read("KLN44")):
        show.recorded(one, [])
    assert (show.seen, len(show.reads)) == (2, 3)
    assert "2 of 3 vehicles read in 15 s" in live_words(show.record())
    shown = capsys.readouterr().err
    assert "repeats its alert" in shown
    assert shown.count("no new alert") == 2
    show.check()


def test_frames_may_be_dropped_but_nothing_read_at_all_is_an_error() -> None:
    show = LiveShow(15.0, frozenset({"AB0123"}), frozenset(), frames=200, dropped=190)
    with pytest.raises(TransientError, match="190 of them dropped"):
        show.check()
    LiveShow(1.0, frozenset(), frozenset()).check()  # an empty street


def test_a_folder_cannot_be_played_live() -> None:
    with pytest.raises(InvalidInput, match="plays a video"):
        check_live(DemoInput((), None, None, "some pictures"))


def test_the_configuration_that_is_left_behind_logs_in_as_the_demo_did(tmp_path: Path) -> None:
    url = "rtsp://u:se%20cret@10.0.0.5/live"
    camera = RtspCamera.model_validate({"id": "pole", "url": url})
    settings = Settings(data_dir=tmp_path, agency_id="demo-pd")
    _write_configuration(settings, DemoInput((camera,), None, None, "a camera"))
    written = tomllib.loads((tmp_path / CONFIGURATION).read_text())
    assert written["cameras"][0]["url"] == url
    assert load_settings(tmp_path / CONFIGURATION).cameras == (camera,)
