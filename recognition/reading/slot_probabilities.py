"""The distributions of a plate's character slots: what they give a text, and how to make them give it more."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
_FLOOR = 1e-9
_MOST_POWER = 5.0
_BISECTIONS = 16


def text_probabilities(char_probs: npt.NDArray[np.float32], alphabet: str) -> Floats:
    """Return, per slot, the probability of its likeliest character, the letter O and the digit 0 taken as one.

    Many plates show both alike, lists write one for the other and labels mix them: which of the two it is says nothing
    about whether a plate was read right.

    Args:
        char_probs: (slots, alphabet).
        alphabet: The columns' characters.
    """
    likeliest: Floats = same_zero(char_probs, alphabet).max(axis=1)
    return likeliest


def same_zero(char_probs: npt.NDArray[np.float32] | Floats, alphabet: str) -> Floats:
    """Return distributions (..., slots, alphabet) with the probability of the letter O added to that of the digit 0."""
    probabilities = char_probs.astype(np.float64)
    if "0" in alphabet and "O" in alphabet:
        zero, letter = alphabet.index("0"), alphabet.index("O")
        probabilities[..., zero] += probabilities[..., letter]
        probabilities[..., letter] = 0.0
    return probabilities


def tempered(char_probs: npt.NDArray[np.float32], alphabet: str, target: float) -> npt.NDArray[np.float32]:
    """Raise distributions to the power at which their text has a given probability.

    So what is said of the whole plate and what is said of its characters stay one: the plate's probability is the
    product of its characters'. The text does not change.

    Args:
        char_probs: (slots, alphabet), each slot sums to one.
        alphabet: The columns' characters.
        target: Probability that the likeliest text shall have (0-1), as far as a power can give it.

    Returns:
        float32 (slots, alphabet).
    """
    logs = np.log(np.maximum(char_probs.astype(np.float64), _FLOOR))
    logs -= logs.max(axis=1, keepdims=True)
    zeros = [alphabet.index(character) for character in "0O" if character in alphabet]
    low, high = -_MOST_POWER, _MOST_POWER
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        powers = np.exp(2.0**middle * logs)
        likeliest = np.maximum(1.0, powers[:, zeros].sum(axis=1)) / powers.sum(axis=1)
        if float(likeliest.prod()) < target:
            low = middle
        else:
            high = middle
    powers = np.exp(2.0 ** ((low + high) / 2) * logs)
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)
