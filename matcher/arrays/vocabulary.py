"""The texts that entries share, as numbers."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass


class Names:
    """Texts by number, each once; number 0 is no text. Grows only, so that copies of the numbers stay right."""

    def __init__(self, texts: Sequence[str] = ()) -> None:
        self.texts: list[str | None] = [None, *texts]
        self._numbers: dict[str | None, int] = {text: number for number, text in enumerate(self.texts)}
        self._lock = threading.Lock()

    def number(self, text: str | None) -> int:
        """Return a text's number; a new one for a new text."""
        found = self._numbers.get(text)
        if found is None:
            # A list may be arranged in the background while another one changes.
            with self._lock:
                found = self._numbers.get(text)
                if found is None:
                    found = len(self.texts)
                    self.texts.append(text)
                    self._numbers[text] = found
        return found

    def known(self, text: str | None) -> int:
        """Return a text's number, or -1 where it has none."""
        return self._numbers.get(text, -1)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The texts that entries share: states, lists, makes and colors."""

    jurisdictions: Names
    hotlists: Names
    makes: Names
    colors: Names

    @classmethod
    def empty(cls) -> Vocabulary:
        """Return one without texts."""
        return cls(Names(), Names(), Names(), Names())
