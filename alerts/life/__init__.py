"""The life of an alert: what people may say of it, when, and what others are told of that."""
