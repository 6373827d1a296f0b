"""The programs that run networks, and which of them is taken."""
