"""A machine at the edge: its reads on their way to the broker, and what waits of them on its disk."""
