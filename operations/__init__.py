"""What a person does, or a program for one: each with an actor, the law's gate, and one row in the audit."""
