"""Agreements between agencies as data: what they say, what they let through, and when one says more than another."""
