"""A video file, taken apart into what RTSP sends: access units of NAL units."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from pathlib import Path

import av

from schemas.errors import UnreadableMedia

_START = re.compile(rb"\x00\x00\x00?\x01")
_FILTERS = {"h264": "h264_mp4toannexb", "hevc": "hevc_mp4toannexb"}
_PARAMETER_SETS = {"h264": (7, 8), "hevc": (32, 33, 34)}


@dataclass(frozen=True, slots=True)
class AccessUnit:
    """One picture: its seconds since the clip's first, and its NAL units, without start codes."""

    seconds: float
    is_key: bool
    nal_units: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Clip:
    """A video as a camera streams it. `codec` is `h264` or `hevc`, `seconds` how long it is."""

    codec: str
    seconds: float
    rate: float
    units: tuple[AccessUnit, ...]
    parameter_sets: tuple[bytes, ...]

    @classmethod
    def load(cls, path: Path) -> Clip:
        """Read a file of H.264 or H.265.

        Args:
            path: The video; its pictures in the order in which they are shown (no B frames), as cameras send them.

        Raises:
            UnreadableMedia: It is no such video.
        """
        try:
            with av.open(str(path)) as container:
                stream = container.streams.video[0]
                codec = stream.codec_context.name
                if codec not in _FILTERS:
                    raise UnreadableMedia(f"is a video of {codec}, expected h264 or hevc", source=str(path))
                rate = float(stream.average_rate or 25)
                to_annex_b = av.BitStreamFilterContext(_FILTERS[codec], stream)
                packets = [done for packet in container.demux(stream) for done in to_annex_b.filter(packet)]
        except (av.error.FFmpegError, IndexError) as error:
            raise UnreadableMedia(f"is no video that can be played ({error})", source=str(path)) from error
        first: float | None = None
        units: list[AccessUnit] = []
        sets: dict[int, bytes] = {}
        for packet in packets:
            if packet.pts is None or packet.time_base is None:
                continue
            seconds = float(packet.pts * packet.time_base)
            first = seconds if first is None else first
            nal_units = [unit for unit in _START.split(bytes(packet)) if unit]
            for unit in nal_units:
                if kind_of(codec, unit) in _PARAMETER_SETS[codec]:
                    sets.setdefault(kind_of(codec, unit), unit)
            units.append(AccessUnit(seconds - first, packet.is_keyframe, tuple(nal_units)))
        if not units or len(sets) < len(_PARAMETER_SETS[codec]):
            raise UnreadableMedia("is a video without a picture or its parameter sets", source=str(path))
        return cls(codec, units[-1].seconds + 1 / rate, rate, tuple(units), tuple(sets[kind] for kind in sorted(sets)))

    def of_key(self, unit: AccessUnit) -> tuple[bytes, ...]:
        """Return an access unit's NAL units as they are sent: a key picture's begin with the parameter sets."""
        if not unit.is_key:
            return unit.nal_units
        return (*self.parameter_sets, *(nal for nal in unit.nal_units if nal not in self.parameter_sets))

    def description(self, host: str) -> bytes:
        """Return the clip's SDP (RFC 8866, RFC 6184, RFC 7798).

        Args:
            host: The server's address.
        """
        sets = [base64.b64encode(unit).decode() for unit in self.parameter_sets]
        if self.codec == "h264":
            profile = self.parameter_sets[0][1:4].hex()
            mapping = "H264/90000"
            format_ = f"packetization-mode=1;profile-level-id={profile};sprop-parameter-sets={','.join(sets)}"
        else:
            mapping = "H265/90000"
            names = ("sprop-vps", "sprop-sps", "sprop-pps")
            format_ = ";".join(f"{name}={value}" for name, value in zip(names, sets, strict=True))
        lines = [
            "v=0",
            f"o=- 1 1 IN IP4 {host}",
            "s=Platewatch",
            "c=IN IP4 0.0.0.0",
            "t=0 0",
            "a=control:*",
            "m=video 0 RTP/AVP 96",
            f"a=rtpmap:96 {mapping}",
            f"a=fmtp:96 {format_}",
            f"a=framerate:{self.rate:g}",
            "a=control:video",
        ]
        return ("\r\n".join(lines) + "\r\n").encode()


def kind_of(codec: str, nal_unit: bytes) -> int:
    """Return a NAL unit's type."""
    return nal_unit[0] & 0x1F if codec == "h264" else nal_unit[0] >> 1 & 0x3F
