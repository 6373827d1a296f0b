"""The officers' board: the live list, an alert's page, what is said of it, its pictures."""
