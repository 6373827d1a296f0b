"""Mappings: what a person may declare."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotlists.layouts.mapping import load_mapping, read_mapping
from schemas.errors import ConfigurationError
from tests.unit.hotlists.layouts.mapping_samples import EXAMPLE


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ('colums = 1\n[columns]\nplate = "p"\n', "unknown key 'colums'"),
        ('[columns]\nplate = "p"\ncolour = "c"\n', "unknown key 'columns.colour'"),
        ('format = "csv"\n', "key 'columns' is missing"),
        ('[columns]\nstate = "s"\n', "key 'columns.plate' is missing"),
        ("[columns]\nplate = 0\n", "'columns.plate': a column is a name, or a number from 1"),
        ("[columns]\nplate = true\n", "'columns.plate'"),
        ('format = "xml"\n[columns]\nplate = "p"\n', "'format'"),
        ('delimiter = "x"\n[columns]\nplate = "p"\n', "'delimiter': a delimiter is one of"),
        ('skip = "("\n[columns]\nplate = "p"\n', "'skip': this is no regular expression"),
        ('date_formats = ["yyyy"]\n[columns]\nplate = "p"\n', "'yyyy' is no date format"),
        ('date_formats = ["%d/%m"]\n[columns]\nplate = "p"\n', "'%d/%m' is no date format"),
        ('date_formats = ["%Y-%Q"]\n[columns]\nplate = "p"\n', "'%Y-%Q' is no date format"),
        ('timezone = "Mars"\n[columns]\nplate = "p"\n', "'Mars' is no time zone"),
        ('default_state = "Atlantis"\n[columns]\nplate = "p"\n', "'Atlantis' is no state"),
        ('[columns]\nplate = "p"\n[categories]\nA = "stolen"\n', "'categories.A'"),
        ('header = false\nformat = "csv"\n[columns]\nplate = "p"\n', "columns.plate is a name"),
        ('format = "jsonl"\n[columns]\nplate = 1\n', "columns.plate has to be a name"),
        ("x = [", "not valid TOML"),
    ],
)
def test_a_mapping_that_does_not_fit_names_its_key(toml: str, words: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        read_mapping(toml)
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_mapping_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "region.toml"
    path.write_text(EXAMPLE, encoding="utf-8")
    assert load_mapping(path) == read_mapping(EXAMPLE)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_mapping(tmp_path / "none.toml")
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError, match="UTF-8"):
        load_mapping(path)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_a_mapping_or_refused(text: str) -> None:
    try:
        read_mapping(text)
    except ConfigurationError:
        return
