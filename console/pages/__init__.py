"""Pages that belong to no subject of their own."""
