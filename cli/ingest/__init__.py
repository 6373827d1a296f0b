"""Commands about what other vendors' readers post."""
