"""Servers that Platewatch runs itself on one machine: their processes, and how they are started and stopped."""
