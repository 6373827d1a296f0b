"""Headers of tables."""

from __future__ import annotations

import pytest

from schemas.errors import InvalidInput
from tests.unit.hotlists.list_samples import (
    rows,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("license,state\nABC123,VA\n", "no column is named 'plate'"),
        ("ABC123,VA\nDEF456,MD\n", "no column is named 'plate'"),
        ("plate,Plate,state\nABC123,DEF456,VA\n", "names 'plate' 2 times"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(text: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words) as refusal:
        rows("csv", text)
    assert refusal.value.line == 1
