"""The ways out: each takes an alert and says what became of it."""
