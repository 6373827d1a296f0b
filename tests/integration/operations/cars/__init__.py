"""Patrol cars."""
