"""`platewatch audit`: who did what, whether that is true, and what a supervisor has to look at."""
