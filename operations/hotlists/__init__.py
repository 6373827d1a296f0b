"""What is done with the hotlists: each action is an operation of its own."""
