"""The pages about lists."""
