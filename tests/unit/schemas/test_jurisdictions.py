"""States and provinces in every spelling."""

from __future__ import annotations

import tomllib

import pytest

from schemas.jurisdictions import jurisdiction_codes, jurisdiction_key, parse_jurisdiction


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


def test_the_united_states_and_canada_share_no_code_or_name() -> None:
    # Otherwise one of the two would be told by the order in which they are looked at.
    codes = tomllib.loads(jurisdiction_codes().decode())
    keys = [
        {jurisdiction_key(spelling) for code, name in codes[country].items() for spelling in (code, name)}
        for country in ("US", "CA")
    ]
    assert keys[0] & keys[1] == set()
