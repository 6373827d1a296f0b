"""A car's hotlists: how they come from the server, how old they are, and how they are matched and merged."""
