"""`platewatch match` and `historical`: reads against the hotlists."""
