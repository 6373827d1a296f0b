"""Questions about many vehicles, and what came of them."""
