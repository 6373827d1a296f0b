"""Readers that post by themselves, and programs beside them."""
