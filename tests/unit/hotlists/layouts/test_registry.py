"""The layouts by name."""

from __future__ import annotations

import pytest

from hotlists.layouts.registry import parser_for
from schemas.errors import InvalidInput


def test_an_unknown_layout_names_the_known_ones() -> None:
    with pytest.raises(InvalidInput, match="use one of ncic"):
        parser_for("xml")
