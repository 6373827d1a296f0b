"""Packets of RTP -> the XML documents that a camera has cut into them (ONVIF Streaming Specification 5.1.2.1.1)."""

from __future__ import annotations

import re
import struct
import zlib

_START = re.compile(rb"\s*<(?:\?xml|(?:[\w-]+:)?MetadataStream)\b")
_END = re.compile(rb"</(?:[\w-]+:)?MetadataStream\s*>\s*\Z|<(?:[\w-]+:)?MetadataStream\b[^<>]*/>\s*\Z")
_HEADER_BYTES = 12


class Documents:
    """Puts one track's documents together. For one thread.

    Args:
        payload_type: The track's; packets of another are passed over.
        is_packed: Whether documents are gzip's.
        largest: Bytes that a document may have.
    """

    def __init__(self, payload_type: int, largest: int, *, is_packed: bool = False) -> None:
        self.damaged = 0
        """Documents that lost a packet, cannot be unpacked, or were too large."""
        self._type = payload_type
        self._largest = largest
        self._is_packed = is_packed
        self._parts = bytearray()
        self._is_broken = True
        self._sequence: int | None = None
        self._stamp: int | None = None

    def feed(self, packet: bytes) -> bytes | None:
        """Take a packet; return the document that is whole with it.

        Args:
            packet: As it came.
        """
        if len(packet) < _HEADER_BYTES or packet[0] >> 6 != 2 or packet[1] & 0x7F != self._type:
            return None
        sequence, stamp = struct.unpack(">HI", packet[2:8])
        payload, is_marked = _payload(packet), bool(packet[1] & 0x80)
        if self._sequence is not None and sequence != (self._sequence + 1) & 0xFFFF:
            self._lose()
        self._sequence = sequence
        if self._begins(payload, stamp):
            if self._parts:
                self._lose()
            self._is_broken = False
        self._stamp = stamp
        if self._is_broken:
            # Packed ones cannot be told from one another but by the marker, behind which another one begins.
            self._is_broken = not (self._is_packed and is_marked)
            return None
        self._parts += payload
        if len(self._parts) > self._largest:
            self._lose()
            return None
        return self._taken(is_marked=is_marked)

    def _begins(self, payload: bytes, stamp: int) -> bool:
        """Return whether a document begins with a packet, whatever became of the one before."""
        if self._is_packed:
            return payload.startswith(b"\x1f\x8b\x08") and (self._is_broken or stamp != self._stamp)
        # Between a declaration and its root, a packet may end.
        return _START.match(payload) is not None and not bytes(self._parts).rstrip().endswith(b"?>")

    def _taken(self, *, is_marked: bool) -> bytes | None:
        """Return the document that is here, where it is whole."""
        data = bytes(self._parts)
        if self._is_packed:
            if not is_marked:
                return None
            self._parts.clear()
            return self._unpacked(data)
        # Some mark every packet, others none: what ends a document is its end.
        if _END.search(data[-300:]) is None:
            return None
        self._parts.clear()
        return data

    def _unpacked(self, data: bytes) -> bytes | None:
        unpacker = zlib.decompressobj(wbits=31)
        try:
            found = unpacker.decompress(data, self._largest)
        except zlib.error:
            found = b""
        if not found or unpacker.unconsumed_tail:
            self.damaged += 1
            return None
        return found

    def _lose(self) -> None:
        if self._parts:
            self.damaged += 1
        self._parts.clear()
        self._is_broken = True


def _payload(packet: bytes) -> bytes:
    """Return what a packet holds, without its headers and what fills it up (RFC 3550 5.1)."""
    start = _HEADER_BYTES + 4 * (packet[0] & 0x0F)
    if packet[0] & 0x10 and len(packet) >= start + 4:
        start += 4 + 4 * struct.unpack(">H", packet[start + 2 : start + 4])[0]
    stop = len(packet)
    if packet[0] & 0x20 and packet:
        stop -= packet[-1]
    return packet[start:stop] if start < stop else b""
