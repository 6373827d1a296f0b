"""What is no time zone is refused with what is wrong, wherever one is named: a folder of zones is none either."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from hotlists.layouts.mapping import read_mapping
from schemas.errors import ConfigurationError
from schemas.settings import ImageFolderCamera, Settings

NONE = ("Mars", "America", "America/", "../../etc/passwd", "/etc/passwd", "x" * 300, "New York", "\N{BULLET}", " UTC")


@pytest.fixture(autouse=True)
def files(tmp_path: Path) -> Iterator[None]:
    """Zones as a machine has them: files in folders, so that a region's name is a folder."""
    before = zoneinfo.TZPATH
    (tmp_path / "America").mkdir()
    zoneinfo.reset_tzpath((str(tmp_path), *before))
    yield
    zoneinfo.reset_tzpath(before)


@pytest.mark.parametrize("name", NONE)
def test_what_is_no_zone_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="no IANA time zone"):
        Settings(time_zone=name)
    with pytest.raises(ValidationError, match="no time zone"):
        ImageFolderCamera(id="gate", path=tmp_path, timezone=name)
    with pytest.raises(ConfigurationError, match="no time zone"):
        read_mapping(f"timezone = '{name}'\n[columns]\nplate = 'p'\n")


@pytest.mark.parametrize("name", ["America/New_York", "UTC", "Pacific/Honolulu"])
def test_what_is_one_is_taken(name: str, tmp_path: Path) -> None:
    assert Settings(time_zone=name).time_zone == name
    assert ImageFolderCamera(id="gate", path=tmp_path, timezone=name).timezone == name
    assert read_mapping(f"timezone = '{name}'\n[columns]\nplate = 'p'\n").timezone == name
