"""Files of lists with a time that tests choose."""

from __future__ import annotations

import os
from pathlib import Path


def put(path: Path, content: str = "rows\n", modified: int = 1_790_000_000) -> Path:
    path.write_text(content)
    os.utime(path, (modified, modified))
    return path
