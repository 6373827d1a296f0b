"""What a person does with other vendors' sources."""
