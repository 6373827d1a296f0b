"""The training loop of the small networks over a whole plate: checkpoints, resumes exactly, keeps a mean of weights."""

from __future__ import annotations

import copy
import logging
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from recognition.training.layers import PlateNet
from schemas.errors import ConfigurationError

log = logging.getLogger(__name__)

_WARM_UP = 0.05  # share of the steps
_LAST_RATE = 0.02  # of the learning rate, where the cosine ends
_STEM_RATE = 0.2  # of the learning rate, for the layers that come from the detector
_AVERAGING = 0.995
_SAVE_EVERY, _LOG_EVERY = 50, 20


Loss = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
"""Of outputs (n, outputs) and what they should say: the loss, and the share of the batch that is right."""


class Batches(Protocol):
    """Where batches come from."""

    def batch(self, step: int) -> tuple[npt.NDArray[np.uint8], npt.NDArray[Any]]:
        """Return inputs uint8 (n, 64, 128, 3) RGB of a step and what the network should say of them."""
        ...


class PlateTrainer:
    """Trains one network in one folder.

    Args:
        net: The network to start from; trained in place.
        source: Where batches come from.
        loss: How wrong its outputs are.
        steps: Batches in all.
        learning_rate: AdamW's, at its height, for the new layers.
        checkpoint: File that is replaced as training goes on.
    """

    def __init__(
        self, net: PlateNet, source: Batches, loss: Loss, steps: int, learning_rate: float, checkpoint: Path
    ) -> None:
        self.net, self.step = net, 0
        self._source, self._loss, self._steps, self._rate = source, loss, steps, learning_rate
        self._path = checkpoint
        groups: list[dict[str, Any]] = [
            {"params": list(net.model.parameters()), "share": _STEM_RATE},
            {"params": [p for name, p in net.named_parameters() if not name.startswith("model.")], "share": 1.0},
        ]
        self._optimizer = torch.optim.AdamW(groups, lr=learning_rate, weight_decay=0.05)
        self._mean = {name: tensor.detach().clone() for name, tensor in net.state_dict().items()}

    def resume(self) -> None:
        """Take up the checkpoint.

        Raises:
            ConfigurationError: There is none, or it was made with another plan.
        """
        if not self._path.is_file():
            raise ConfigurationError(f"{self._path}: not found; start without --resume")
        state: dict[str, Any] = torch.load(self._path, weights_only=True)
        if (state["steps"], state["rate"]) != (self._steps, self._rate):
            raise ConfigurationError(
                f"{self._path}: was made with --steps {state['steps']} --lr {state['rate']}; give the same"
            )
        self.net.load_state_dict(state["net"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._mean, self.step = state["mean"], state["step"]

    def run(self, until: int | None = None) -> None:
        """Train to the end, or with a checkpoint up to the step `until`."""
        last = self._steps if until is None else min(until, self._steps)
        total, right, counted = 0.0, 0.0, 0
        while self.step < last:
            loss, share = self._learn()
            total, right, counted = total + loss, right + share, counted + 1
            self.step += 1
            if self.step % _LOG_EVERY == 0:
                log.info(
                    "step %d of %d, loss %.3f, right %.3f", self.step, self._steps, total / counted, right / counted
                )
                total, right, counted = 0.0, 0.0, 0
            if self.step % _SAVE_EVERY == 0 or self.step == last:
                self._save()

    def averaged(self) -> PlateNet:
        """Return a network with the running mean of the weights, the one to export."""
        net = copy.deepcopy(self.net)
        net.load_state_dict(self._mean)
        net.eval()
        return net

    def _learn(self) -> tuple[float, float]:
        # Dropout's chance hangs on the step alone, so that a resumed run goes on as it would have.
        torch.manual_seed(self.step)
        images, labels = (torch.from_numpy(part) for part in self._source.batch(self.step))
        for group in self._optimizer.param_groups:
            group["lr"] = group["share"] * self._learning_rate()
        self.net.train()
        with torch.autocast("cpu", torch.bfloat16):
            outputs = self.net(images)
        loss, right = self._loss(outputs.float(), labels)
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self._optimizer.step()
        # A mean that starts from the first weights must forget faster while it is young.
        decay = min(_AVERAGING, (1 + self.step) / (10 + self.step))
        for name, tensor in self.net.state_dict().items():
            self._mean[name].lerp_(tensor, 1 - decay)
        return float(loss.detach()), float(right)

    def _learning_rate(self) -> float:
        warm_up = max(round(self._steps * _WARM_UP), 1)
        if self.step < warm_up:
            return self._rate * (self.step + 1) / warm_up
        progress = (self.step - warm_up) / max(self._steps - warm_up, 1)
        return self._rate * (_LAST_RATE + (1 - _LAST_RATE) * (0.5 + 0.5 * math.cos(math.pi * progress)))

    def _save(self) -> None:
        state = {
            "net": self.net.state_dict(),
            "mean": self._mean,
            "optimizer": self._optimizer.state_dict(),
            "step": self.step,
            "steps": self._steps,
            "rate": self._rate,
        }
        # Written aside and renamed, so that an interrupted run never leaves half a checkpoint.
        partial = self._path.with_suffix(".partial")
        torch.save(state, partial)
        partial.replace(self._path)


def load_mean(checkpoint: Path) -> dict[str, Tensor]:
    """Return the running mean of the weights of a checkpoint, for `load_state_dict`.

    Raises:
        ConfigurationError: The file is missing.
    """
    if not checkpoint.is_file():
        raise ConfigurationError(f"{checkpoint}: not found; expected a run's checkpoint")
    mean: dict[str, Tensor] = torch.load(checkpoint, weights_only=True)["mean"]
    return mean
