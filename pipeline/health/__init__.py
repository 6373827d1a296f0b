"""How the parts of a run are: noted by themselves, and told in alarms, in the database and in a file."""
