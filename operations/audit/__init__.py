"""What keeps the audit true, and what is done with it."""
