"""What makes a row unusable."""

from __future__ import annotations


class FieldError(ValueError):
    """A field that makes its row unusable.

    Args:
        column: The field.
        reason: What was found and what was expected.
    """

    def __init__(self, column: str, reason: str) -> None:
        self.column = column
        self.reason = reason
        super().__init__(f"{column}: {reason}")


class NoPlateError(FieldError):
    """The plate's column says in words that there is no plate: the list is right, the row is of no use."""
