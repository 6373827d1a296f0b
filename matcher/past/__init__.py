"""Which stored reads may be hits of newly listed plates."""
