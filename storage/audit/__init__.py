"""The audit: who did what, from where, why, and what came of it. Rows are added and, after years, end; none changes."""
