"""What the law has people do again and again, or on request."""
