"""What a patrol car does besides what every run does: its lists, its way home, and its page."""
