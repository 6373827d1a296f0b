"""Where listed vehicles were seen before they were listed."""
