"""The active hotlists in memory: loaded, saved, and following every change."""
