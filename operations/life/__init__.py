"""What a person does with an alert: looks at it, takes it, confirms or rejects it, says what came of it."""
