"""Reads on their way through partitions and members, second by second, while members die and the database restarts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

PLATES = 1_000_000
"""Vehicles whose passes are drawn; how many passes each has is spread as in traffic, some far above the mean."""


class Trouble(StrEnum):
    """What happens."""

    MEMBER_KILLED = "a member is killed"
    DATABASE_RESTARTED = "the database is restarted"
    BACKLOG = "half an hour of a third of all cameras comes at once"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens at a second of the run."""

    at: int
    trouble: Trouble


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run went. Waits are in seconds from the topic to the commit, weighed by reads."""

    reads: int
    wait_p50: float
    wait_p99: float
    wait_most: float
    load: float
    caught_up_after: Mapping[Trouble, float]
    left: int


def simulate(
    reads_per_second: float,
    members: int,
    partitions: int,
    seconds: int,
    figures: Mapping[str, Any],
    events: Sequence[Event] = (),
    *,
    database_cores: int,
    seed: int = 1,
) -> Outcome:
    """Run reads through a consumer group.

    Members serve their partitions in turn, each at the rate that was measured of one; the database at the rate that its
    cores have for what a read costs it. A killed member's partitions wait for the session to end and go to the others;
    it comes back a minute later. While the database restarts, nobody commits.

    Args:
        reads_per_second: What comes.
        members: Members of the group.
        partitions: Of the topic.
        seconds: How long.
        figures: As `benchmarks.scale.sizing.measured` gives them.
        events: What happens.
        database_cores: Cores of PostgreSQL's machine.
        seed: Of the draws.
    """
    draw = np.random.default_rng(seed)
    share = _shares(draw, partitions)
    owner: npt.NDArray[np.int64] = np.arange(partitions) % members
    waiting = np.zeros(partitions)
    rate = figures["match"]["reads_per_second"]
    database = database_cores * 1000 / figures["database"]["processor_ms"]
    back_at: dict[int, int] = {}
    orphaned_until, database_until = 0, 0
    troubles = {event.at: event.trouble for event in events}
    pending: dict[Trouble, tuple[int, int]] = {}
    caught_up: dict[Trouble, float] = {}
    waits, weights, served_in_all = [], [], 0.0
    usual = reads_per_second * 0.5
    for second in range(seconds):
        arrived = draw.poisson(reads_per_second * share).astype(float)
        trouble = troubles.get(second)
        if trouble is Trouble.MEMBER_KILLED:
            back_at[members - 1] = second + 60
            orphaned_until = second + round(figures["group"]["session_seconds"])
        elif trouble is Trouble.DATABASE_RESTARTED:
            database_until = second + round(figures["group"]["database_restart_seconds"])
        elif trouble is Trouble.BACKLOG:
            arrived += reads_per_second * 1800 / 3 * share
        if trouble is not None:
            pending[trouble] = second, max(second + 1, orphaned_until, database_until)
        before = waiting.copy()
        waiting += arrived
        dead = {member for member, at in back_at.items() if second < at}
        if second >= orphaned_until:
            alive = [member for member in range(members) if member not in dead]
            owner = np.array([alive[number % len(alive)] for number in range(partitions)])
        served = np.zeros(partitions)
        if second >= database_until:
            for member in set(range(members)) - dead:
                served += _served(waiting, owner == member, rate)
            served *= min(1.0, database / max(served.sum(), 1e-9))
        # What a read waits: all that is before it in its partition, at the pace at which that partition goes. A second
        # is the finest that is told apart here.
        waits.append(before / np.maximum(served, share * rate * members / 2))
        weights.append(arrived)
        waiting -= served
        served_in_all += served.sum()
        for one in [one for one, (_, over) in pending.items() if second >= over and waiting.sum() < usual]:
            caught_up[one] = float(second - pending.pop(one)[0])
    order = np.argsort(flat := np.concatenate(waits))
    reached = np.cumsum(np.concatenate(weights)[order])
    at = [float(flat[order][np.searchsorted(reached, reached[-1] * part)]) for part in (0.5, 0.99)]
    return Outcome(
        round(reached[-1]),
        *at,
        float(flat.max()),
        served_in_all / (seconds * members * rate),
        caught_up,
        round(waiting.sum()),
    )


def _served(waiting: npt.NDArray[np.float64], mine: npt.NDArray[np.bool_], rate: float) -> npt.NDArray[np.float64]:
    """Return what one member takes of its partitions in a second: all, or of each the same part."""
    held = np.where(mine, waiting, 0.0)
    return held * min(1.0, rate / max(held.sum(), 1e-9))


def _shares(draw: np.random.Generator, partitions: int) -> npt.NDArray[np.float64]:
    """Return which part of all reads each partition gets: reads of one plate meet in one."""
    passes = draw.lognormal(sigma=1.5, size=PLATES)
    counts = np.bincount(draw.integers(0, partitions, PLATES), weights=passes, minlength=partitions)
    return counts / counts.sum()
