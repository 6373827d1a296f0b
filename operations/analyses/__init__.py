"""Questions about many vehicles at once, within the law's limits."""
