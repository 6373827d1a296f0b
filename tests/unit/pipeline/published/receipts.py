"""Receipts of reads that nobody waits for."""

from __future__ import annotations


class _Nobody:
    def acknowledge(self, rejection: str | None) -> None:
        """Nobody waits."""


NOBODY = _Nobody()
