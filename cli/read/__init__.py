"""`platewatch read`: plates in files, without a database."""
