"""What an analyst does: searches, exports, corrections, and what comes of them."""
