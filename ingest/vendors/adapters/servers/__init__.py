"""Servers that post what their readers saw, and messages without a vendor."""
