"""Alerts: looked at, followed, and what is said of them."""
