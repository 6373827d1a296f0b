"""`platewatch camera`: look at cameras, add and remove them."""
