"""What is read from a driving car."""
