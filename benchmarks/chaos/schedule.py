"""What is struck when: drawn from a seed before anything runs, so that a failure can be replayed."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path


class Kind(StrEnum):
    """What is done to what."""

    KILL_RUN = "kill run"
    KILL_POSTMASTER = "kill postmaster"
    KILL_BACKEND = "kill backend"
    KILL_BROKER = "kill broker"
    KILL_SUBSCRIBER = "kill subscriber"
    KILL_COMMAND = "kill command"
    END_RUN = "end run"
    END_SUBSCRIBER = "end subscriber"
    PAUSE_RUN = "pause run"
    PAUSE_POSTMASTER = "pause postmaster"
    PAUSE_BROKER = "pause broker"
    PAUSE_SUBSCRIBER = "pause subscriber"
    READ_ONLY_IMAGES = "image store read-only"
    FULL_DISK = "full disk"
    KILL_RECOGNIZE = "kill recognize"
    KILL_MATCHER = "kill matcher"
    KILL_MATCHER_IN_BATCH = "kill matcher in mid-batch"
    KILL_MATCHER_AT_CHANGE = "kill matcher while a list changes"
    KILL_RELAY = "kill relay"
    KILL_LEADER = "kill leader of the alerts' partition"
    NO_QUORUM = "kill two brokers of three"
    END_RECOGNIZE = "end recognize"
    END_MATCHER = "end matcher"
    END_RELAY = "end relay"
    PAUSE_RECOGNIZE = "pause recognize"
    PAUSE_MATCHER = "pause matcher"
    PAUSE_RELAY = "pause relay"
    POISON = "poison on the reads' topic"


@dataclass(frozen=True, slots=True)
class Deck:
    """What an installation is struck with.

    Attributes:
        first: Even the shortest run gets these.
        cards: How often each comes before all of them come again.
    """

    first: tuple[Kind, ...]
    cards: dict[Kind, int]


ONE_RUN = Deck(
    (Kind.KILL_RUN, Kind.KILL_POSTMASTER, Kind.KILL_BACKEND, Kind.KILL_BROKER, Kind.KILL_SUBSCRIBER),
    {
        Kind.KILL_RUN: 5,
        Kind.KILL_POSTMASTER: 3,
        Kind.KILL_BACKEND: 4,
        Kind.KILL_BROKER: 3,
        Kind.KILL_SUBSCRIBER: 3,
        Kind.KILL_COMMAND: 2,
        Kind.END_RUN: 2,
        Kind.END_SUBSCRIBER: 1,
        Kind.PAUSE_RUN: 2,
        Kind.PAUSE_POSTMASTER: 1,
        Kind.PAUSE_BROKER: 1,
        Kind.PAUSE_SUBSCRIBER: 1,
        Kind.READ_ONLY_IMAGES: 2,
        Kind.FULL_DISK: 1,
    },
)
SEVERAL = Deck(
    (
        *(Kind.KILL_RECOGNIZE, Kind.KILL_MATCHER, Kind.KILL_RELAY, Kind.KILL_LEADER, Kind.NO_QUORUM, Kind.POISON),
        *(Kind.KILL_POSTMASTER, Kind.KILL_SUBSCRIBER),
    ),
    {
        Kind.KILL_RECOGNIZE: 3,
        Kind.KILL_MATCHER: 3,
        Kind.KILL_MATCHER_AT_CHANGE: 2,
        Kind.KILL_RELAY: 3,
        Kind.KILL_BROKER: 2,
        Kind.KILL_LEADER: 2,
        Kind.NO_QUORUM: 2,
        Kind.KILL_POSTMASTER: 2,
        Kind.KILL_BACKEND: 3,
        Kind.KILL_SUBSCRIBER: 2,
        Kind.KILL_COMMAND: 1,
        Kind.POISON: 2,
        Kind.END_RECOGNIZE: 1,
        Kind.END_MATCHER: 2,
        Kind.END_RELAY: 1,
        Kind.END_SUBSCRIBER: 1,
        Kind.PAUSE_RECOGNIZE: 1,
        Kind.PAUSE_MATCHER: 2,
        Kind.PAUSE_RELAY: 1,
        Kind.PAUSE_POSTMASTER: 1,
        Kind.PAUSE_BROKER: 1,
    },
)
_PAUSE_SECONDS = (1.0, 6.0)
"""Sometimes longer than anybody is patient: a consumer's session ends after ten seconds."""
_LONG_PAUSE_SECONDS = 12.0


@dataclass(frozen=True, slots=True)
class Strike:
    """One blow: `at` is seconds from the start, `seconds` how long it lasts, `choice` (0 to 1) which of several."""

    at: float
    kind: Kind
    seconds: float
    choice: float


def draw_schedule(seed: int, seconds: float, every: float, deck: Deck = ONE_RUN) -> list[Strike]:
    """Draw what is struck when.

    Args:
        seed: The same one draws the same schedule.
        seconds: How long the blows go on.
        every: Seconds from one to the next, on average.
        deck: What is there to be struck.
    """
    rng = random.Random(seed)
    cards = rng.sample(deck.first, len(deck.first))
    strikes: list[Strike] = []
    at = rng.uniform(0.3, 1.7) * every
    while at < seconds:
        if not cards:
            cards = [kind for kind, count in deck.cards.items() for _ in range(count)]
            rng.shuffle(cards)
        lasting = _LONG_PAUSE_SECONDS if rng.random() < 0.1 else rng.uniform(*_PAUSE_SECONDS)
        strikes.append(Strike(round(at, 2), cards.pop(), round(lasting, 2), round(rng.random(), 4)))
        at += rng.uniform(0.3, 1.7) * every
    return strikes


def draw_schedules(seeds: Iterable[int], seconds: float, every: float, deck: Deck = ONE_RUN) -> list[Strike]:
    """Draw one schedule after the other, each of so many seconds; see `draw_schedule`."""
    return [
        replace(strike, at=round(strike.at + number * seconds, 2))
        for number, seed in enumerate(seeds)
        for strike in draw_schedule(seed, seconds, every, deck)
    ]


def save_schedule(path: Path, strikes: Iterable[Strike]) -> None:
    """Write strikes as JSON lines, which `load_schedule` reads."""
    path.write_text("".join(json.dumps(asdict(strike)) + "\n" for strike in strikes))


def load_schedule(path: Path) -> list[Strike]:
    """Read a schedule back, also one that a person cut down to what still fails."""
    records = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
    return [Strike(one["at"], Kind(one["kind"]), one["seconds"], one["choice"]) for one in records]
