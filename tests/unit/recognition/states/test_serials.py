"""What a serial's format says of its state."""

from __future__ import annotations

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
