"""Which addresses a page may have asked: a browser must not reach by us what it cannot reach itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from schemas.errors import InvalidInput
from schemas.settings import MjpegCamera, RtspCamera
from schemas.settings.hosts import is_permitted

SCHEMES = (*RtspCamera.schemes, *MjpegCamera.schemes)
LONGEST_ADDRESS = 1000
# Programs read these differently: who is asked must not depend on which of them looks.
_ODD = re.compile(r"[\x00-\x20\x7f-\U0010ffff\\#@<>\"'`{}|^]")
_HOST = re.compile(r"[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]")


def check_address(url: str, rules: Sequence[str] | None) -> str:
    """Return a camera's address, which may be asked.

    Args:
        url: As it was typed, without a login.
        rules: The hosts that may be asked (`console.camera_hosts`); None: all of them, as on the command line.

    Raises:
        InvalidInput: It is none, or may not be asked; says nothing of a login in it.
    """
    text = url.strip()
    if len(text) > LONGEST_ADDRESS:
        raise InvalidInput(f"the address has {len(text)} characters, expected at most {LONGEST_ADDRESS}")
    if "@" in text:
        raise InvalidInput(
            "the address holds an '@': give user and password by themselves, and write an '@' of the path as %40"
        )
    odd = _ODD.search(text)
    if odd is not None:
        raise InvalidInput(f"the address holds the character {odd[0]!a}; write it percent-encoded (%20)")
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
        parts = urlsplit("")
    shape = parts.netloc.rpartition(":")[0] if re.search(r":\d*$", parts.netloc) else parts.netloc
    if parts.scheme not in SCHEMES or not host or _HOST.fullmatch(shape) is None:
        expected = ", ".join(f"{scheme}://" for scheme in SCHEMES)
        raise InvalidInput(f"that is no camera's address, expected one that begins with {expected} and a host")
    if rules is not None and not is_permitted(host, rules):
        permitted = ", ".join(rules) or "none"
        raise InvalidInput(
            f"host {host} may not be asked from a page; the setting console.camera_hosts permits: {permitted}. "
            "add its network or its name there, or add the camera on the command line (platewatch camera add)"
        )
    return text
