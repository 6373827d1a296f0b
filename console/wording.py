"""What errors and alarms say, as pages say it: without the command line's options."""

from __future__ import annotations

import re
from typing import Final

_OPTIONS: Final = re.compile(r" ?\((?:[^()]|\([^()]*\))*(?:--|platewatch )[^()]*\)")
_COMMAND: Final = re.compile(r"; see platewatch [^.;]*")


def in_words(text: str) -> str:
    """Return a text as a page says it.

    What is for the command line stands in parentheses, `(--since)`, or at the end, `; see platewatch hotlist list`:
    somebody at a page is helped by neither.
    """
    return _COMMAND.sub("", _OPTIONS.sub("", text))
