"""People who sign in, their sessions and tokens, and what was wrong when somebody tried."""
