"""Hits are settled: each raises an alert, updates one, repeats one or stays silent; and alerts are taken back."""
