"""What a camera's settings accept, by type."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.errors import ConfigurationError
from schemas.settings import ImageFolderCamera, Settings, VideoFileCamera, load_settings

VIDEO = 'id = "east"\ntype = "video_file"\npath = "a.mp4"\nstarted_at = 2026-03-01T08:00:00Z\n'
FOLDER = 'id = "lot"\ntype = "image_folder"\npath = "drop"\nheading = 90\n'


def load(tmp_path: Path, *cameras: str) -> Settings:
    path = tmp_path / "platewatch.toml"
    path.write_text("".join(f"[[cameras]]\n{camera}\n" for camera in cameras))
    return load_settings(path)


def test_the_type_picks_the_member(tmp_path: Path) -> None:
    video, folder = load(tmp_path, VIDEO, FOLDER).cameras
    assert video == VideoFileCamera(id="east", path=tmp_path / "a.mp4", started_at=datetime(2026, 3, 1, 8, tzinfo=UTC))
    assert folder == ImageFolderCamera(id="lot", path=tmp_path / "drop", heading=90)


def test_a_start_that_a_folder_had_before_the_union_means_nothing(tmp_path: Path) -> None:
    (camera,) = load(tmp_path, FOLDER + "started_at = 2026-03-01T08:00:00Z\n").cameras
    assert camera == ImageFolderCamera(id="lot", path=tmp_path / "drop", heading=90)


def test_the_environment_gives_cameras_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLATEWATCH_CAMERAS", '[{"id": "lot", "type": "image_folder", "path": "drop"}]')
    assert load_settings().cameras == (ImageFolderCamera(id="lot", path=Path("drop")),)


@pytest.mark.parametrize(
    ("camera", "message"),
    [
        (
            VIDEO.replace('"video_file"', '"onvif"'),
            "'cameras.0.type': input should be 'video_file', 'image_folder', 'rtsp', 'mjpeg', 'push' or 'usb'",
        ),
        ('id = "a"\npath = "x"\n', "'cameras.0.type': field required"),
        ('id = "a"\ntype = "video_file"\n', "'cameras.0.path': field required: type 'video_file' needs path"),
        (FOLDER + "fps = 3\n", "unknown key 'cameras.0.fps' for type 'image_folder'; remove it or correct its name"),
        (FOLDER + "latitude = 91\n", "'cameras.0.latitude': input should be less than or equal to 90"),
        (FOLDER.replace('"lot"', '"The Lot"'), "'cameras.0.id': string should match pattern"),
    ],
)
def test_refuses_by_name(tmp_path: Path, camera: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, camera)
    assert f"platewatch.toml: {message}" in str(caught.value)


def test_what_is_no_table_is_refused_by_its_place(tmp_path: Path) -> None:
    path = tmp_path / "platewatch.toml"
    path.write_text("cameras = [3]\n")
    with pytest.raises(ConfigurationError, match=r"'cameras\.0': input should be a valid dictionary"):
        load_settings(path)


@pytest.mark.parametrize(
    "url", ["http://u:hidden@cam/", "rtsp://u:hid[den@cam/", "rtsp://u:hidden@cam:port/", "hidden"]
)
def test_a_live_cameras_url_that_does_not_fit_is_refused_without_its_password(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, f'id = "pole"\ntype = "rtsp"\nurl = "{url}"\n')
    assert "camera 'pole'" in str(caught.value)
    assert "rtsp://" in str(caught.value)
    assert "hid" not in str(caught.value)


def test_live_cameras_join_files(tmp_path: Path) -> None:
    rtsp = 'id = "pole"\ntype = "rtsp"\nurl = "rtsp://10.0.0.5/live"\nuser = "alpr"\npassword_file = "password"\n'
    mjpeg = 'id = "gate"\ntype = "mjpeg"\nurl = "https://u:p@10.0.0.6/mjpg"\nverify = false\n'
    pole, gate, _ = load(tmp_path, rtsp, mjpeg, FOLDER).cameras
    assert pole.type == "rtsp"
    assert (pole.password_file, pole.stall_seconds, pole.transport) == (tmp_path / "password", 5.0, "tcp")
    assert gate.type == "mjpeg"
    assert "u:p" not in repr(gate)
