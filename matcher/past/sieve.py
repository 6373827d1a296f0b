"""Which stored reads may be hits of newly listed plates: found among millions by arrays, before any is read in full.

Two sieves, each of which lets through every hit of a stated neighborhood and little else. The first one, here, compares
texts alone, millions a second. The second one, `matcher.past.room`, asks a read's own evidence whether it
leaves any room for the listed text; `Matcher.match` then decides about what is left.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt

from matcher.characters.confusion import ALPHABET, skeleton
from matcher.characters.slots import MIN_PLATE_LENGTH
from matcher.past.blocks import TEXT_BYTES, Texts, spelled, text_skeletons, texts_of
from matcher.past.far import far_pairs
from matcher.past.key_table import Keys, KeyTable, Rows
from matcher.past.neighbors import double_v_neighbors, neighbors
from matcher.searching.probes import variants
from schemas.plates import WILDCARD, canonical_plate

FAR_PLATES: Final = 50
"""Up to so many plates are found as far away as live matching finds them; more, within one step. Each adds some 7,000
texts of three million to those whose reads are asked, and a fifth to a half of a second where ten million are stored.
"""

_SYMBOLS = frozenset(ALPHABET) | {WILDCARD}


class PastSieve:
    """Finds the texts whose reads may be hits of some plates.

    For up to `FAR_PLATES` plates without `?` these are all texts that live matching reaches: with characters replaced
    by confusion classes, up to three differ, or one is lost or added and up to one differs. For more plates, whose
    texts would be a large part of all that there are, it is the neighborhood of `HotlistIndex`: one substitution,
    insertion or deletion, or VV and W. A read that is unsure of two characters is then missed where both left their
    class.

    Args:
        plates: Listed plates in any spelling. Those that no read can be matched with do not matter.
        far_plates: Instead of `FAR_PLATES`.
    """

    def __init__(self, plates: Iterable[str], far_plates: int = FAR_PLATES) -> None:
        self.plates = tuple(sorted({plate for plate in map(canonical_plate, plates) if _is_usable(plate)}))
        whole = [row for row, plate in enumerate(self.plates) if WILDCARD not in plate]
        self._keys = np.array([skeleton(self.plates[row]) for row in whole], dtype=np.uint64)
        self._lengths = np.array([len(self.plates[row]) for row in whole], dtype=np.int64)
        self._rows = np.array(whole, dtype=np.int64)
        self._near: tuple[KeyTable, KeyTable] | None = None
        if len(whole) > far_plates:
            near = KeyTable.of(*neighbors(self._keys, self._lengths, self._rows))
            self._near = near, KeyTable.of(*double_v_neighbors(self._keys, self._rows))
        self._partial = self._partial_tables()

    def _partial_tables(self) -> dict[tuple[int, int], KeyTable]:
        groups: dict[tuple[int, int], list[int]] = {}
        for row, plate in enumerate(self.plates):
            if WILDCARD in plate:
                mask = int("".join("0" if character == WILDCARD else "f" for character in plate), 16)
                groups.setdefault((len(plate), mask), []).append(row)
        return {
            group: KeyTable.of(
                np.array([skeleton(self.plates[row]) for row in rows], dtype=np.uint64), np.array(rows, dtype=np.int64)
            )
            for group, rows in groups.items()
        }

    def candidates(self, block: bytes) -> dict[str, tuple[str, ...]]:
        """Return the texts of a block that are in the neighborhood of a plate; see `PastSieve`.

        Args:
            block: Canonical texts of ASCII, `TEXT_BYTES` each, filled up with spaces.

        Returns:
            The canonical plates by text; texts without any are left out.
        """
        texts = texts_of(block)
        skeletons, lengths = text_skeletons(texts)
        found = [self._pairs(texts, skeletons, lengths)]
        for (length, mask), table in self._partial.items():
            own = np.flatnonzero(lengths == length)
            places, rows = table.pairs(skeletons[own] & np.uint64(mask))
            found.append((own[places], rows))
        places = np.concatenate([places for places, _ in found])
        rows = np.concatenate([rows for _, rows in found])
        pairs: dict[str, set[str]] = {}
        # A text that is no plate has no skeleton.
        for text, row, key in zip(spelled(texts, places), rows.tolist(), skeletons[places].tolist(), strict=True):
            if key:
                pairs.setdefault(text, set()).add(self.plates[row])
        return {text: tuple(sorted(plates)) for text, plates in pairs.items()}

    def _pairs(self, texts: Texts, skeletons: Keys, lengths: npt.NDArray[np.int64]) -> tuple[Rows, Rows]:
        """Return the pairs with plates without `?`."""
        if self._near is None:
            places, plates = far_pairs(skeletons, lengths, self._keys, self._lengths)
            return places, self._rows[plates]
        near, double_v = self._near
        found = near.pairs(skeletons), self._vv_pairs(double_v, texts, skeletons)
        return np.concatenate([places for places, _ in found]), np.concatenate([rows for _, rows in found])

    def _vv_pairs(self, double_v: KeyTable, texts: Texts, skeletons: Keys) -> tuple[Rows, Rows]:
        """Return the pairs of VV and W: a skeleton does not tell V from its look-alikes, so that the text is asked."""
        places, rows = double_v.pairs(skeletons)
        listed = (skeleton(self.plates[row]) for row in rows.tolist())
        right = [
            key in {skeleton(other) for other in variants(text)}
            for text, key in zip(spelled(texts, places), listed, strict=True)
        ]
        kept = np.array(right, dtype=np.bool_)
        return places[kept], rows[kept]


def _is_usable(plate: str) -> bool:
    known = len(plate) - plate.count(WILDCARD)
    return len(plate) <= TEXT_BYTES and known >= MIN_PLATE_LENGTH and _SYMBOLS.issuperset(plate)
