"""What adapters share: bodies, values, times, states, pictures and what must not be kept."""
