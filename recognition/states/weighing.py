"""How much a plate's looks, serial and words count, and the probability that they come to."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class EvidenceWeights:
    """How much each kind of evidence counts, and from which probability on a state is named.

    Attributes:
        picture: factor of the looks' log-probabilities.
        serial: factor of the serial's log-likelihoods.
        text: factor of the words' nats; 0 without lines.
        threshold: least probability of a state that is named.
    """

    picture: float
    serial: float
    text: float
    threshold: float


def weigh(chosen: EvidenceWeights, looks: Floats, serial: Floats, words: Floats | None) -> npt.NDArray[np.float64]:
    """Weigh the evidence into probabilities.

    Args:
        chosen: What each kind counts.
        looks: Log-probabilities (CLASSES,) of the picture network.
        serial: `serial_scores`.
        words: `text_scores`, or None where the lines were not read.

    Returns:
        float64 (CLASSES,), sum 1.
    """
    total = chosen.picture * looks.astype(np.float64) + chosen.serial * serial
    if words is not None:
        total = total + chosen.text * words
    shares = np.exp(total - total.max())
    found: npt.NDArray[np.float64] = shares / shares.sum()
    return found


@cache
def fitted_weights(*, with_lines: bool) -> EvidenceWeights:
    """Return the fitted weights for reading with or without lines of text."""
    content = (files("recognition.states") / "weights.toml").read_text("utf-8")
    table: dict[str, Any] = tomllib.loads(content)["with_lines" if with_lines else "without_lines"]
    return EvidenceWeights(table["picture"], table["serial"], table.get("text", 0.0), table["threshold"])
