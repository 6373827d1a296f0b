"""How long new entries take beside millions of stored reads."""
