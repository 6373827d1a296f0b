"""Phrases among a person's words; a word of a phrase that ends with * stands for every word that begins so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def phrases_of(texts: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Return phrases word by word."""
    return tuple(tuple(text.split()) for text in texts)


def is_in(phrase: tuple[str, ...], words: Sequence[str]) -> bool:
    """Return whether a phrase stands somewhere among words.

    Args:
        phrase: Of `phrases_of`.
        words: Of `policy.reasons.words_of`.
    """
    length = len(phrase)
    return any(all(map(_fits, phrase, words[start : start + length])) for start in range(len(words) - length + 1))


def _fits(pattern: str, word: str) -> bool:
    return word.startswith(pattern[:-1]) if pattern.endswith("*") else word == pattern
