"""PostgreSQL and the image store: what is kept, for how long, and who asked for it."""
