"""What the second reader catches."""
