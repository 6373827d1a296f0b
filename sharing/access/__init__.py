"""Who may do what at the broker: what the agreements say, and how that differs from what is."""
