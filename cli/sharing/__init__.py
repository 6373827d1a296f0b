"""Commands about agreements between agencies."""
