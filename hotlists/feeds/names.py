"""Names of files that are fetched or picked up: which are not complete, and which are safe to write."""

from __future__ import annotations

PART_SUFFIX = ".part"
"""How a file of ours is called while it is written."""

PARTIAL_SUFFIXES = (".tmp", ".part", ".filepart", ".crdownload", ".partial")
"""How common programs call a file that they are still writing."""

LONGEST_NAME = 150


def is_partial_name(name: str) -> bool:
    """Tell whether a file's name says that it is still being written, or is not meant to be seen."""
    return name.startswith(".") or name.lower().endswith(PARTIAL_SUFFIXES)


def plain_name(name: str, fallback: str) -> str:
    """Return a remote file's name as one that is safe here: no folder, no control character, no leading dot."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(character if character.isprintable() else "_" for character in last).lstrip(". ")
    return kept[-LONGEST_NAME:].lstrip(". ") or fallback
