"""The API against its own document: requests that fit it, requests that do not, and what must not come of either."""
