"""A video of any kind as a camera would send it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av

from schemas.errors import UnreadableMedia


def as_camera_sends(
    source: Path,
    target: Path,
    *,
    size: tuple[int, int] | None = None,
    rate: int | None = None,
    most_bits: int | None = None,
    seconds: float | None = None,
) -> None:
    """Write a video as H.264 with a key frame each second and without B frames.

    Args:
        source: Any video that FFmpeg decodes.
        target: An MP4 file.
        size: Width and height; None: as they are.
        rate: Pictures per second, of which those that are there are taken; None: as many.
        most_bits: Most bits per second, as cameras are set; None: as many as the pictures ask for.
        seconds: How much of its beginning; None: all of it.

    Raises:
        UnreadableMedia: It cannot be decoded.
    """
    try:
        with av.open(str(source)) as video, av.open(str(target), "w", format="mp4") as container:
            shown = video.streams.video[0]
            own_rate = round(float(shown.average_rate or 25))
            rate = min(rate or own_rate, own_rate)
            stream = container.add_stream("libx264", rate=rate)
            stream.width, stream.height = size or (shown.width, shown.height)
            stream.pix_fmt = "yuv420p"
            stream.codec_context.gop_size = rate
            stream.codec_context.max_b_frames = 0
            stream.options = {"preset": "veryfast", "tune": "zerolatency", "crf": "20"}
            if most_bits is not None:
                stream.options |= {"maxrate": str(most_bits), "bufsize": str(most_bits)}
            written = 0
            for number, frame in enumerate(video.decode(shown)):
                if seconds is not None and number >= seconds * own_rate:
                    break
                if number * rate // own_rate < written:
                    continue
                picture = frame.reformat(stream.width, stream.height, "yuv420p")
                picture.pts, picture.time_base = written, Fraction(1, rate)
                written += 1
                container.mux(stream.encode(picture))
            container.mux(stream.encode())
    except (av.error.FFmpegError, IndexError) as error:
        raise UnreadableMedia("cannot be made a camera's stream", source=str(source)) from error
