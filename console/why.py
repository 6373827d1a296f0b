"""Why somebody asks, as the fields for it say (templates/parts/why.html): the same on every page that needs it."""

from __future__ import annotations

from collections.abc import Callable

from operations.reasons import Why


def why_of(typed: Callable[[str], str | None]) -> Why:
    """Return why a form asks: the law's name of the purpose before the words.

    Args:
        typed: Returns what was typed into a field, by its name; None: nothing.
    """

    def said(name: str) -> str | None:
        return (typed(name) or "").strip() or None

    kind, words = said("kind"), said("purpose")
    purpose = words if kind is None else f"{kind}: {words or ''}"
    return Why(purpose, said("case"), said("warrant"), said("offense"))
