"""Where everything lies that an installation keeps on this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.settings import ImageSettings, Settings


@pytest.mark.parametrize(
    ("url", "folder"),
    [
        (None, None),
        ("/srv/pictures", "/srv/pictures"),
        ("file:///srv/pictures", "/srv/pictures"),
        ("s3://bucket/pictures", None),
        ("memory://pictures", None),
    ],
)
def test_pictures_of_another_disk_are_looked_through_too_and_those_of_another_machine_are_not(
    url: str | None, folder: str | None
) -> None:
    settings = Settings(data_dir=Path("/var/lib/platewatch"), images=ImageSettings(url=url))
    assert settings.local_folders == [Path("/var/lib/platewatch"), *([] if folder is None else [Path(folder)])]
