"""Where messages of other readers wait until a run processes them, and how much of the disk they leave to others."""

from __future__ import annotations

from pathlib import Path

INBOX_FILE = Path("inbox") / "messages.sqlite"
"""Where the inbox is in the data directory."""
CAR_SOURCE = "car:"
"""What the inbox and the quarantine call a patrol car begins with; no other source's id has such a sign."""
LEAST_FREE_BYTES = 128 << 20
"""Messages are refused before the disk is so full that the database fails."""
