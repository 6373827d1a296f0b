"""Patrol cars: who they are, and which of them may send."""
