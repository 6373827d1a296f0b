"""What a command is given to talk to people: its streams, its consoles, and how times are shown."""
