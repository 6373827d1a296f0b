"""People: who may sign in, as what, how they do it, and how it is ended. Each is a function with an audit row."""
