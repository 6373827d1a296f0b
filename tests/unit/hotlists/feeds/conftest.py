"""What tests of feeds share."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotlists.feeds.tray import Tray


@pytest.fixture
def tray(tmp_path: Path) -> Tray:
    tray = Tray(tmp_path, "ncic")
    tray.prepare()
    return tray
