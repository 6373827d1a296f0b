"""What a patrol car keeps on its own disk in place of PostgreSQL: reads, hits, alerts, and what is to go home."""
