"""Commands about people: who may sign in, and as what."""
