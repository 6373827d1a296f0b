"""Reads that are fetched or subscribed to: each way ends in the inbox, like a POST."""
