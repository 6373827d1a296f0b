"""Makes a reader's confidences believable, and counts what it takes for what."""
