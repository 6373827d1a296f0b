"""What an administrator does at the broker: topics, and who may read them."""
