"""The installation that is struck, and what looks after its parts."""
