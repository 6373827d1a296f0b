"""Cameras that push their pictures: what they post taken apart, and handed to the camera's own thread."""
