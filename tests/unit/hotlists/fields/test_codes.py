"""What codes and words of lists mean, and that rows are read again where it changes."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from hotlists.codes import maps
from hotlists.codes.maps import category_of_words, code_category
from hotlists.fields.jurisdictions import parse_jurisdiction
from schemas.errors import ConfigurationError
from schemas.types import Category


@pytest.fixture
def codes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Code maps that a test may change."""
    folder = tmp_path / "codes"
    shutil.copytree(Path(maps.__file__).parent, folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(maps, "resources", SimpleNamespace(files=lambda package: folder))
    return folder


def digest(layout: str) -> str:
    return maps.codes_digest.__wrapped__(layout)


@pytest.mark.parametrize("name", ["ncic", "absent", "placeholders"])
def test_rows_have_another_digest_once_what_they_are_read_with_is_another(codes: Path, name: str) -> None:
    before = digest("ncic")
    assert before == digest("ncic")
    (codes / f"{name}.toml").write_bytes((codes / f"{name}.toml").read_bytes() + b"\n# one more line\n")
    assert digest("ncic") != before


def test_the_jurisdictions_and_the_layout_are_part_of_the_digest(codes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = digest("ncic")
    (codes / "mn.toml").write_bytes(b"")
    assert digest("ncic") == before, "another layout's codes"
    assert digest("mapped") != before, "a layout without codes of its own"
    monkeypatch.setattr(maps, "jurisdiction_codes", lambda: b"other states")
    assert digest("ncic") != before


def test_a_code_map_that_is_missing_or_broken_is_an_installation_that_is_not_whole(codes: Path) -> None:
    (codes / "mn.toml").write_text("[half a table")
    for name in ("mn", "none-such"):
        with pytest.raises(ConfigurationError, match=f"code map '{name}' cannot be used .*install platewatch again"):
            maps.load_document.__wrapped__(name)


def test_words_of_a_category_are_its_layouts_or_our_own() -> None:
    assert category_of_words("csv", " Stolen-Vehicle ") is Category.STOLEN_VEHICLE
    for category in Category:
        assert category_of_words("csv", category.value.upper().replace("_", "  ")) is category
    assert category_of_words("csv", "no such thing") is category_of_words("csv", "") is Category.UNMAPPED
    assert code_category("ncic", "no such code") is Category.UNMAPPED


def test_a_state_is_what_its_layout_or_everyone_calls_it() -> None:
    assert [parse_jurisdiction(text, "ncic") for text in ("VA", "us-va", "0H", "Virginia", "", "??")] == [
        *("US-VA", "US-VA", "US-OH", "US-VA"),
        *(None, None),
    ]


NCIC_STATES = {"NB": "US-NE", "NK": "CA-NB", "NF": "CA-NL", "PQ": "CA-QC", "SN": "CA-SK", "GM": "US-GU"}
POSTAL = {"NB": "CA-NB", "NE": "US-NE", "QC": "CA-QC", "NL": "CA-NL", "SK": "CA-SK", "GU": "US-GU"}


@pytest.mark.parametrize(
    "layout",
    [
        "ca-clew",
        "co",
        "fl",
        "il-leads",
        "mi",
        "mn",
        "ncic",
        "ny",
        "oh-leads",
        "tx-ncic",
        "tx-tcic",
        "wa-stolen",
        "wa-wacic",
    ],
)
def test_lists_with_ncics_codes_mean_nebraska_by_nb(layout: str) -> None:
    for code, state in NCIC_STATES.items():
        assert parse_jurisdiction(code, layout) == parse_jurisdiction(code.lower(), layout) == state
    assert parse_jurisdiction("VA", layout) == "US-VA"


@pytest.mark.parametrize("layout", ["csv", "vigilant", "genetec", "flock"])
def test_lists_with_postal_codes_mean_new_brunswick_by_nb(layout: str) -> None:
    for code, state in POSTAL.items():
        assert parse_jurisdiction(code, layout) == state
