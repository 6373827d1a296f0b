"""The network for plates in front, what it is trained with, and its export."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from recognition.detection.front_edges import EDGES, PLACES, FrontEdges
from recognition.training.front.model import export_onnx, front_net, loss
from recognition.training.front.train import main
from recognition.training.trainer import PlateTrainer, load_mean
from schemas.errors import ConfigurationError
from schemas.types import Box, PlateDetection
from tests.training.front.samples import batches

MODELS = Path(__file__).resolve().parents[3] / "recognition" / "models"


def saying(*places: int) -> torch.Tensor:
    logits = torch.full((1, len(EDGES), PLACES), -20.0)
    for edge, place in enumerate(places):
        logits[0, edge, place] = 20.0
    return logits.view(1, -1)


def test_edges_that_are_said_right_cost_nothing_and_one_wrong_edge_is_wrong() -> None:
    edges = torch.tensor([[4.5, 6.5, 30.5, 33.5]]) / PLACES
    cost, right = loss(saying(4, 6, 30, 33), edges)
    assert float(cost) == pytest.approx(0, abs=1e-3)
    assert float(right) == 1
    assert float(loss(saying(4, 6, 31, 33), edges)[1]) == 1, "a place beside it is right"
    cost, right = loss(saying(4, 6, 33, 33), edges)
    assert float(cost) > 5
    assert float(right) == 0


def test_the_exported_network_loads_and_narrows(tmp_path: Path) -> None:
    torch.manual_seed(1)
    net = front_net().eval()
    with torch.no_grad():
        net.head.weight.zero_()
        net.head.bias[:] = saying(4, 4, 30, 35)[0]
    export_onnx(net, tmp_path / "front.onnx")
    picture = np.full((200, 400, 3), 90, np.uint8)
    whole = Box(100, 50, 300, 150)  # seen from 88, 38 to 312, 162
    (found,) = FrontEdges(tmp_path / "front.onnx").narrowed(picture, [PlateDetection(whole, 0.8)])
    assert found.confidence == 0.8
    assert dataclasses.astuple(found.box) == pytest.approx((100, 50, 88 + 30.5 / PLACES * 224, 150), abs=0.1)


def test_a_resumed_run_ends_where_an_unbroken_one_does(tmp_path: Path) -> None:
    ends = []
    for name, stops in (("whole", [3]), ("broken", [2, 3])):
        for stop in stops:
            torch.manual_seed(0)
            trainer = PlateTrainer(front_net(), batches(), loss, 3, 1e-3, tmp_path / f"{name}.pt")
            if stop != stops[0]:
                trainer.resume()
            trainer.run(until=stop)
        ends.append(trainer.averaged().state_dict())
    assert all(torch.equal(ends[0][name], ends[1][name]) for name in ends[0])


def test_another_run_can_begin_with_the_weights_of_one(tmp_path: Path) -> None:
    trainer = PlateTrainer(front_net(), batches(), loss, 2, 1e-3, tmp_path / "a.pt")
    trainer.run()
    net = front_net()
    net.load_state_dict(load_mean(tmp_path / "a.pt"))
    mean = trainer.averaged().state_dict()
    assert all(torch.equal(mean[name], tensor) for name, tensor in net.state_dict().items())
    with pytest.raises(ConfigurationError, match=r"none\.pt: not found; expected a run's checkpoint"):
        load_mean(tmp_path / "none.pt")


def test_a_folder_with_a_run_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "front-checkpoint.pt").write_bytes(b"")
    arguments = ["--from", str(MODELS / "plate-detector-v2.onnx"), "--crops", "none.csv", "--out", str(tmp_path)]
    assert main(arguments) == 1
    assert "--resume" in capsys.readouterr().err
