"""The officer's page of a patrol car, in a real browser."""
