"""A small disk of its own for the data directory, that can be full, and one for the pictures, that can be read-only."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator

from benchmarks.chaos.installation.site import Site

_DATA_MB = 800
_IMAGES_MB = 200
_BALLAST = "ballast"
_BLOCK = b"\0" * (1 << 20)


class Disk:
    """The data directory's disk.

    Args:
        site: The installation.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self.is_mounted = False
        """Whether it is one of its own; that takes the right to mount."""

    @property
    def can_be_read_only(self) -> bool:
        """Whether the image store can refuse: as a disk of its own, or by permissions, which root does not feel."""
        return self.is_mounted or os.geteuid() != 0

    @contextlib.contextmanager
    def mounted(self) -> Iterator[None]:
        """Have the disks while this lasts, where that is permitted."""
        site = self._site
        try:
            self.is_mounted = _mount(str(site.data_dir), _DATA_MB)
            site.images.mkdir(mode=0o700, exist_ok=True)
            if self.is_mounted:
                _mount(str(site.images), _IMAGES_MB)
            yield
        finally:
            if self.is_mounted:
                for path in (site.images, site.data_dir):
                    subprocess.run(["umount", "--lazy", str(path)], check=False, capture_output=True)

    def set_read_only(self, read_only: bool) -> None:
        """Make the image store refuse every write, or take it again."""
        if self.is_mounted:
            option = "remount,ro" if read_only else "remount,rw"
            subprocess.run(["mount", "-o", option, str(self._site.images)], check=False, capture_output=True)
        else:
            for folder in (self._site.images, *self._site.images.rglob("*/")):
                folder.chmod(0o500 if read_only else 0o700)

    def fill(self) -> None:
        """Leave no byte free."""
        with (self._site.data_dir / _BALLAST).open("ab", buffering=0) as ballast, contextlib.suppress(OSError):
            while ballast.write(_BLOCK):
                pass

    def free(self) -> None:
        """Give the space back."""
        (self._site.data_dir / _BALLAST).unlink(missing_ok=True)

    def remove(self) -> None:
        """Delete the installation."""
        shutil.rmtree(self._site.folder, ignore_errors=True)


def _mount(path: str, megabytes: int) -> bool:
    if os.geteuid() != 0:
        return False
    options = f"size={megabytes}m,mode=0711"
    command = ["mount", "-t", "tmpfs", "-o", options, "platewatch-chaos", path]
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False
