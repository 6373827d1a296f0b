"""How fast videos are read."""
