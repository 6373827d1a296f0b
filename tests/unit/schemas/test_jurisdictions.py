"""States and provinces in every spelling."""

from __future__ import annotations

import pytest

from schemas.jurisdictions import parse_jurisdiction


@pytest.mark.parametrize(
    ("text", "jurisdiction"),
    [
        ("VA", "US-VA"),
        ("us-va", "US-VA"),
        ("USVA", "US-VA"),
        ("Virginia", "US-VA"),
        (" north carolina ", "US-NC"),
        ("0H", "US-OH"),
        ("ON", "CA-ON"),
        ("Newfoundland and Labrador", "CA-NL"),
        ("ca-qc", "CA-QC"),
        ("CA", "US-CA"),
        ("", None),
        ("?", None),
        ("Atlantis", None),
    ],
)
def test_every_spelling_names_its_jurisdiction(text: str, jurisdiction: str | None) -> None:
    assert parse_jurisdiction(text) == jurisdiction
