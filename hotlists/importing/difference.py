"""What a new version of a list changes, told from the digests of its rows and the ids of its entries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from storage.hotlists.imports import KnownRows

Numbers = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Difference:
    """A version beside the active one.

    `total` entries will be active: `added` are new, `changed` have other content, the others are as before. `removed`
    active entries are gone. `retired` are the ids of those that are changed or gone (16 bytes each). `superseded_lines`
    were new rows that a later row of the same identity (`kept_lines`) replaces; `duplicates` counts these and repeated
    rows that did not change.
    """

    total: int
    added: int
    changed: int
    removed: int
    duplicates: int
    retired: bytes
    superseded_lines: tuple[int, ...]
    kept_lines: tuple[int, ...]


class Comparison:
    """Follows a list's rows and compares them with the active version's.

    It holds arrays of some 30 bytes for each row, new or active, and no objects, so that national lists fit.

    Args:
        known: The active version's rows.
    """

    def __init__(self, known: KnownRows) -> None:
        # High halves decide nearly always, so they alone are sorted and searched.
        order = np.argsort(known.digests[:, 0], kind="stable")
        self._digests = known.digests[order]
        self._highs = np.ascontiguousarray(self._digests[:, 0])
        self._ids = known.entry_ids[order]
        self._rows: list[tuple[Numbers, npt.NDArray[np.uint32], Places]] = []

    def find(self, digests: Numbers) -> Places:
        """Return which active entry has each digest: its place, or -1 for none.

        Args:
            digests: uint64 (n, 2).
        """
        if not len(self._highs):
            return np.full(len(digests), -1, dtype=np.int32)
        places = np.searchsorted(self._highs, digests[:, 0])
        places = np.minimum(places, len(self._highs) - 1)
        return np.where((self._digests[places] == digests).all(axis=1), places, -1).astype(np.int32)

    def add_unchanged(self, places: Places, lines: npt.NDArray[np.uint32]) -> None:
        """Note rows that are as in the active version.

        Args:
            places: Their entries' places, from `find`.
            lines: Their line numbers.
        """
        if len(places):
            self._rows.append((self._ids[places], lines, places))

    def add_new(self, entry_ids: bytes, lines: list[int]) -> None:
        """Note rows that the active version does not have.

        Args:
            entry_ids: Their entries' ids, 16 bytes each.
            lines: Their line numbers.
        """
        if lines:
            ids = np.frombuffer(entry_ids, dtype=">u8").astype(np.uint64).reshape(-1, 2)
            self._rows.append((ids, np.array(lines, dtype=np.uint32), np.full(len(lines), -1, dtype=np.int32)))

    def result(self) -> Difference:
        """Return what changes, once every row was noted."""
        ids = np.concatenate([np.empty((0, 2), np.uint64), *(ids for ids, _, _ in self._rows)])
        lines = np.concatenate([np.empty(0, np.uint32), *(lines for _, lines, _ in self._rows)])
        places = np.concatenate([np.empty(0, np.int32), *(places for _, _, places in self._rows)])
        self._rows.clear()
        # By id, and rows of one id by line: the last of each counts.
        order = np.lexsort((lines, ids[:, 1], ids[:, 0])).astype(np.uint32)
        ids = ids[order]
        lines, places = lines[order], places[order]
        del order
        followed = np.append((ids[1:] == ids[:-1]).all(axis=1), False) if len(ids) else np.empty(0, bool)
        superseded = np.flatnonzero(followed & (places < 0))
        ends = np.flatnonzero(~followed)
        kept_lines = lines[ends[np.searchsorted(ends, superseded)]]
        total = len(ends)
        duplicates = len(ids) - total
        new_ids, kept = ids[ends[places[ends] < 0]], places[ends[places[ends] >= 0]]
        gone = np.ones(len(self._ids), dtype=bool)
        gone[kept] = False
        retired = self._ids[gone]
        changed = _count_common(new_ids, retired)
        return Difference(
            total=total,
            added=len(new_ids) - changed,
            changed=changed,
            removed=len(retired) - changed,
            duplicates=duplicates,
            retired=retired.astype(">u8").tobytes(),
            superseded_lines=tuple(lines[superseded].tolist()),
            kept_lines=tuple(kept_lines.tolist()),
        )


def no_known_rows() -> KnownRows:
    """Return the rows of a list that has no active version."""
    return KnownRows(np.empty((0, 2), np.uint64), np.empty((0, 2), np.uint64))


def _count_common(ids: Numbers, others: Numbers) -> int:
    """Return how many ids stand in both; each has every id once."""
    both = np.concatenate([ids, others])
    both = both[np.lexsort((both[:, 1], both[:, 0]))]
    return int((both[1:] == both[:-1]).all(axis=1).sum())
