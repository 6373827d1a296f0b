"""The HTTP server that other vendors' readers and cameras that push pictures post to."""
