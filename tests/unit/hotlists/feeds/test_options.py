"""What a feed's settings say about its file."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotlists.feeds.options import feed_options
from hotlists.importing.importer import ImportOptions
from schemas.errors import ConfigurationError
from schemas.settings import FolderFeed, HotlistSettings

SETTINGS = HotlistSettings(min_change=7)


def folder_feed(**changes: object) -> FolderFeed:
    return FolderFeed.model_validate({"name": "region", "source": "csv", "path": Path("/srv/drop")} | changes)


def test_the_list_has_the_feeds_name_and_state() -> None:
    assert feed_options(folder_feed(), SETTINGS) == ImportOptions("region", settings=SETTINGS)
    assert feed_options(folder_feed(state="md"), SETTINGS).default_state == "US-MD"


def test_a_mapping_reads_the_file(tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.toml"
    mapping.write_text('[columns]\nplate = "Kennzeichen"\n')
    assert feed_options(folder_feed(mapping=mapping), SETTINGS).parser is not None


def test_a_state_that_is_none_is_named() -> None:
    with pytest.raises(ConfigurationError, match="feed 'region': 'QQ' is no state"):
        feed_options(folder_feed(state="QQ"), SETTINGS)
