"""PlateRead x active hotlists -> Hit: confusion classes, index, score, tiers, explanation. No I/O."""
