"""What a run counts and how it is, for Prometheus and for whoever starts it again."""
