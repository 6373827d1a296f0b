"""How soon what was withdrawn or ended has no effect any more."""
