"""Runs of the state network's training."""

from __future__ import annotations

from pathlib import Path

import torch

from recognition.training.state.model import state_net
from recognition.training.state.train import loss
from recognition.training.trainer import PlateTrainer
from tests.training.state.samples import batches


def test_a_resumed_run_ends_where_an_unbroken_one_does(tmp_path: Path) -> None:
    ends = []
    for name, stops in (("whole", [3]), ("broken", [2, 3])):
        folder = tmp_path / name
        folder.mkdir()
        for stop in stops:
            torch.manual_seed(0)
            trainer = PlateTrainer(state_net(), batches(), loss, 3, 1e-3, folder / "checkpoint.pt")
            if stop != stops[0]:
                trainer.resume()
            trainer.run(until=stop)
        ends.append(trainer.averaged().state_dict())
    assert all(torch.equal(ends[0][name], ends[1][name]) for name in ends[0])
