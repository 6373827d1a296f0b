"""What a camera says of what it sees, as documents of XML beside its pictures (ONVIF Profile M)."""

from __future__ import annotations

import gzip
import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from services.rtsp.packets import CLOCK_RATE, MOST_PAYLOAD

CONTROL = "metadata"
"""What the track is asked for by."""
_PAYLOAD_TYPE = 107


@dataclass(frozen=True, slots=True)
class Metadata:
    """Documents as a camera streams them: each with its seconds since the first, and how long all of them are.

    `is_packed`: they are sent as gzip. `marks` is False for a camera that does not mark a document's last packet.
    """

    documents: tuple[tuple[float, bytes], ...]
    seconds: float
    is_packed: bool = False
    marks: bool = True
    encoding: str = "vnd.onvif.metadata"

    def description(self) -> bytes:
        """Return the track's part of the SDP."""
        name = f"{self.encoding}.gzip" if self.is_packed else self.encoding
        lines = [
            f"m=application 0 RTP/AVP {_PAYLOAD_TYPE}",
            f"a=rtpmap:{_PAYLOAD_TYPE} {name}/{CLOCK_RATE}",
            f"a=control:{CONTROL}",
        ]
        return ("\r\n".join(lines) + "\r\n").encode()

    def session(self, host: str) -> bytes:
        """Return what stands before it in an SDP, where no pictures are streamed beside it.

        Args:
            host: The server's address.
        """
        return f"v=0\r\no=- 1 1 IN IP4 {host}\r\ns=Platewatch\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\na=control:*\r\n".encode()


class MetadataPackets:
    """Makes one stream's packets of documents.

    Args:
        track: What is streamed.
    """

    def __init__(self, track: Metadata) -> None:
        self._track = track
        self._sequence = random.randrange(1 << 16)
        self._source = random.randrange(1 << 32)
        self._first_stamp = random.randrange(1 << 32)

    def packets(self, document: bytes, seconds: float) -> Iterator[bytes]:
        """Yield the packets of one document.

        Args:
            document: The XML.
            seconds: Its time since the stream's beginning.
        """
        data = gzip.compress(document) if self._track.is_packed else document
        stamp = (self._first_stamp + round(seconds * CLOCK_RATE)) & 0xFFFFFFFF
        for start in range(0, len(data), MOST_PAYLOAD):
            is_last = self._track.marks and start + MOST_PAYLOAD >= len(data)
            kind = _PAYLOAD_TYPE | is_last << 7
            yield (
                struct.pack(">BBHII", 0x80, kind, self._sequence, stamp, self._source)
                + data[start : start + MOST_PAYLOAD]
            )
            self._sequence = (self._sequence + 1) & 0xFFFF
