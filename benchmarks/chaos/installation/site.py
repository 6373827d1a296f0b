"""The installation that is struck: its folders, its configuration, and how its commands are given."""

from __future__ import annotations

import os
import sys
from pathlib import Path

AGENCY = "chaos-pd"


class Site:
    """One installation in a folder of its own.

    Args:
        folder: Made here.
        clip: A video that one camera is.
    """

    def __init__(self, folder: Path, clip: Path) -> None:
        self.folder = folder
        self.data_dir = folder / "data"
        self.images = self.data_dir / "images"
        self.gate = folder / "gate"
        self.lane = folder / "lane"
        self.lists = folder / "lists"
        self.drop = folder / "drop"
        self.config = folder / "platewatch.toml"
        for path in (self.data_dir, self.gate, self.lane, self.lists, self.drop):
            path.mkdir(parents=True)
        self.config.write_text(
            f'data_dir = "data"\nagency_id = "{AGENCY}"\n'
            "[kafka]\nlocal = true\n"
            # Under load a second reading may come too late, and then the alert goes out without: other books each time.
            '[alerts]\nsecond_reader = "off"\n'
            # Its disks are smaller than what pictures leave free: the guard would keep none.
            "[images]\nkeep_free_gigabytes = 0\n"
            "[repeats]\nwindow_minutes = 2\n"
            '[[hotlists.feeds]]\nname = "county"\nsource = "csv"\nkind = "folder"\n'
            f'path = "{self.drop}"\npoll_seconds = 0.5\nsettle_seconds = 0.5\n'
            f'[[cameras]]\nid = "gate"\ntype = "image_folder"\npath = "{self.gate}"\n'
            f'[[cameras]]\nid = "lane"\ntype = "image_folder"\npath = "{self.lane}"\n'
            f'[[cameras]]\nid = "tower"\ntype = "video_file"\npath = "{clip}"\n'
        )

    def command(self, *arguments: str) -> list[str]:
        """Return the command line of a `platewatch` command with this configuration."""
        return [sys.executable, "-m", "cli.main", *arguments, "--config", str(self.config)]

    @staticmethod
    def environment() -> dict[str, str]:
        """Return what commands get of our environment: nothing that would change the configuration."""
        return {name: value for name, value in os.environ.items() if not name.startswith("PLATEWATCH_")}
