"""Live cameras: connected to, read in a thread of their own, the newest picture first."""
