"""Messages that wait on this machine's disk, by source, until somebody processes them: no database is needed."""
