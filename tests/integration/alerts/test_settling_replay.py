"""Whatever passes, however its reads are batched, and wherever a run is killed: the same alerts."""

from __future__ import annotations

import random

import pytest

from alerts.settling.settle import Found
from schemas.types import SecondReading, Tier
from storage.database import Database
from tests.integration.alerts.samples import (
    BRIDGE,
    GATE,
    MARYLAND,
    NEAR,
    VIRGINIA,
    found,
    kept,
    passing,
    settle,
    settle_each,
)

CAMERAS = (("gate", GATE), ("exit", NEAR), ("bridge", BRIDGE), ("blind", None))
ENTRIES = ((VIRGINIA,), (MARYLAND,), (VIRGINIA, MARYLAND))


def _story(rng: random.Random) -> list[Found]:
    """Passes of one number at random, some of which come late."""
    seconds, story = 0.0, []
    for _ in range(rng.randrange(4, 14)):
        seconds += rng.choice([1, 5, 20, 60, 400, 700]) * rng.random()
        late = rng.random() * 300 if rng.random() < 0.2 else 0.0
        read = passing(
            seconds - late,
            *rng.choice(CAMERAS),
            confidence=rng.choice([0.6, 0.95]),
            second_reading=rng.choice([None, SecondReading("ABC1234", 0.9, True)]),
        )
        tier, score = rng.choice([Tier.EXACT, Tier.PROBABLE]), rng.choice([10.0, 14.0, 20.0])
        story.append(found(read, *rng.choice(ENTRIES), tier=tier, score=score, notify=rng.random() < 0.9))
    return story


def _wipe(database: Database) -> None:
    with database.as_owner() as connection:
        connection.execute("truncate reads, hits, alerts, outbox, plate_dictionary, alert_chains restart identity")


@pytest.mark.parametrize("seed", range(30))
def test_kills_batches_and_replays_change_nothing(database: Database, seed: int) -> None:
    rng = random.Random(seed)
    story = _story(rng)
    settle_each(database, story)
    undisturbed = kept(database)
    _wipe(database)
    done = 0
    while done < len(story):
        # A killed run starts again somewhere before where it was, and gets further in other batches.
        start, end = rng.randrange(done + 1), min(len(story), rng.randrange(done + 1, done + 6))
        settle(database, *story[start:end])
        done = end
    assert kept(database) == undisturbed
    for _ in range(3):
        settle(database, *rng.sample(story, rng.randrange(1, len(story) + 1)))
    assert kept(database) == undisturbed
