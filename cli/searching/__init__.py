"""Commands of analysts: what was read, and what comes of it."""
