"""`platewatch demo`: its input, its run and its screen."""
