"""Which skeletons a read asks for: everything within one step of its own, and further ones that it leaves room for."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from matcher.arrays.packing import CLASS_OF_CODE, WILD
from matcher.arrays.reads import ReadArrays
from matcher.characters.confusion import CLASSES, DROPPED, DROPPED_EASILY, NARROW, skeleton
from schemas.plates import MAX_PLATE_LENGTH

MOST_SUBSTITUTIONS: Final = 3
"""Classes that may differ at once where the read leaves room for all of them together; beside a lost or an added
character it is one."""

_BITS = 4
_CLASS_NUMBERS = np.arange(1, len(CLASSES) + 1, dtype=np.uint64)
_MASK = np.uint64((1 << _BITS) - 1)
_NARROW_CLASSES = np.array([not NARROW.isdisjoint(group) for group in CLASSES])
_DROPPED, _DROPPED_EASILY = (math.log(chance / (1 - chance)) for chance in (DROPPED, DROPPED_EASILY))
_CLASSES = CLASS_OF_CODE.astype(np.int64)

Keys = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]
Credibilities = npt.NDArray[np.float32]


def variants(canonical: str) -> tuple[str, ...]:
    """Return the other texts that a read stands for: VV taken for W, and W for VV, one at a time."""
    found = [canonical[:i] + "W" + canonical[i + 2 :] for i in range(len(canonical)) if canonical[i : i + 2] == "VV"]
    found += [canonical[:i] + "VV" + canonical[i + 1 :] for i, character in enumerate(canonical) if character == "W"]
    return tuple(found)


def probe_skeletons(canonical: str) -> npt.NDArray[np.uint64]:
    """Return every skeleton that a read probes, sorted, each once.

    They are the read's own (which covers all swaps inside a class, at no cost), every one with one class substituted,
    one character deleted or one inserted, and those of `variants`.

    Args:
        canonical: Canonical plate text without `?`, up to 15 characters.

    Returns:
        uint64 (probes,).
    """
    own = np.uint64(skeleton(canonical))
    length = len(canonical)
    shifts = np.arange(length + 1, dtype=np.uint64) * np.uint64(_BITS)
    low = own & ((np.uint64(1) << shifts) - np.uint64(1))
    high = own >> shifts
    # Insertion before the nibble at each shift: (length + 1, classes).
    inserted = (
        (high << (shifts + np.uint64(_BITS)))[:, None] | (_CLASS_NUMBERS[None, :] << shifts[:, None]) | low[:, None]
    )
    at, below, above = shifts[:-1], low[:-1], own >> (shifts[:-1] + np.uint64(_BITS))
    kept = own & ~(_MASK << at)
    substituted = kept[:, None] | (_CLASS_NUMBERS[None, :] << at[:, None])
    deleted = (above << at) | below
    others = np.array([skeleton(text) for text in variants(canonical)], dtype=np.uint64)
    return np.unique(np.concatenate([inserted.ravel(), substituted.ravel(), deleted, others]))


class _Substitutions(NamedTuple):
    """What a read's characters may be as well, by place: `flips` are the bits in which the classes' numbers differ."""

    places: Places
    flips: Keys
    credibilities: Credibilities


def credited_skeletons(reads: ReadArrays, row: int, least_place: float, least_text: float) -> Keys:
    """Return skeletons more than one step away that a read itself leaves room for; some may come twice.

    Up to `MOST_SUBSTITUTIONS` classes differ, or one does and a character is lost or added.

    Args:
        reads: The reads.
        row: Which of them.
        least_place: Least credibility of a place, in nats.
        least_text: The same of the whole text.

    Returns:
        uint64 (probes,).
    """
    length = int(reads.lengths[row])
    classes = _CLASSES[reads.codes[row, :length]]
    others = _others(classes, reads.credibilities[row, :length], least_place)
    own = np.bitwise_or.reduce(classes.astype(np.uint64) << _shifts(np.arange(length), length))
    found = [_substituted(own, others, length, least_text), _shorter(own, others, reads, row, least_place, least_text)]
    if length < MAX_PLATE_LENGTH:
        found.append(_longer(own, others, length, least_place, least_text))
    return np.concatenate(found)


def _shifts(places: Places, length: int) -> Keys:
    return (_BITS * (length - 1 - places)).astype(np.uint64)


def _others(classes: Places, credibilities: Credibilities, least_place: float) -> _Substitutions:
    """Return what each place may be as well; `credibilities` is (places, symbols)."""
    by_class = np.full((len(classes), len(CLASSES) + 1), -np.inf, dtype=np.float32)
    for code in range(WILD):
        number = _CLASSES[code]
        by_class[:, number] = np.maximum(by_class[:, number], credibilities[:, code])
    by_class[np.arange(len(classes)), classes] = -np.inf
    places, numbers = np.nonzero(by_class >= least_place)
    return _Substitutions(places, (classes[places] ^ numbers).astype(np.uint64), by_class[places, numbers])


def _substituted(own: np.uint64, others: _Substitutions, length: int, least_text: float) -> Keys:
    places, _, credibilities = others
    bits = others.flips << _shifts(places, length)
    one, other = np.triu_indices(len(places), 1)
    kept = (places[one] != places[other]) & (credibilities[one] + credibilities[other] >= least_text)
    one, other = one[kept], other[kept]
    both, left = bits[one] ^ bits[other], least_text - credibilities[one] - credibilities[other]
    third = (places[None, :] > places[other][:, None]) & (credibilities[None, :] >= left[:, None])
    pair, last = np.nonzero(third)
    found: Keys = own ^ np.concatenate([both, both[pair] ^ bits[last]])
    return found


def _shorter(
    own: np.uint64, others: _Substitutions, reads: ReadArrays, row: int, least_place: float, least_text: float
) -> Keys:
    length = int(reads.lengths[row])
    absent = reads.absent[row, :length, 1]
    shifts = _shifts(np.arange(length), length)
    texts = (own >> (shifts + np.uint64(_BITS)) << shifts) | (own & ((np.uint64(1) << shifts) - np.uint64(1)))
    gone, other = np.nonzero(
        (others.places[None, :] != np.arange(length)[:, None])
        & (absent[:, None] >= least_place)
        & (absent[:, None] + others.credibilities[None, :] >= least_text)
    )
    places = others.places[other] - (others.places[other] > gone)
    found: Keys = texts[gone] ^ (others.flips[other] << _shifts(places, length - 1))
    return found


def _longer(own: np.uint64, others: _Substitutions, length: int, least_place: float, least_text: float) -> Keys:
    before = np.arange(length + 1)
    shifts = (_BITS * (length - before)).astype(np.uint64)
    low, high = own & ((np.uint64(1) << shifts) - np.uint64(1)), own >> shifts << np.uint64(_BITS)
    texts = ((high[:, None] | _CLASS_NUMBERS[None, :]) << shifts[:, None]) | low[:, None]
    easily = ((before == 0) | (before == length))[:, None] | _NARROW_CLASSES[None, :]
    dropped = np.where(easily, _DROPPED_EASILY, _DROPPED)
    place, number, other = np.nonzero(
        (dropped >= least_place)[:, :, None] & (dropped[:, :, None] + others.credibilities[None, None, :] >= least_text)
    )
    places = others.places[other] + (others.places[other] >= place)
    found: Keys = texts[place, number] ^ (others.flips[other] << _shifts(places, length + 1))
    return found
