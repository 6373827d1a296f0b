"""What codes and words of lists mean, and that rows are read again where it changes."""

from __future__ import annotations

import shutil
from pathlib import Path

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
    monkeypatch.setattr("hotlists.codes.maps.resources.files", lambda package: folder)
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
