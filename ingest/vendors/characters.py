"""A vendor's candidates -> what each character may be."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz.distance import Levenshtein

from schemas.plates import normalize_plate
from schemas.types import CharacterRead

MOST_CANDIDATES = 20
_MOST_ALTERNATIVES = 8
_SHARE_UNKNOWN = 0.5


def characters_of(
    plate: str,
    confidence: float,
    candidates: Sequence[tuple[str, float | None]] = (),
    confidences: Sequence[float] = (),
) -> tuple[CharacterRead, ...]:
    """Return a plate's characters, each with the likeliest others.

    What the text leaves of certainty is shared among the other texts by their own confidences: vendors' scores of
    candidates are seldom probabilities, and add up to more than one.

    Args:
        plate: The text, normalized.
        confidence: The probability that it is right.
        candidates: Other texts as the vendor wrote them, each with a confidence or None.
        confidences: Those of the plate's characters, one by one, where the vendor gives them.

    Returns:
        Nothing where there are neither candidates nor confidences of characters.
    """
    others = _others(plate, confidence, candidates)
    if len(confidences) != len(plate):
        confidences = ()
    if not plate or not (others or confidences):
        return ()
    places: list[dict[str, float]] = [{} for _ in plate]
    for text, share in others.items():
        for place, character in _differences(plate, text):
            places[place][character] = places[place].get(character, 0.0) + share
    rest = max(1.0 - confidence - sum(others.values()), 0.0) / len(plate)
    found: list[CharacterRead] = []
    for number, (character, alternatives) in enumerate(zip(plate, places, strict=True)):
        listed = sorted(alternatives.items(), key=lambda each: (-each[1], each[0]))[:_MOST_ALTERNATIVES]
        own = confidences[number] if confidences else max(1.0 - rest - sum(alternatives.values()), 0.0)
        found.append(CharacterRead(character, round(own, 6), tuple((one, round(share, 6)) for one, share in listed)))
    return tuple(found)


def _others(plate: str, confidence: float, candidates: Sequence[tuple[str, float | None]]) -> dict[str, float]:
    """Return the other texts with their shares of what is left of certainty."""
    weights: dict[str, float] = {}
    for text, score in candidates[:MOST_CANDIDATES]:
        plain = normalize_plate(text)
        if plain and plain != plate:
            weight = _SHARE_UNKNOWN * confidence if score is None else score
            weights[plain] = max(weights.get(plain, 0.0), weight)
    total = sum(weights.values())
    left = 1.0 - confidence
    scale = left / total if total > left else 1.0
    return {text: weight * scale for text, weight in weights.items() if weight > 0}


def _differences(plate: str, text: str) -> list[tuple[int, str]]:
    """Return at which places another text differs, and by what; an empty character: it has none there."""
    found: list[tuple[int, str]] = []
    edits = Levenshtein.editops(plate, text)
    if len(edits) > max(len(plate) // 2, 1):
        # Another plate altogether says nothing of single characters.
        return []
    for edit in edits:
        if edit.tag == "replace":
            found.append((edit.src_pos, text[edit.dest_pos]))
        elif edit.tag == "delete":
            found.append((edit.src_pos, ""))
    return found
