"""`platewatch camera`: look at live cameras."""
