"""The auditor's pages, as the application takes them."""

from __future__ import annotations

from console.audit import notes, review, rows, verify

AUDIT = (rows.router, review.router, notes.router, verify.router)
