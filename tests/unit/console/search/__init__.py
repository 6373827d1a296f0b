"""The analyst's pages: what is typed, and what is drawn."""
