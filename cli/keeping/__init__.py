"""Commands that keep an installation: backups, restores, keys."""
