"""RTP packets of access units, and the sender reports that tell what time the camera has."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator, Sequence

CLOCK_RATE = 90_000
MOST_PAYLOAD = 1400
_PAYLOAD_TYPE = 96
_NTP_EPOCH = 2_208_988_800
"""Seconds from 1900 to 1970."""

_H264_FRAGMENT = 28
_H265_FRAGMENT = 49


class Packetizer:
    """Makes one stream's packets. The numbers that RFC 3550 wants random begin so.

    Args:
        codec: `h264` or `hevc`.
    """

    def __init__(self, codec: str) -> None:
        self._codec = codec
        self._sequence = random.randrange(1 << 16)
        self._source = random.randrange(1 << 32)
        self._first_stamp = random.randrange(1 << 32)
        self._packets = self._octets = 0

    def packets(self, nal_units: Sequence[bytes], seconds: float) -> Iterator[bytes]:
        """Yield the packets of one access unit.

        Args:
            nal_units: Its NAL units.
            seconds: Its time since the stream's beginning.
        """
        stamp = self._stamp(seconds)
        for place, unit in enumerate(nal_units):
            pieces = list(_pieces(self._codec, unit))
            for number, piece in enumerate(pieces):
                is_last = place == len(nal_units) - 1 and number == len(pieces) - 1
                header = struct.pack(">BBHII", 0x80, _PAYLOAD_TYPE | is_last << 7, self._sequence, stamp, self._source)
                self._sequence = (self._sequence + 1) & 0xFFFF
                self._packets += 1
                self._octets += len(piece)
                yield header + piece

    def sender_report(self, seconds: float, wall_clock: float) -> bytes:
        """Return the RTCP packet that says what time it is at a place of the stream.

        Args:
            seconds: The place, since the stream's beginning.
            wall_clock: The camera's clock then, seconds since 1970.
        """
        ntp = wall_clock + _NTP_EPOCH
        return struct.pack(
            ">BBHIIIIII",
            0x80,
            200,
            6,
            self._source,
            int(ntp) & 0xFFFFFFFF,
            int(ntp % 1 * (1 << 32)),
            self._stamp(seconds),
            self._packets & 0xFFFFFFFF,
            self._octets & 0xFFFFFFFF,
        )

    def _stamp(self, seconds: float) -> int:
        return (self._first_stamp + round(seconds * CLOCK_RATE)) & 0xFFFFFFFF


def _pieces(codec: str, unit: bytes) -> Iterator[bytes]:
    """Yield a NAL unit as payloads: whole, or as fragments (RFC 6184 5.8, RFC 7798 4.4.3)."""
    if len(unit) <= MOST_PAYLOAD:
        yield unit
        return
    if codec == "h264":
        head, kind, body = bytes([unit[0] & 0xE0 | _H264_FRAGMENT]), unit[0] & 0x1F, unit[1:]
    else:
        head, kind, body = bytes([unit[0] & 0x81 | _H265_FRAGMENT << 1, unit[1]]), unit[0] >> 1 & 0x3F, unit[2:]
    room = MOST_PAYLOAD - len(head) - 1
    for start in range(0, len(body), room):
        is_first, is_last = start == 0, start + room >= len(body)
        yield head + bytes([is_first << 7 | is_last << 6 | kind]) + body[start : start + room]
