"""Text of others (file names, lists, messages) made fit to be shown: none may steer a terminal or forge a line."""

from __future__ import annotations

import re
from typing import Final

_STEERING: Final = (
    r"\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but tab and line feed, DEL, C1
    r"\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"  # line ends of Unicode, and what turns the direction of writing
    r"\ud800-\udfff"  # bytes of a file name that are not UTF-8; no encoding takes them
)
_LINES = re.compile(f"[{_STEERING}]")
_ONE_LINE = re.compile(f"[\\t\\n{_STEERING}]")
_BYTES = range(0xDC80, 0xDD00)
"""How Python keeps bytes of a file name that are not UTF-8 (PEP 383)."""


def printable(text: str, *, lines: bool = False) -> str:
    r"""Return a text with each control character written out, like \x1b.

    Args:
        text: Any text.
        lines: Whether it may have several lines and tabs; otherwise these are written out, too.
    """
    return (_LINES if lines else _ONE_LINE).sub(_written_out, text)


def json_safe(line: str) -> str:
    r"""Return a line of JSON with the control characters that JSON itself lets through written out, like \u009b."""
    return _LINES.sub(lambda found: f"\\u{ord(found[0]):04x}", line)


def _written_out(found: re.Match[str]) -> str:
    code = ord(found[0])
    if found[0] in "\t\n\r":
        return {"\t": "\\t", "\n": "\\n", "\r": "\\r"}[found[0]]
    if code in _BYTES:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
