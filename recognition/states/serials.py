"""What a serial's format says of the state that issued a plate."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from recognition.states.looks import ABROAD, CLASSES
from rendering.serials.likelihoods import serial_likelihoods

Floats = npt.NDArray[np.float32]

_FAR: Final = 8.0  # nats: a serial that fits no format of a state may be a vanity plate's


def serial_scores(plate: str) -> Floats:
    """Return what a serial's format says of every class.

    Args:
        plate: The serial, upper case, without separators.

    Returns:
        float32 (CLASSES,): nats by which it is likelier in the state than in the average one; 0 for plates from abroad,
        whose formats are anyone's.
    """
    scores = np.zeros(len(CLASSES), np.float32)
    if not plate:
        return scores
    likelihoods = serial_likelihoods(plate, folded=True)
    least = min(likelihoods.values())
    logs = np.log([likelihoods.get(name, least) for name in CLASSES if name != ABROAD])
    mean = float(np.log(np.exp(logs - logs.max()).mean()) + logs.max())
    scores[: len(logs)] = np.clip(logs - mean, -_FAR, _FAR)
    return scores
