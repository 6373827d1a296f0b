"""Agreements with other agencies: who sees what, who decided it, what was given, refused and asked."""
