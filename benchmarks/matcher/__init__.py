"""How fast reads are matched."""
