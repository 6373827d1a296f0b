"""The search of a layer, compiled: probes that can lead to a hit, and the score of what they find.

It gives a superset of the hits, a hair's breadth larger, and each of them is looked at again in full; so what it leaves
out is only what cannot be a hit, and results are the same without it.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from matcher.confusion import ALPHABET, CLASS_OF, CLASSES, NARROW
from matcher.layer import BITMAP_BITS
from matcher.packing import BASE, CLASS_OF_CODE, SPREAD, WILD

_SPREAD: Final = np.uint64(SPREAD)
_BITMAP_SHIFT: Final = np.uint64(64 - BITMAP_BITS)
_BASE: Final = np.uint64(BASE)
_WILD: Final = WILD
_V: Final = ALPHABET.index("V")
_W: Final = ALPHABET.index("W")
_CLASS_V: Final = np.uint64(CLASS_OF["V"])
_CLASS_W: Final = np.uint64(CLASS_OF["W"])
_CLASS_COUNT: Final = len(CLASSES)
_CLASSES: Final = CLASS_OF_CODE.astype(np.int64)
_NARROW: Final = np.array([*(character in NARROW for character in ALPHABET), False], dtype=np.bool_)
_NARROW_CLASSES: Final = np.array([False, *(not NARROW.isdisjoint(group) for group in CLASSES)], dtype=np.bool_)
_PARTIAL: Final = np.uint64(1 << 63)
_LENGTH_SHIFT: Final = np.uint64(56)
_ONE: Final = np.uint64(1)
_FOUR: Final = np.uint64(4)
_ROOM: Final = 1024


class LayerArrays(NamedTuple):
    """What the search needs of a layer; see `matcher.layer.Layer`."""

    keys: npt.NDArray[np.uint64]
    offsets: npt.NDArray[np.uint32]
    shift: np.uint64
    bitmap: npt.NDArray[np.uint8]
    plates: npt.NDArray[np.uint64]
    jurisdictions: npt.NDArray[np.uint16]
    gone: npt.NDArray[np.bool_]
    masks: npt.NDArray[np.uint64]
    mask_starts: npt.NDArray[np.int64]


class BatchArrays(NamedTuple):
    """What the search needs of reads; see `matcher.read_arrays.ReadArrays`, and of readers' habits.

    `states` (n,) are the reads' jurisdictions as the layer numbers them (0: unknown, -1: on no entry), `agrees` and
    `differs` (n,) what an equal or another state adds, `thresholds` (n,) the least score of text and state together.
    `dropped` (2, 2) is what a lost character adds to the score and its credibility, inside and where one is lost
    easily, `double_v` both for VV in the place of W: habits that the compiled search, which is kept on disk, must not
    have in it, since they are learned anew.
    """

    codes: npt.NDArray[np.uint8]
    lengths: npt.NDArray[np.int64]
    gains: npt.NDArray[np.float32]
    credibilities: npt.NDArray[np.float32]
    absent: npt.NDArray[np.float32]
    losses: npt.NDArray[np.float32]
    states: npt.NDArray[np.int64]
    agrees: npt.NDArray[np.float32]
    differs: npt.NDArray[np.float32]
    thresholds: npt.NDArray[np.float32]
    dropped: npt.NDArray[np.float64]
    double_v: float


@njit(cache=True, nogil=True)
def _fits(read: int, listed: Any, count: int, needed: float, least_place: float, least_text: float, reads: Any) -> bool:
    """Tell whether a listed plate may be a hit of a read: its text is equal, or it is credible and scores enough."""
    length = reads.lengths[read]
    gains, credibilities, absent = reads.gains[read], reads.credibilities[read], reads.absent[read]
    codes = reads.codes[read]
    if count == length:
        gain, worst, total, equal = 0.0, 0.0, 0.0, True
        for place in range(length):
            code = listed[place]
            gain += gains[place, code]
            credibility = credibilities[place, code]
            total += credibility
            worst = min(worst, credibility)
            equal = equal and (code == codes[place] or code == _WILD)
        return equal or (gain >= needed and worst >= least_place and total >= least_text)
    if count == length - 1:
        for extra in range(length):
            gain, total = absent[extra, 0], absent[extra, 1]
            worst = total
            for place in range(count):
                code = listed[place]
                at = place if place < extra else place + 1
                gain += gains[at, code]
                total += credibilities[at, code]
                worst = min(worst, credibilities[at, code])
            if gain >= needed and worst >= least_place and total >= least_text:
                return True
        for double in range(count):
            if codes[double] == _V and codes[double + 1] == _V and listed[double] == _W:
                gain = reads.double_v + gains[double, _V] + gains[double + 1, _V]
                total, worst = reads.double_v, reads.double_v
                for place in range(count):
                    if place != double:
                        code = listed[place]
                        at = place if place < double else place + 1
                        gain += gains[at, code]
                        total += credibilities[at, code]
                        worst = min(worst, credibilities[at, code])
                if gain >= needed and worst >= least_place and total >= least_text:
                    return True
        return False
    if count != length + 1:
        return False
    for missing in range(count):
        easily = 1 if missing == 0 or missing == count - 1 or _NARROW[listed[missing]] else 0
        gain, total = reads.dropped[easily, 0] + reads.losses[read], reads.dropped[easily, 1]
        worst = total
        for place in range(length):
            code = listed[place] if place < missing else listed[place + 1]
            gain += gains[place, code]
            total += credibilities[place, code]
            worst = min(worst, credibilities[place, code])
        if gain >= needed and worst >= least_place and total >= least_text:
            return True
    for double in range(length):
        if codes[double] == _W and listed[double] == _V and listed[double + 1] == _V:
            gain, total, worst = reads.double_v + gains[double, _W], reads.double_v, reads.double_v
            for place in range(length):
                if place != double:
                    code = listed[place] if place < double else listed[place + 1]
                    gain += gains[place, code]
                    total += credibilities[place, code]
                    worst = min(worst, credibilities[place, code])
            if gain >= needed and worst >= least_place and total >= least_text:
                return True
    return False


@njit(cache=True, nogil=True)
def _compare_bucket(
    key: Any,
    read: int,
    layer: Any,
    reads: Any,
    least_place: float,
    least_text: float,
    rows: Any,
    begun: int,
    found: int,
    listed: Any,
) -> int:
    """Put the rows of a key that may be hits into `rows` from `begun` on, each once. Return their end."""
    bucket = np.int64(key >> layer.shift)
    for row in range(layer.offsets[bucket], layer.offsets[bucket + 1]):
        if layer.keys[row] != key or layer.gone[row]:
            continue
        known = False
        for place in range(begun, min(found, len(rows))):
            known = known or rows[place] == row
        if known:
            continue
        packed = layer.plates[row]
        count = 0
        for place in range(12):
            digit = np.int64(packed % _BASE)
            packed = packed // _BASE
            if digit != 0:
                listed[11 - place] = digit - 1
                count += 1
        # The digits of a shorter plate are the first ones.
        needed = reads.thresholds[read]
        state = reads.states[read]
        if state != 0 and layer.jurisdictions[row] != 0:
            needed -= reads.agrees[read] if layer.jurisdictions[row] == state else reads.differs[read]
        if _fits(read, listed, count, needed, least_place, least_text, reads):
            if found < len(rows):
                rows[found] = row
            found += 1
    return found


@njit(cache=True, nogil=True, forceinline=True)
def _is_possible(bitmap: Any, skeleton: Any) -> bool:
    """Tell whether any row's key begins like this skeleton's."""
    top = (skeleton * _SPREAD) >> _BITMAP_SHIFT
    return (bitmap[top >> np.uint64(3)] >> np.uint8(top & np.uint64(7)) & np.uint8(1)) != 0


@njit(cache=True, nogil=True, forceinline=True)
def _keep(bitmap: Any, skeleton: Any, probes: Any, kept: int) -> int:
    """Keep a skeleton that some row may have; count it also where there is no more room."""
    if not _is_possible(bitmap, skeleton):
        return kept
    if kept < len(probes):
        probes[kept] = skeleton
    return kept + 1


class _Others(NamedTuple):
    """What a read's characters may be as well, class by class: place, bits that differ, credibility."""

    places: npt.NDArray[np.int64]
    flips: npt.NDArray[np.uint64]
    worths: npt.NDArray[np.float32]


@njit(cache=True, nogil=True)
def _find_others(codes: Any, length: int, credibilities: Any, least_place: float, room: float, others: Any) -> int:
    """Write down what a read's characters may be as well. Return how many substitutions there are."""
    places, flips, worths = others
    by_class = np.empty(_CLASS_COUNT + 1, dtype=np.float32)
    least = max(least_place, -room)
    count = 0
    for place in range(length):
        by_class[:] = -np.inf
        for code in range(_WILD):
            number = _CLASSES[code]
            by_class[number] = max(by_class[number], credibilities[place, code])
        own = _CLASSES[codes[place]]
        for number in range(1, _CLASS_COUNT + 1):
            if number != own and by_class[number] >= least:
                places[count] = place
                flips[count] = np.uint64(own ^ number)
                worths[count] = by_class[number]
                count += 1
    return count


@njit(cache=True, nogil=True)
def _substituted(
    own: Any, length: int, count: int, others: Any, room: float, bitmap: Any, probes: Any, kept: int
) -> int:
    """Keep the skeletons of equal length: up to `probes.MOST_SUBSTITUTIONS` classes differ, which are three."""
    places, flips, worths = others
    for i in range(count):
        if room + worths[i] < 0.0:
            continue
        one = own ^ (flips[i] << np.uint64(4 * (length - 1 - places[i])))
        kept = _keep(bitmap, one, probes, kept)
        for j in range(i + 1, count):
            left = room + worths[i] + worths[j]
            if places[j] == places[i] or left < 0.0:
                continue
            two = one ^ (flips[j] << np.uint64(4 * (length - 1 - places[j])))
            kept = _keep(bitmap, two, probes, kept)
            for k in range(j + 1, count):
                if places[k] != places[j] and left + worths[k] >= 0.0:
                    three = two ^ (flips[k] << np.uint64(4 * (length - 1 - places[k])))
                    kept = _keep(bitmap, three, probes, kept)
    return kept


@njit(cache=True, nogil=True)
def _shorter(
    own: Any, codes: Any, length: int, count: int, others: Any, rooms: Any, bitmap: Any, probes: Any, kept: int
) -> int:
    """Keep the skeletons without one of the characters, and one class differing, and with W in the place of VV."""
    places, flips, worths = others
    for place in range(length):
        shift = np.uint64(4 * (length - 1 - place))
        low, high = own & ((_ONE << shift) - _ONE), own >> (shift + _FOUR)
        if rooms[place] >= 0.0:
            shorter = (high << shift) | low
            kept = _keep(bitmap, shorter, probes, kept)
            for i in range(count):
                if places[i] != place and rooms[place] + worths[i] >= 0.0:
                    after = places[i] if places[i] < place else places[i] - 1
                    flip = flips[i] << np.uint64(4 * (length - 2 - after))
                    kept = _keep(bitmap, shorter ^ flip, probes, kept)
        if place + 1 < length and codes[place] == _V and codes[place + 1] == _V:
            below = shift - _FOUR
            single = (high << shift) | (_CLASS_W << below) | (own & ((_ONE << below) - _ONE))
            kept = _keep(bitmap, single, probes, kept)
    return kept


@njit(cache=True, nogil=True)
def _longer(
    own: Any, codes: Any, length: int, count: int, others: Any, rooms: Any, bitmap: Any, probes: Any, kept: int
) -> int:
    """Keep the skeletons with one character more, and one class differing, and with VV in the place of W."""
    places, flips, worths = others
    for place in range(length + 1):
        shift = np.uint64(4 * (length - place))
        low, high = own & ((_ONE << shift) - _ONE), own >> shift
        at_edge = place == 0 or place == length
        for number in range(1, _CLASS_COUNT + 1):
            room = rooms[1 if at_edge or _NARROW_CLASSES[number] else 0]
            if room < 0.0:
                continue
            longer = (((high << _FOUR) | np.uint64(number)) << shift) | low
            kept = _keep(bitmap, longer, probes, kept)
            for i in range(count):
                if room + worths[i] >= 0.0:
                    after = places[i] if places[i] < place else places[i] + 1
                    flip = flips[i] << np.uint64(4 * (length - after))
                    kept = _keep(bitmap, longer ^ flip, probes, kept)
        if place < length and codes[place] == _W:
            below = shift - _FOUR
            double = (((high << _FOUR) | _CLASS_V) << _FOUR | _CLASS_V) << below | (own & ((_ONE << below) - _ONE))
            kept = _keep(bitmap, double, probes, kept)
    return kept


@njit(cache=True, nogil=True)
def _find_rooms(read: int, reads: Any, least_place: float, least_text: float, without: Any, lost: Any) -> float:
    """Find how much less likely than as seen a text may be and still be a hit, in nats; below 0: none is.

    `without` takes it for texts without each place, `lost` for those with a character more, inside or where one is
    lost easily. Return it for texts of equal length.
    """
    length, gains, absent = reads.lengths[read], reads.gains[read], reads.absent[read]
    most = 0.0
    for place in range(length):
        top = gains[place, 0]
        for code in range(1, _WILD):
            top = max(top, gains[place, code])
        without[place] = top
        most += top
    state = max(0.0, reads.agrees[read], reads.differs[read]) if reads.states[read] != 0 else 0.0
    spare = most - (reads.thresholds[read] - state)
    for place in range(length):
        room = min(absent[place, 1] - least_text, spare - without[place] + absent[place, 0])
        without[place] = room if absent[place, 1] >= least_place else -1.0
    for easily in range(2):
        credibility = reads.dropped[easily, 1]
        room = min(credibility - least_text, spare + reads.dropped[easily, 0] + reads.losses[read])
        lost[easily] = room if credibility >= least_place else -1.0
    return min(spare, -least_text)


@njit(cache=True, nogil=True)
def search(layer: Any, reads: Any, least_place: float, least_text: float, rows: Any, ends: Any) -> int:
    """Search a layer for a batch of reads.

    Args:
        layer: `LayerArrays`.
        reads: `BatchArrays` of n reads.
        least_place: Least credibility of a place, in nats.
        least_text: The same of the whole text.
        rows: int64, takes the rows of all reads, one read after the other.
        ends: int64 (n,), takes where each read's rows end.

    Returns:
        How many rows there are; when that is more than `rows` takes, search again with a larger one.
    """
    found, read = 0, 0
    bitmap, masks = layer.bitmap, layer.masks
    listed = np.zeros(12, dtype=np.int64)
    probes = np.empty(_ROOM, dtype=np.uint64)
    most = 12 * _CLASS_COUNT
    others = _Others(np.empty(most, np.int64), np.empty(most, np.uint64), np.empty(most, np.float32))
    without, lost = np.empty(12, np.float64), np.empty(2, np.float64)
    while read < len(reads.lengths):
        length, codes = reads.lengths[read], reads.codes[read]
        own = np.uint64(0)
        for place in range(length):
            own = (own << _FOUR) | np.uint64(_CLASSES[codes[place]])
        kept = _keep(bitmap, own, probes, 0)
        tag = _PARTIAL | (np.uint64(length) << _LENGTH_SHIFT)
        for number in range(layer.mask_starts[length], layer.mask_starts[length + 1]):
            kept = _keep(bitmap, (own & masks[number]) | tag, probes, kept)
        room = _find_rooms(read, reads, least_place, least_text, without, lost)
        widest = max(room, lost.max(), without[:length].max())
        count = _find_others(codes, length, reads.credibilities[read], least_place, widest, others)
        kept = _substituted(own, length, count, others, room, bitmap, probes, kept)
        kept = _shorter(own, codes, length, count, others, without, bitmap, probes, kept)
        if length < 12:
            kept = _longer(own, codes, length, count, others, lost, bitmap, probes, kept)
        if kept > len(probes):
            # A read that is sure of nothing, and a long list: the same read again, with room for all of them.
            probes = np.empty(kept, dtype=np.uint64)
            continue
        begun = found
        for number in range(kept):
            key = probes[number] * _SPREAD
            found = _compare_bucket(key, read, layer, reads, least_place, least_text, rows, begun, found, listed)
        ends[read] = found
        read += 1
    return found
