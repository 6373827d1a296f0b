"""Draws the road of the demo with its vehicles."""
