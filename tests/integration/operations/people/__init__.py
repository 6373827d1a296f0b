"""Who may sign in, below pages and commands."""
