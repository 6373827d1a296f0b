"""Plates followed from frame to frame, and which frames are worth a look."""
