"""What a read is to an entry: alignment, score, tier and explanation."""
