"""Runs of the reader's training."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from recognition.training.examples.reader_format import ALPHABET
from recognition.training.reader.data import BatchSource
from recognition.training.reader.trainer import Plan, Trainer, load_averaged, reader_loss
from schemas.errors import ConfigurationError
from tests.training.reader.samples import random_reader

PLAN = Plan(steps=6, learning_rate=1e-3)


def test_resumed_run_ends_with_the_weights_of_an_uninterrupted_one(tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    readers = []
    for folder, stops in ((whole, (None,)), (parts, (2, 4, None))):
        folder.mkdir()
        for number, stop in enumerate(stops):
            trainer = Trainer(random_reader(2), BatchSource([], [], (), size=4, seed=3, drawn=8), PLAN, folder)
            if number:
                trainer.resume()
            trainer.run(until=stop)
        readers.append((trainer.reader.state_dict(), load_averaged(folder).state_dict()))
    for ours, theirs in zip(*readers, strict=True):
        assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_resuming_with_another_plan_is_refused(tmp_path: Path) -> None:
    source = BatchSource([], [], (), size=2, seed=3, drawn=4)
    Trainer(random_reader(2), source, PLAN, tmp_path).run(until=1)
    other = Trainer(random_reader(2), source, Plan(steps=9, learning_rate=1e-3), tmp_path)
    with pytest.raises(ConfigurationError, match="--steps 6"):
        other.resume()


def test_training_lowers_the_loss(tmp_path: Path) -> None:
    source = BatchSource([], [], (), size=8, seed=1, drawn=2)
    reader = random_reader(4)

    def loss() -> float:
        batch = source.batch(10_000)
        parts = (torch.from_numpy(part) for part in (batch.targets, batch.weights, batch.same_zero))
        with torch.inference_mode():
            return float(reader_loss(reader(torch.from_numpy(batch.images)), *parts))

    before = loss()
    Trainer(reader, source, Plan(steps=25, learning_rate=3e-3), tmp_path).run()
    assert loss() < before * 0.8


def test_o_counts_as_zero_only_where_labels_mix_them() -> None:
    zero, letter = ALPHABET.index("0"), ALPHABET.index("O")
    logits = torch.zeros(1, 9, 37)
    logits[..., letter] = 20.0
    targets = torch.zeros(1, 9, 37)
    targets[..., zero] = 1.0
    weights = torch.ones(1)
    assert float(reader_loss(logits, targets, weights, torch.tensor([True]))) < 1e-4
    assert float(reader_loss(logits, targets, weights, torch.tensor([False]))) > 15
