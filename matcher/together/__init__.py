"""Vehicles beside each other: which pass together more often than traffic and habits explain."""
