"""The simulation loses no read, and trouble costs what it must."""

from __future__ import annotations

import pytest

from benchmarks.scale.simulation import Event, Outcome, Trouble, simulate
from benchmarks.scale.sizing import measured, size

FIGURES = {
    "match": {"reads_per_second": 1000},
    "database": {"processor_ms": 0.1, "bytes_per_read": 1000},
    "group": {"session_seconds": 10.0, "database_restart_seconds": 20.0},
}


def run(rate: float, members: int, *events: Event, seconds: int = 400, database_cores: int = 8) -> Outcome:
    return simulate(rate, members, members * 4, seconds, FIGURES, events, database_cores=database_cores)


def test_what_the_group_carries_does_not_wait() -> None:
    outcome = run(2000, 4)
    assert outcome.reads == pytest.approx(800_000, rel=0.01)
    assert outcome.load == pytest.approx(0.5, abs=0.01)
    assert outcome.left == 0
    assert outcome.wait_p99 < 1.5


def test_what_it_does_not_carry_waits_more_and_more() -> None:
    outcome = run(5000, 4)
    assert outcome.left == pytest.approx(400 * 1000, rel=0.05)
    assert outcome.load == pytest.approx(1.0, abs=0.01)


def test_the_database_is_a_limit_of_its_own() -> None:
    outcome = run(2000, 4, database_cores=0)
    assert outcome.left == outcome.reads


def test_a_killed_members_reads_wait_for_the_session_and_are_made_up() -> None:
    outcome = run(2000, 4, Event(100, Trouble.MEMBER_KILLED))
    assert 10 <= outcome.caught_up_after[Trouble.MEMBER_KILLED] <= 40
    assert outcome.left == 0
    # Two of three that are left would have no room.
    assert Trouble.MEMBER_KILLED not in run(3900, 4, Event(300, Trouble.MEMBER_KILLED)).caught_up_after


def test_an_outage_of_the_database_is_made_up_in_the_time_that_the_room_allows() -> None:
    # 20 s at 2,000/s wait; 2,000/s of room make them up in 20 s.
    outcome = run(2000, 4, Event(100, Trouble.DATABASE_RESTARTED))
    assert outcome.caught_up_after[Trouble.DATABASE_RESTARTED] == pytest.approx(40, abs=6)
    assert outcome.wait_most >= 10


def test_more_reads_need_more_of_everything_and_one_may_always_end() -> None:
    figures = measured()
    small, large = size(100, figures), size(7700, figures)
    assert small.members >= 2
    assert large.members > small.members
    assert large.rows == pytest.approx(77 * small.rows)
    assert large.partitions >= large.members
