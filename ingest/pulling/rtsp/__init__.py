"""A camera's metadata by RTSP: a small client for that one track."""
