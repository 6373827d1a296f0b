"""What becomes of alerts once they are committed: numbered, shared, published, sent, taken back."""
