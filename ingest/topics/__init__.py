"""Reads that other machines of the agency publish on a topic."""
