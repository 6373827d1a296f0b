"""What vendors give as confidence -> a probability, or None where it is unknown."""

from __future__ import annotations

from typing import Any, Literal

from ingest.vendors.parts.values import as_number

MOST = 0.99
"""No reader is surer than this: a vendor's 100 % is rounded, or what it writes when it does not measure."""

Scale = Literal[1, 100, 255]


def probability(value: Any, scale: Scale) -> float | None:
    """Return a vendor's confidence as a probability.

    Args:
        value: As the vendor gave it.
        scale: What stands for certain at this vendor. Firmware that counts to 100 where its documents say 1, and the
            other way around, is understood where the number leaves no doubt.

    Returns:
        Above 0, at most `MOST`; None where there is no number, or none that can be one. Zero is none: a text that is
        never right would not be reported, and readers write it where they do not measure.
    """
    number = as_number(value)
    if number is None or number <= 0:
        return None
    if scale == 255:
        number /= 255
    elif number > 1 or (scale == 100 and number == 1):
        number /= 100
    return min(number, MOST) if number <= 1 else None
