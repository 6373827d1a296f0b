"""Nothing leaves the machine unasked: every socket call of a read, an import and a run is observed."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import pytest

from rendering.scene.traffic import render_traffic
from services.kafka.jars.cache import class_path, default_cache_dir
from tests.acceptance.network.watching import TALKER, Method, methods, observed

PLATEWATCH = str(Path(sys.executable).parent / "platewatch")
OWN_FILES = {".cache/platewatch/engines.json"}
"""What a read leaves under a home folder: which engine was measured to be faster."""


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder that the database's user may pass, with a clip, a picture of it and a list."""
    with tempfile.TemporaryDirectory(prefix="platewatch-network-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        clip = folder / "road.mp4"
        render_traffic(clip, frames=95)
        capture = cv2.VideoCapture(str(clip))
        capture.set(cv2.CAP_PROP_POS_FRAMES, 90)
        cv2.imwrite(str(folder / "road.jpg"), capture.read()[1])
        capture.release()
        (folder / "list.csv").write_text("plate,state,category\nUKW4183,VA,stolen_vehicle\n")
        # The jars come once and because somebody asked for a local broker; they are not what is looked for here.
        class_path()
        (folder / "platewatch.toml").write_text(
            f'data_dir = "data"\n[kafka]\nlocal = true\ncache_dir = "{default_cache_dir()}"\n'
            f'[[cameras]]\nid = "road"\ntype = "video_file"\npath = "{clip}"\n'
        )
        yield folder


@pytest.fixture(scope="module")
def found_methods(place: Path) -> list[Method]:
    return methods(place)


def _environment(home: Path) -> dict[str, str]:
    return {"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}


def _fresh_home(place: Path, name: str) -> Path:
    home = place / name
    home.mkdir(mode=0o755)
    return home


def _files(home: Path) -> set[str]:
    return {str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()}


def test_every_observer_sees_a_stranger(place: Path, found_methods: list[Method]) -> None:
    for method in found_methods:
        ended, hosts = observed(method, TALKER, place, _environment(place))
        assert ended.returncode in (0, 1), ended.stderr  # 1: a machine without any way out
        assert hosts == {"192.0.2.1"}, method


@pytest.mark.timeout(600)
def test_a_read_an_import_and_a_run_turn_to_nobody(
    place: Path, found_methods: list[Method], record_property: Callable[[str, object], None]
) -> None:
    method = found_methods[0]
    record_property("observed with", method)
    home = _fresh_home(place, "home")
    config = ["--config", str(place / "platewatch.toml")]
    commands = (
        [PLATEWATCH, "read", str(place / "road.jpg")],
        [PLATEWATCH, "hotlist", "import", "--source", "csv", str(place / "list.csv"), *config],
        [PLATEWATCH, "run", "--until-done", *config],
    )
    for command in commands:
        ended, hosts = observed(method, command, place, _environment(home))
        assert ended.returncode == 0, ended.stderr
        assert hosts == set(), f"{command[1]}, observed with {method}"
    assert _files(home) == OWN_FILES
    # What is kept there is used again: nobody else may put something in its place, though the umask would let them.
    assert [path for path in home.rglob("*") if path.stat().st_mode & 0o022] == []


@pytest.mark.parametrize(
    "program",
    [
        "import recognition, onnxruntime, openvino",
        "import schemas, openvino, onnxruntime",
        "from recognition.detection import detector; import openvino",
        "import pipeline.services.run, onnxruntime, openvino",
        "import cli.main, openvino, onnxruntime",
        "import recognition.training.command, openvino, onnxruntime",
        "import benchmarks, openvino, onnxruntime",
        "import tests.conftest, openvino, onnxruntime",
    ],
)
def test_importing_any_part_first_keeps_the_engines_silent(
    program: str, place: Path, found_methods: list[Method]
) -> None:
    with tempfile.TemporaryDirectory(dir=place) as home:
        repository = str(Path(__file__).resolve().parents[3])
        code = f"import sys; sys.path.insert(0, {repository!r}); {program}"
        # What the user's environment says does not count: it was not set for Platewatch.
        environment = _environment(Path(home)) | {"ORT_DISABLE_TELEMETRY": "0"}
        ended, hosts = observed(found_methods[0], [sys.executable, "-c", code], place, environment)
        assert ended.returncode == 0, ended.stderr
        assert hosts == set()
        assert _files(Path(home)) == set()


def test_the_engines_do_report_without_platewatch(place: Path) -> None:
    """Else the test above would see nothing whatever Platewatch does. Looks at files only, and lets nothing out."""
    with tempfile.TemporaryDirectory(dir=place) as home:
        subprocess.run([sys.executable, "-c", "import onnxruntime"], env=_environment(Path(home)), check=True)
        assert _files(Path(home)) != set()
