"""Which of a stream's tracks are metadata, as its description says (SDP, RFC 8866)."""

from __future__ import annotations

import re
from dataclasses import dataclass

ENCODING = "vnd.onvif.metadata"
_MAP = re.compile(r"a=rtpmap:(\d{1,3})\s+([^/\s]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Track:
    """A track: its payload type, its encoding in lower case, and what it is asked for by."""

    payload_type: int
    encoding: str
    control: str

    @property
    def is_packed(self) -> bool:
        """Whether its documents are gzip's."""
        return self.encoding.endswith(".gzip")

    @property
    def is_readable(self) -> bool:
        """Whether its documents can be read here: plain or gzip's, and not the binary XML of some."""
        return self.encoding in (ENCODING, f"{ENCODING}.gzip")


def metadata_tracks(description: str) -> list[Track]:
    """Return the tracks of a description that are metadata.

    Args:
        description: As the camera gave it.
    """
    found: list[Track] = []
    for media in re.split(r"(?m)^m=", description)[1:]:
        lines = [line.strip() for line in media.splitlines()]
        control = next((line[len("a=control:") :] for line in lines if line.lower().startswith("a=control:")), "")
        for line in lines:
            mapped = _MAP.match(line)
            if mapped is not None and mapped[2].lower().startswith(ENCODING):
                found.append(Track(int(mapped[1]), mapped[2].lower(), control))
    return found


def track_url(base: str, control: str) -> str:
    """Return the URL of a track (RFC 2326 appendix C.1.1).

    Args:
        base: The stream's, as its answer named it, else as it was asked for.
        control: What the description says.
    """
    if not control or control == "*":
        return base
    if re.match(r"rtsps?://", control, re.IGNORECASE):
        return control
    return f"{base.rstrip('/')}/{control.lstrip('/')}"
