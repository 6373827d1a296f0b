"""What a patrol car takes of its machine, and how fast it is."""
