"""From a file to an active list: reading, comparing, reviewing."""
