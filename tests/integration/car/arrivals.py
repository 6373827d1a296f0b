"""What a car comes by: passes of listed vehicles at its cameras, early and finished, again and anew."""

from __future__ import annotations

import dataclasses
import random
from datetime import timedelta

from alerts.settling.found import Found
from schemas.types import Location, SecondReading, Tier
from tests.integration.alerts.samples import BRIDGE, GATE, MARYLAND, NEAR, VIRGINIA, found, passing
from tests.unit.alerts.samples import sample_entry

CAMERAS: tuple[tuple[str, Location | None], ...] = (
    ("front", GATE),
    ("rear", NEAR),
    ("side", BRIDGE),
    ("blind", None),
)
OTHER = sample_entry("ABC1284")
FITS = {
    "ABC1234": ((VIRGINIA,), (MARYLAND,), (VIRGINIA, MARYLAND)),
    "ABC1284": ((OTHER,),),
    "ABC12?4": ((VIRGINIA, OTHER),),
}


def story(rng: random.Random, most: int = 14) -> list[Found]:
    """Passes at random: early revisions and the finished one, some late, some again, at places that no car joins."""
    seconds, passes = 0.0, list[list[Found]]()
    for _ in range(rng.randrange(3, most)):
        seconds += rng.choice([1, 5, 20, 60, 400, 700]) * rng.random()
        moment = seconds - (rng.random() * 300 if rng.random() < 0.2 else 0.0)
        passes.append(_revisions(rng, moment))
    told = [one for revisions in passes for one in revisions]
    for _ in range(rng.randrange(4)):
        told.insert(rng.randrange(len(told) + 1), rng.choice(told))
    if rng.random() < 0.5:
        # A finished pass may come before what was seen of it early.
        first, second = rng.randrange(len(told)), rng.randrange(len(told))
        told[first], told[second] = told[second], told[first]
    return told


def _revisions(rng: random.Random, moment: float) -> list[Found]:
    read = passing(
        moment,
        *rng.choice(CAMERAS),
        confidence=rng.choice([0.6, 0.95]),
        confidence_is_known=rng.random() < 0.9,
        jurisdiction=rng.choice([None, "US-VA", "US-MD"]),
        claimed_at=None,
        plate_image_key=rng.choice([None, f"2026/11/20/front/{int(moment * 1000)}-plate.jpg"]),
    )
    if rng.random() < 0.1:
        read = dataclasses.replace(read, claimed_at=read.captured_at - timedelta(days=400))
    texts = [rng.choice([*FITS, "XYZ9"]) for _ in range(rng.choice([0, 0, 1, 2, 3]))] + [rng.choice([*FITS, "ABC1234"])]
    told = []
    for revision, text in enumerate(texts, start=1):
        is_final = revision == len(texts)
        changed = dataclasses.replace(
            read,
            plate=text,
            characters=(),
            is_final=is_final,
            revision=0 if is_final else revision,
            captured_at=read.captured_at + timedelta(seconds=0.5 * revision),
            second_reading=rng.choice([None, SecondReading(text, 0.9, True)]),
        )
        if text not in FITS:
            told.append(Found(changed))
            continue
        tier, score = rng.choice([Tier.EXACT, Tier.PROBABLE]), rng.choice([10.0, 14.0, 20.0])
        notify, picture = rng.random() < 0.9, rng.choice([b"jpeg", None])
        told.append(found(changed, *rng.choice(FITS[text]), tier=tier, score=score, notify=notify, picture=picture))
    return told
