"""Whether a listed plate may be a hit of a read, compiled: its alignments as `judging.align` has them, in arrays."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from matcher.arrays.packing import WILD
from matcher.characters.confusion import ALPHABET, NARROW
from matcher.searching.compiled import compiled

_WILD: Final = WILD
_V: Final = ALPHABET.index("V")
_W: Final = ALPHABET.index("W")
_NARROW: Final = np.array([*(character in NARROW for character in ALPHABET), False], dtype=np.bool_)


# Parts of `fits`, which numba writes into it before it compiles: they take as long as if they stood there.


@compiled(inline="always")
def _fits_shorter(
    listed: Any,
    count: int,
    needed: float,
    least_place: float,
    least_text: float,
    codes: Any,
    gains: Any,
    credibilities: Any,
    absent: Any,
    double_v: float,
) -> bool:
    """Tell whether a listed plate with one character less than the read may be a hit of it."""
    for extra in range(count + 1):
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
            gain = double_v + gains[double, _V] + gains[double + 1, _V]
            total, worst = double_v, double_v
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


@compiled(inline="always")
def _fits_longer(
    listed: Any,
    count: int,
    needed: float,
    least_place: float,
    least_text: float,
    codes: Any,
    gains: Any,
    credibilities: Any,
    dropped: Any,
    loss: float,
    double_v: float,
) -> bool:
    """Tell whether a listed plate with one character more than the read may be a hit of it."""
    length = count - 1
    for missing in range(count):
        easily = 1 if missing == 0 or missing == count - 1 or _NARROW[listed[missing]] else 0
        gain, total = dropped[easily, 0] + loss, dropped[easily, 1]
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
            gain, total, worst = double_v + gains[double, _W], double_v, double_v
            for place in range(length):
                if place != double:
                    code = listed[place] if place < double else listed[place + 1]
                    gain += gains[place, code]
                    total += credibilities[place, code]
                    worst = min(worst, credibilities[place, code])
            if gain >= needed and worst >= least_place and total >= least_text:
                return True
    return False


@compiled()
def fits(read: int, listed: Any, count: int, needed: float, least_place: float, least_text: float, reads: Any) -> bool:
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
        return _fits_shorter(
            listed, count, needed, least_place, least_text, codes, gains, credibilities, absent, reads.double_v
        )
    if count == length + 1:
        losses = reads.losses[read]
        return _fits_longer(
            listed,
            count,
            needed,
            least_place,
            least_text,
            codes,
            gains,
            credibilities,
            reads.dropped,
            losses,
            reads.double_v,
        )
    return False
