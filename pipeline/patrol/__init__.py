"""A patrol car: what works in it besides cameras, recognition and matching."""
