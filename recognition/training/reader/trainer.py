"""The reader's training loop: fine-tunes from given weights, writes checkpoints, resumes exactly where it stopped."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from recognition.training.examples.reader_format import ALPHABET
from recognition.training.reader.data import Batch, BatchSource
from recognition.training.reader.model import PlateReader
from schemas.errors import ConfigurationError

log = logging.getLogger(__name__)

CHECKPOINT = "checkpoint.pt"
_ZERO, _LETTER_O = ALPHABET.index("0"), ALPHABET.index("O")
_WARM_UP = 0.05  # share of the steps
_LAST_RATE = 0.02  # of the learning rate, where the cosine ends
_SAVE_EVERY, _LOG_EVERY = 50, 20


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train.

    Attributes:
        steps: Batches in all.
        learning_rate: AdamW's, at its height.
        averaging: Decay per step of the running mean of the weights that is exported.
        half_precision: Compute in bfloat16 where that is safe.
    """

    steps: int
    learning_rate: float
    averaging: float = 0.998
    half_precision: bool = True


def reader_loss(logits: Tensor, targets: Tensor, weights: Tensor, same_zero: Tensor) -> Tensor:
    """Cross entropy over slots, with O and 0 as one character where a label does not tell them apart.

    Args:
        logits: (batch, slots, alphabet).
        targets: Distributions of the same shape.
        weights: (batch,) share of each sample.
        same_zero: (batch,) bool; there the probabilities of 0 and O are added before the logarithm.

    Returns:
        The weighted mean per slot.
    """
    logs = torch.log_softmax(logits.float(), dim=-1)
    either = torch.logaddexp(logs[..., _ZERO], logs[..., _LETTER_O]).unsqueeze(-1)
    confused = torch.zeros(len(ALPHABET), dtype=torch.bool)
    confused[[_ZERO, _LETTER_O]] = True
    logs = torch.where(same_zero[:, None, None] & confused, either, logs)
    return (-(targets * logs).sum(-1).mean(-1) * weights).sum() / weights.sum()


def learning_rate(step: int, plan: Plan) -> float:
    """Rise linearly, then fall along a cosine."""
    warm_up = max(round(plan.steps * _WARM_UP), 1)
    if step < warm_up:
        return plan.learning_rate * (step + 1) / warm_up
    progress = (step - warm_up) / max(plan.steps - warm_up, 1)
    cosine = 0.5 + 0.5 * math.cos(math.pi * progress)
    return plan.learning_rate * (_LAST_RATE + (1 - _LAST_RATE) * cosine)


class Trainer:
    """Trains one reader in one folder.

    Args:
        reader: The network to start from; trained in place.
        source: Where batches come from.
        plan: How to train.
        folder: Gets ``checkpoint.pt``, replaced as training goes on.
    """

    def __init__(self, reader: PlateReader, source: BatchSource, plan: Plan, folder: Path) -> None:
        self.reader = reader
        self.step = 0
        self._source, self._plan = source, plan
        self._path = folder / CHECKPOINT
        self._optimizer = torch.optim.AdamW(_groups(reader), lr=plan.learning_rate, betas=(0.9, 0.98))
        self._mean = {name: tensor.detach().clone() for name, tensor in reader.state_dict().items()}

    def resume(self) -> None:
        """Take up the folder's checkpoint.

        Raises:
            ConfigurationError: There is none, or it was made with another plan.
        """
        if not self._path.is_file():
            raise ConfigurationError(f"{self._path}: not found; start without --resume")
        state: dict[str, Any] = torch.load(self._path, weights_only=True)
        if state["steps"] != self._plan.steps or state["learning_rate"] != self._plan.learning_rate:
            raise ConfigurationError(
                f"{self._path}: was made with --steps {state['steps']} --lr {state['learning_rate']}; give the same"
            )
        self.reader.load_state_dict(state["reader"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._mean, self.step = state["mean"], state["step"]

    def run(self, until: int | None = None) -> None:
        """Train to the end of the plan.

        Args:
            until: Stop before this step instead, with a checkpoint.
        """
        last = self._plan.steps if until is None else min(until, self._plan.steps)
        total, counted = 0.0, 0
        while self.step < last:
            total += self._learn(self._source.batch(self.step))
            counted += 1
            self.step += 1
            if self.step % _LOG_EVERY == 0:
                log.info("step %d of %d, loss %.4f", self.step, self._plan.steps, total / counted)
                total, counted = 0.0, 0
            if self.step % _SAVE_EVERY == 0 or self.step == last:
                self._save()

    def _learn(self, batch: Batch) -> float:
        for group in self._optimizer.param_groups:
            group["lr"] = learning_rate(self.step, self._plan)
        with torch.autocast("cpu", torch.bfloat16, enabled=self._plan.half_precision):
            logits = self.reader(torch.from_numpy(batch.images))
        loss = reader_loss(
            logits, *(torch.from_numpy(part) for part in (batch.targets, batch.weights, batch.same_zero))
        )
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.reader.parameters(), 1.0)
        self._optimizer.step()
        # A mean that starts from the first weights must forget faster while it is young.
        decay = min(self._plan.averaging, (1 + self.step) / (10 + self.step))
        for name, tensor in self.reader.state_dict().items():
            self._mean[name].lerp_(tensor, 1 - decay)
        return float(loss.detach())

    def averaged(self) -> PlateReader:
        """Return a reader with the running mean of the weights, the one to export."""
        reader = PlateReader()
        reader.load_state_dict(self._mean)
        reader.eval()
        return reader

    def _save(self) -> None:
        state = {
            "reader": self.reader.state_dict(),
            "mean": self._mean,
            "optimizer": self._optimizer.state_dict(),
            "step": self.step,
            "steps": self._plan.steps,
            "learning_rate": self._plan.learning_rate,
        }
        # Written aside and renamed, so that an interrupted run never leaves half a checkpoint.
        partial = self._path.with_suffix(".partial")
        torch.save(state, partial)
        partial.replace(self._path)


def load_averaged(folder: Path) -> PlateReader:
    """Load the weights that a run in a folder has reached.

    Raises:
        ConfigurationError: The folder holds no checkpoint.
    """
    path = folder / CHECKPOINT
    if not path.is_file():
        raise ConfigurationError(f"{path}: not found; train with --out first")
    reader = PlateReader()
    reader.load_state_dict(torch.load(path, weights_only=True)["mean"])
    reader.eval()
    return reader


def _groups(reader: PlateReader) -> list[dict[str, Any]]:
    """Decay matrices and kernels only; biases, scales and embeddings keep their size."""
    decayed = [item for name, item in reader.named_parameters() if item.ndim >= 2 and name.endswith("weight")]
    kept = [item for name, item in reader.named_parameters() if not (item.ndim >= 2 and name.endswith("weight"))]
    return [{"params": decayed, "weight_decay": 0.01}, {"params": kept, "weight_decay": 0.0}]
