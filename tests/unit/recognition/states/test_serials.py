"""What a serial's format says of its state."""

from __future__ import annotations

import numpy as np
import pytest

from recognition.states.looks import ABROAD, CLASSES
from recognition.states.serials import serial_scores


def test_a_serials_format_speaks_for_the_states_that_issue_it() -> None:
    california = serial_scores("8ABC123")
    assert CLASSES[int(california.argmax())] == "US-CA"
    assert california[CLASSES.index("US-TX")] < california[CLASSES.index("US-CA")] - 3
    assert california[CLASSES.index(ABROAD)] == 0.0
    # The letter O and a zero are one: readers do not tell them apart.
    assert serial_scores("8ABC0O1") == pytest.approx(serial_scores("8ABC001"))
    assert not serial_scores("").any()


@pytest.mark.parametrize("plate", ["8ABC123", "ABC1234", "1", "QQQQQQQQ"])
def test_scores_are_against_the_average_state_and_never_more_than_eight_nats(plate: str) -> None:
    scores = serial_scores(plate)
    assert scores.shape == (len(CLASSES),)
    states = scores[:-1]
    assert scores[CLASSES.index(ABROAD)] == 0.0
    assert CLASSES[-1] == ABROAD
    assert abs(states).max() <= 8.0
    # Where none is cut off, they are shares of one average: its logarithm is zero.
    if abs(states).max() < 8.0:
        assert float(np.log(np.exp(states.astype(np.float64)).mean())) == pytest.approx(0.0, abs=1e-4)
    else:
        assert float(np.exp(states.astype(np.float64)).mean()) == pytest.approx(1.0, abs=0.01)
