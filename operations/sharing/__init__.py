"""Agreements between agencies: proposed, approved, ended, looked at."""
