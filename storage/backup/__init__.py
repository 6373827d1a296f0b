"""Backups: what is stored, as files beside each other that are whole or not there."""
