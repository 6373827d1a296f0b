"""OpenCV set up once for reading files: quiet, and without a way to the network."""

from __future__ import annotations

import os

# The FFmpeg plugin reads these when it opens a file, so they have to stand before the first one. What the user has
# set wins. AV_LOG_QUIET is -8. A playlist with a video's name could make FFmpeg fetch URLs: only files are allowed.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
os.environ.setdefault("OPENCV_FFMPEG_CAPTURE_OPTIONS", "protocol_whitelist;file")

import cv2

cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)

__all__ = ["cv2"]
