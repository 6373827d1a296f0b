"""How a report is written, and its words for what is no number."""

from __future__ import annotations

from enum import StrEnum

HIDDEN = "fewer than can be shown"
NOT_RECORDED = "not recorded"
BY_HAND = "write it yourself"


class Form(StrEnum):
    """How a report is written."""

    TEXT = "text"
    CSV = "csv"
    JSON = "json"

    @property
    def suffix(self) -> str:
        """How a file of it ends."""
        return "txt" if self is Form.TEXT else self.value
