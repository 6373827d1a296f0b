"""What a folder holds: pictures, videos, and what is left out, so that it can be said."""

from __future__ import annotations

import os
import stat
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from ingest.files import kind_of, text_of
from ingest.pictures import PICTURE_SUFFIXES
from ingest.video_file import VIDEO_SUFFIXES
from schemas.errors import UnreadableMedia

_KINDS_NAMED = 8


@dataclass(slots=True)
class Listing:
    """What a folder and its subfolders hold.

    `files` are the pictures and videos, oldest first, then by name. `left_out` is what looks like one and cannot be
    read now, each with the reason in words; those of them that are folders are `closed_folders`. `others` counts
    all other files by the ends of their names. `newest_at` is when the newest file came, in seconds of the epoch.
    """

    files: list[Path] = field(default_factory=list)
    left_out: list[tuple[Path, str]] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    closed_folders: list[tuple[Path, str]] = field(default_factory=list)
    newest_at: float | None = None

    def others_text(self) -> str:
        """Return the other files in words: how many of which kind."""
        named = [f"{count} {kind}" for kind, count in self.others.most_common(_KINDS_NAMED)]
        rest = sum(self.others.values()) - sum(count for _, count in self.others.most_common(_KINDS_NAMED))
        return ", ".join([*named, *([f"{rest} more"] if rest else [])])


def list_media(folder: Path) -> Listing:
    """List the pictures and videos of a folder and its subfolders.

    Args:
        folder: The folder.

    Raises:
        UnreadableMedia: There is no such folder, or it may not be looked into.
    """
    if not folder.is_dir():
        if folder.exists():
            kind = kind_of(folder.stat().st_mode)
            what = "a file" if kind == "no regular file" else kind
            raise UnreadableMedia(f"is {what}, expected a folder; check the path", source=text_of(folder))
        raise UnreadableMedia("no such folder; check the path", source=text_of(folder))
    listing = Listing()
    found: list[tuple[int, str, Path]] = []

    def refused(error: OSError) -> None:
        reason = f"this folder cannot be listed ({error.strerror}); check its permissions"
        if Path(error.filename) == folder:
            raise UnreadableMedia(reason, source=text_of(folder)) from error
        listing.closed_folders.append((Path(error.filename), reason))
        listing.left_out.append(listing.closed_folders[-1])

    for parent, folders, names in os.walk(folder, onerror=refused):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for path in (Path(parent, name) for name in names):
            if path.name.startswith("."):
                listing.others["hidden"] += 1
            elif path.suffix.lower() not in PICTURE_SUFFIXES | VIDEO_SUFFIXES:
                listing.others[text_of(path.suffix.lower()) or "without suffix"] += 1
            else:
                _add(path, found, listing)
    listing.files = [path for _, _, path in sorted(found)]
    return listing


def _add(path: Path, found: list[tuple[int, str, Path]], listing: Listing) -> None:
    try:
        status = path.stat()
    except FileNotFoundError:
        # Gone between the listing and here, or a dangling link.
        listing.others["missing"] += 1
        return
    except OSError as error:
        listing.left_out.append((path, f"it cannot be looked at ({error.strerror}); check the link or its permissions"))
        return
    if not stat.S_ISREG(status.st_mode):
        listing.left_out.append((path, f"it is {kind_of(status.st_mode)}, expected a file"))
    elif not os.access(path, os.R_OK):
        # Some uploads are made readable at their end: it is looked at again with the next listing.
        listing.left_out.append((path, "permission denied; make it readable for the user that runs Platewatch"))
    else:
        found.append((status.st_mtime_ns, str(path), path))
        listing.newest_at = max(listing.newest_at or status.st_ctime, status.st_ctime)
