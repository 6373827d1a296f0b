"""What deleted rows leave behind in a database's files, and how it goes."""
