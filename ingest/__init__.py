"""How frames and finished reads come in."""
