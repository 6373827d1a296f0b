"""Where a moving camera is: fixes from a GPS receiver, gpsd, or a recorded track, joined to moments by time."""
