"""A small RTSP server: plays video files as a camera would, with a camera's faults where they are asked for."""
