"""What readers take for what, and what one read says of each of its characters."""
