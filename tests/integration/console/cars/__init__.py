"""Pages of patrol cars."""
