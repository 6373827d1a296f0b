"""Where what waits on a machine at the edge is in its data directory."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path("outgoing")
READS_FILE = FOLDER / "reads.sqlite"
"""Reads of live cameras that the broker has not taken yet."""
REFUSED_FILE = FOLDER / "refused.sqlite"
"""Reads that the broker does not take as they are, with the reason."""
ITEMS_FILE = FOLDER / "items.sqlite"
"""Which files were read to their end."""
UNREADABLE_FILE = FOLDER / "unreadable.sqlite"
"""Messages of other vendors' readers that could not be understood, with the reason."""
REPORTED_FILE = FOLDER / "reported.sqlite"
"""What other vendors' readers reported lately: their next messages may be about the same vehicles."""
