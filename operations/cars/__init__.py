"""Patrol cars: added, listed, given tokens, and revoked."""
