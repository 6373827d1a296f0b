"""Whether a video ends before its end: asked of the container where fewer frames came than it announces.

Many containers announce one length for all they hold. Sound may go on longer than the pictures, times may begin late,
an edit may leave frames out: the file is whole all the same.
"""

from __future__ import annotations

from ingest.open_video import PYAV_OPTIONS, OpenVideo

# A container may announce a few frames more than it holds; a share of the length above both of these is a loss.
_TRUNCATED_SHARE = 0.02
_TRUNCATED_SECONDS = 0.25


def was_cut(video: OpenVideo, read: int, seconds: float) -> bool:
    """Say whether a video was cut off, or is damaged so that frames are missing.

    Args:
        video: The video.
        read: How many frames were decoded.
        seconds: The last one's time since the first.
    """
    if not _falls_short(read, video.frame_count, seconds, video.rate):
        return False
    import av

    try:
        return _ends_early(video, read, seconds)
    except av.error.FFmpegError:
        return True


def _falls_short(read: int, announced: int, seconds: float, rate: float) -> bool:
    missing_seconds = (announced - 1) / rate - seconds
    return announced - read > announced * _TRUNCATED_SHARE and missing_seconds > _TRUNCATED_SECONDS


def _ends_early(video: OpenVideo, read: int, seconds: float) -> bool:
    """Look through the file, without decoding it, for its last moment and for pictures that did not come out."""
    import av

    with av.open(video.name, options=PYAV_OPTIONS) as container:
        pictures = container.streams.best("video")
        packets, last = 0, 0.0
        for packet in container.demux():
            if packet.size == 0 or packet.pts is None:
                continue
            last = max(last, float((packet.pts + (packet.duration or 0)) * packet.time_base))
            packets += packet.stream is pictures and not packet.is_discard
        # FFmpeg guesses the length of a shortened AVI anew, but its header still says how many pictures there were; an
        # MP4's counts those, too, that its edit list leaves out.
        header = pictures.frames if isinstance(pictures, av.VideoStream) and "mp4" not in container.format.name else 0
        announced_end = (container.duration or 0) / av.time_base
        # Matroska counts from zero, others from their first moment.
        if "matroska" not in container.format.name:
            announced_end += (container.start_time or 0) / av.time_base
    if announced_end - last > max(_TRUNCATED_SECONDS, _TRUNCATED_SHARE * announced_end):
        return True
    return _falls_short(read, max(packets, header), seconds, video.rate)
