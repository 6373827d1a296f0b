"""From an alert's commit to its card on a screen, with many boards open, and what that costs the server."""
