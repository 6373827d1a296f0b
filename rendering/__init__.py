"""Drawings the project makes itself: US plates for training and the traffic clip of the demo."""
