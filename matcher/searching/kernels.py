"""The search of a layer, compiled: probes that can lead to a hit, and the score of what they find.

It gives a superset of the hits, a hair's breadth larger, and each of them is looked at again in full; so what it leaves
out is only what cannot be a hit, and results are the same without it.

What is compiled is kept on disk as long as this file is not newer: touch it after a change of kernel_fit.py.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from matcher.arrays.layer import BITMAP_BITS
from matcher.arrays.packing import BASE, CLASS_OF_CODE, SPREAD, WILD
from matcher.characters.confusion import ALPHABET, CLASS_OF, CLASSES, NARROW
from matcher.searching.compiled import compiled
from matcher.searching.kernel_fit import fits

_SPREAD: Final = np.uint64(SPREAD)
_BITMAP_SHIFT: Final = np.uint64(64 - BITMAP_BITS)
_BYTE_SHIFT: Final = np.uint64(64 - BITMAP_BITS + 3)
_BASE: Final = np.uint64(BASE)
_WILD: Final = WILD
_V: Final = ALPHABET.index("V")
_W: Final = ALPHABET.index("W")
_CLASS_V: Final = np.uint64(CLASS_OF["V"])
_CLASS_W: Final = np.uint64(CLASS_OF["W"])
_CLASS_COUNT: Final = len(CLASSES)
_CLASSES: Final = CLASS_OF_CODE.astype(np.int64)
_NARROW_CLASSES: Final = np.array([False, *(not NARROW.isdisjoint(group) for group in CLASSES)], dtype=np.bool_)
_PARTIAL: Final = np.uint64(1 << 63)
_LENGTH_SHIFT: Final = np.uint64(56)
_ONE: Final = np.uint64(1)
_FOUR: Final = np.uint64(4)
_ROOM: Final = 1024


@compiled()
def _find_rows(keys: Any, offsets: Any, shift: Any, probes: Any, kept: int, buckets: Any, near: Any) -> int:
    """Put the rows of skeletons into `near`; count them also where there is no more room.

    All buckets are looked up before the first row is, since no lookup has to wait for another one then.
    """
    for number in range(kept):
        bucket = np.int64((probes[number] * _SPREAD) >> shift)
        buckets[number, 0] = offsets[bucket]
        buckets[number, 1] = offsets[bucket + 1]
    found = 0
    for number in range(kept):
        key = probes[number] * _SPREAD
        for row in range(buckets[number, 0], buckets[number, 1]):
            if keys[row] == key:
                if found < len(near):
                    near[found] = row
                found += 1
    return found


@compiled()
def _compare_rows(
    near: Any,
    read: int,
    layer: Any,
    reads: Any,
    least_place: float,
    least_text: float,
    rows: Any,
    found: int,
    listed: Any,
) -> int:
    """Put those of some rows that may be hits into `rows` from `found` on, each once. Return their end."""
    begun = found
    for row in near:
        if layer.gone[row]:
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
        if fits(read, listed, count, needed, least_place, least_text, reads):
            if found < len(rows):
                rows[found] = row
            found += 1
    return found


# What makes skeletons keeps those of which the bitmap has one, and counts them also where there is no more room. Arrays
# are not handed to another function inside a loop: counting references to them takes longer than looking something up.


@compiled(forceinline=True)
def _byte(skeleton: Any) -> Any:
    """Return the place in the bitmap that tells whether any row's key begins like this skeleton's."""
    return (skeleton * _SPREAD) >> _BYTE_SHIFT


@compiled(forceinline=True)
def _bit(skeleton: Any) -> Any:
    """Return the bit that it has there."""
    return np.uint8(1) << np.uint8(((skeleton * _SPREAD) >> _BITMAP_SHIFT) & np.uint64(7))


class _Probing(NamedTuple):
    """What a read's characters may be as well (place, class bits that differ, credibility), bitmap, and skeletons."""

    places: npt.NDArray[np.int64]
    flips: npt.NDArray[np.uint64]
    worths: npt.NDArray[np.float32]
    bitmap: npt.NDArray[np.uint8]
    probes: npt.NDArray[np.uint64]


@compiled()
def _find_others(codes: Any, length: int, credibilities: Any, least_place: float, room: float, probing: Any) -> int:
    """Write down what a read's characters may be as well, likeliest first. Return how many substitutions there are."""
    places, flips, worths, _, _ = probing
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
            worth = by_class[number]
            if number != own and worth >= least:
                at = count
                while at > 0 and worths[at - 1] < worth:
                    places[at], flips[at], worths[at] = places[at - 1], flips[at - 1], worths[at - 1]
                    at -= 1
                places[at], flips[at], worths[at] = place, np.uint64(own ^ number), worth
                count += 1
    return count


@compiled()
def _substituted(own: Any, length: int, count: int, room: float, probing: Any, kept: int) -> int:
    """Keep the skeletons of equal length: up to `probes.MOST_SUBSTITUTIONS` classes differ, which are three."""
    places, flips, worths, bitmap, probes = probing
    last = len(probes) - 1
    for i in range(count):
        if room + worths[i] < 0.0:
            break
        one = own ^ (flips[i] << np.uint64(4 * (length - 1 - places[i])))
        if bitmap[_byte(one)] & _bit(one):
            probes[min(kept, last)] = one
            kept += 1
        for j in range(i + 1, count):
            left = room + worths[i] + worths[j]
            if left < 0.0:
                break
            if places[j] == places[i]:
                continue
            two = one ^ (flips[j] << np.uint64(4 * (length - 1 - places[j])))
            if bitmap[_byte(two)] & _bit(two):
                probes[min(kept, last)] = two
                kept += 1
            for k in range(j + 1, count):
                if left + worths[k] < 0.0:
                    break
                if places[k] != places[i] and places[k] != places[j]:
                    three = two ^ (flips[k] << np.uint64(4 * (length - 1 - places[k])))
                    if bitmap[_byte(three)] & _bit(three):
                        probes[min(kept, last)] = three
                        kept += 1
    return kept


@compiled()
def _shorter(own: Any, codes: Any, length: int, count: int, rooms: Any, probing: Any, kept: int) -> int:
    """Keep the skeletons without one of the characters, and one class differing, and with W in the place of VV."""
    places, flips, worths, bitmap, probes = probing
    last = len(probes) - 1
    for place in range(length):
        shift = np.uint64(4 * (length - 1 - place))
        low, high = own & ((_ONE << shift) - _ONE), own >> (shift + _FOUR)
        if rooms[place] >= 0.0:
            shorter = (high << shift) | low
            if bitmap[_byte(shorter)] & _bit(shorter):
                probes[min(kept, last)] = shorter
                kept += 1
            for i in range(count):
                if rooms[place] + worths[i] < 0.0:
                    break
                if places[i] != place:
                    after = places[i] if places[i] < place else places[i] - 1
                    flip = flips[i] << np.uint64(4 * (length - 2 - after))
                    other = shorter ^ flip
                    if bitmap[_byte(other)] & _bit(other):
                        probes[min(kept, last)] = other
                        kept += 1
        if place + 1 < length and codes[place] == _V and codes[place + 1] == _V:
            below = shift - _FOUR
            single = (high << shift) | (_CLASS_W << below) | (own & ((_ONE << below) - _ONE))
            if bitmap[_byte(single)] & _bit(single):
                probes[min(kept, last)] = single
                kept += 1
    return kept


@compiled()
def _longer(own: Any, codes: Any, length: int, count: int, rooms: Any, probing: Any, kept: int) -> int:
    """Keep the skeletons with one character more, and one class differing, and with VV in the place of W."""
    places, flips, worths, bitmap, probes = probing
    last = len(probes) - 1
    for place in range(length + 1):
        shift = np.uint64(4 * (length - place))
        low, high = own & ((_ONE << shift) - _ONE), own >> shift
        at_edge = place == 0 or place == length
        for number in range(1, _CLASS_COUNT + 1):
            room = rooms[1 if at_edge or _NARROW_CLASSES[number] else 0]
            if room < 0.0:
                continue
            longer = (((high << _FOUR) | np.uint64(number)) << shift) | low
            if bitmap[_byte(longer)] & _bit(longer):
                probes[min(kept, last)] = longer
                kept += 1
            for i in range(count):
                if room + worths[i] < 0.0:
                    break
                after = places[i] if places[i] < place else places[i] + 1
                flip = flips[i] << np.uint64(4 * (length - after))
                other = longer ^ flip
                if bitmap[_byte(other)] & _bit(other):
                    probes[min(kept, last)] = other
                    kept += 1
        if place < length and codes[place] == _W:
            below = shift - _FOUR
            double = (((high << _FOUR) | _CLASS_V) << _FOUR | _CLASS_V) << below | (own & ((_ONE << below) - _ONE))
            if bitmap[_byte(double)] & _bit(double):
                probes[min(kept, last)] = double
                kept += 1
    return kept


@compiled()
def _find_rooms(
    length: int,
    gains: Any,
    absent: Any,
    dropped: Any,
    loss: float,
    needed: float,
    least_place: float,
    least_text: float,
    without: Any,
    lost: Any,
) -> tuple[float, float]:
    """Find how much less likely than as seen a text may be and still be a hit, in nats; below 0: none is.

    `without` takes it for texts without each place, `lost` for those with a character more, inside or where one is
    lost easily. Return it for texts of equal length, and the largest of all.
    """
    most = 0.0
    for place in range(length):
        top = gains[place, 0]
        for code in range(1, _WILD):
            top = max(top, gains[place, code])
        without[place] = top
        most += top
    spare = most - needed
    equal = min(spare, -least_text)
    widest = equal
    for place in range(length):
        room = min(absent[place, 1] - least_text, spare - without[place] + absent[place, 0])
        without[place] = room if absent[place, 1] >= least_place else -1.0
        widest = max(widest, without[place])
    for easily in range(2):
        room = min(dropped[easily, 1] - least_text, spare + dropped[easily, 0] + loss)
        lost[easily] = room if dropped[easily, 1] >= least_place else -1.0
        widest = max(widest, lost[easily])
    return equal, widest


@compiled()
def search(layer: Any, reads: Any, least_place: float, least_text: float, rows: Any, ends: Any) -> int:
    """Search a layer for a batch of reads.

    Args:
        layer: `LayerArrays`.
        reads: `BatchArrays` of n reads.
        least_place, least_text: Least credibility of a place and of the whole text, in nats.
        rows: int64, takes the rows of all reads, one read after the other.
        ends: int64 (n,), takes where each read's rows end.

    Returns:
        How many rows there are; when that is more than `rows` takes, search again with a larger one.
    """
    found, read = 0, 0
    bitmap, masks = layer.bitmap, layer.masks
    gains, absent, losses, dropped = reads.gains, reads.absent, reads.losses, reads.dropped
    thresholds, states, agrees, differs = reads.thresholds, reads.states, reads.agrees, reads.differs
    listed = np.zeros(12, dtype=np.int64)
    keys, offsets, shift = layer.keys, layer.offsets, layer.shift
    probes, buckets, near = np.empty(_ROOM, np.uint64), np.empty((_ROOM, 2), np.int64), np.empty(_ROOM, np.int64)
    most = 12 * _CLASS_COUNT
    places, flips, worths = np.empty(most, np.int64), np.empty(most, np.uint64), np.empty(most, np.float32)
    probing = _Probing(places, flips, worths, bitmap, probes)
    without, lost = np.empty(12, np.float64), np.empty(2, np.float64)
    while read < len(reads.lengths):
        length, codes = reads.lengths[read], reads.codes[read]
        own = np.uint64(0)
        for place in range(length):
            own = (own << _FOUR) | np.uint64(_CLASSES[codes[place]])
        probes[0], kept = own, 1
        tag = _PARTIAL | (np.uint64(length) << _LENGTH_SHIFT)
        for number in range(layer.mask_starts[length], layer.mask_starts[length + 1]):
            partial = (own & masks[number]) | tag
            if bitmap[_byte(partial)] & _bit(partial):
                probes[min(kept, len(probes) - 1)] = partial
                kept += 1
        needed = thresholds[read] - (max(0.0, agrees[read], differs[read]) if states[read] != 0 else 0.0)
        room, widest = _find_rooms(
            length, gains[read], absent[read], dropped, losses[read], needed, least_place, least_text, without, lost
        )
        count = _find_others(codes, length, reads.credibilities[read], least_place, widest, probing)
        kept = _substituted(own, length, count, room, probing, kept)
        kept = _shorter(own, codes, length, count, without, probing, kept)
        if length < 12:
            kept = _longer(own, codes, length, count, lost, probing, kept)
        if kept > len(probes):
            # A read that is sure of nothing, and a long list: the same read again, with room for all of them.
            probes, buckets = np.empty(kept, np.uint64), np.empty((kept, 2), np.int64)
            probing = _Probing(places, flips, worths, bitmap, probes)
            continue
        count = _find_rows(keys, offsets, shift, probes, kept, buckets, near)
        if count > len(near):
            near = np.empty(count, dtype=np.int64)
            continue
        if count:
            found = _compare_rows(near[:count], read, layer, reads, least_place, least_text, rows, found, listed)
        ends[read] = found
        read += 1
    return found
