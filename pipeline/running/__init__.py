"""The frame that every service runs in: start, watch, take another configuration, drain, end in order."""
