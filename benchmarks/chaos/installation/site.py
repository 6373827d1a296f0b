"""The installation that is struck: its folders, its configuration, and how its commands are given."""

from __future__ import annotations

import os
import random
import socket
import sys
from pathlib import Path

AGENCY = "chaos-pd"
POSTS = "plaza"
"""The reader whose reads are posted."""
_BELOW_EPHEMERAL = range(15_000, 32_000)
"""Not where the system takes ports for outgoing connections: one would have it while the server is away."""


LOCAL_SERVERS = "[kafka]\nlocal = true\n"


class Site:
    """One installation in a folder of its own.

    Args:
        folder: Made here.
        clip: A video that one camera is.
        takes_posts: Whether other readers post to it.
    """

    def __init__(self, folder: Path, clip: Path, *, takes_posts: bool = False) -> None:
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
        self._clip = clip
        self._posts_port = free_port() if takes_posts else None
        self.configure(LOCAL_SERVERS)

    @property
    def posts_url(self) -> str:
        """Where other readers post their reads."""
        return f"http://127.0.0.1:{self._posts_port}/ingest/reads/platewatch/{POSTS}"

    def configure(self, servers: str, images: str = "") -> None:
        """Write the configuration.

        Args:
            servers: Tables about the database and the broker.
            images: Further keys of `[images]`.
        """
        posts = (
            f'[ingest]\nlisten = "127.0.0.1:{self._posts_port}"\n'
            f'[[ingest.sources]]\nid = "{POSTS}"\nvendor = "platewatch"\n'
        )
        self.config.write_text(
            f'data_dir = "data"\nagency_id = "{AGENCY}"\n'
            f"{servers}"
            # Under load a second reading may come too late, and then the alert goes out without: other books each time.
            '[alerts]\nsecond_reader = "off"\n'
            # Its disks are smaller than what pictures leave free: the guard would keep none.
            f"[images]\nkeep_free_gigabytes = 0\n{images}"
            "[repeats]\nwindow_minutes = 2\n"
            '[[hotlists.feeds]]\nname = "county"\nsource = "csv"\nkind = "folder"\n'
            f'path = "{self.drop}"\npoll_seconds = 0.5\nsettle_seconds = 0.5\n'
            f'[[cameras]]\nid = "gate"\ntype = "image_folder"\npath = "{self.gate}"\n'
            f'[[cameras]]\nid = "lane"\ntype = "image_folder"\npath = "{self.lane}"\n'
            f'[[cameras]]\nid = "tower"\ntype = "video_file"\npath = "{self._clip}"\n'
            f"{'' if self._posts_port is None else posts}"
        )

    def command(self, *arguments: str) -> list[str]:
        """Return the command line of a `platewatch` command with this configuration."""
        return [sys.executable, "-m", "cli.main", *arguments, "--config", str(self.config)]

    @staticmethod
    def environment() -> dict[str, str]:
        """Return what commands get of our environment: nothing that would change the configuration."""
        return {name: value for name, value in os.environ.items() if not name.startswith("PLATEWATCH_")}


def free_port() -> int:
    """Return a port on loopback that nobody uses now."""
    for port in random.sample(_BELOW_EPHEMERAL, 500):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise RuntimeError("no port is free")
