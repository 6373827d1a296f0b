"""What is asked of cameras before they are configured."""
