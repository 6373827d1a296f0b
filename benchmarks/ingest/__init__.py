"""What comes in live: cameras' streams, and other vendors' reads."""
