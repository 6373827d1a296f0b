"""What is struck when follows from the seed, and can be replayed."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.chaos.schedule import (
    ONE_RUN,
    SEVERAL,
    Deck,
    Kind,
    draw_schedule,
    draw_schedules,
    load_schedule,
    save_schedule,
)


def test_a_seed_draws_the_same_schedule_and_another_one_another() -> None:
    assert draw_schedule(7, 600, 8) == draw_schedule(7, 600, 8)
    assert draw_schedule(7, 600, 8) != draw_schedule(8, 600, 8)


@pytest.mark.parametrize("deck", [ONE_RUN, SEVERAL])
def test_even_a_short_one_kills_everything_once_and_a_long_one_strikes_in_every_way(deck: Deck) -> None:
    for seed in range(20):
        strikes = draw_schedule(seed, 600, 8, deck)
        assert {strike.kind for strike in strikes[: len(deck.first)]} == set(deck.first)
        assert {strike.kind for strike in strikes} == set(deck.cards) | set(deck.first)
        assert [strike.at for strike in strikes] == sorted(strike.at for strike in strikes)
        assert strikes[-1].at <= 600


def test_every_kind_is_in_a_deck() -> None:
    # The one in mid-batch belongs to the workload: it takes a backlog that is being caught up.
    assert set(Kind) == set(ONE_RUN.cards) | set(SEVERAL.cards) | {Kind.KILL_MATCHER_IN_BATCH}


def test_schedules_of_several_seeds_follow_one_another() -> None:
    both = draw_schedules([7, 8], 60, 4)
    first = draw_schedule(7, 60, 4)
    assert both[: len(first)] == first
    assert [strike.kind for strike in both[len(first) :]] == [strike.kind for strike in draw_schedule(8, 60, 4)]
    assert all(60 <= strike.at < 120 for strike in both[len(first) :])


def test_a_kept_schedule_is_read_back(tmp_path: Path) -> None:
    strikes = draw_schedule(7, 100, 8)
    save_schedule(tmp_path / "strikes.jsonl", strikes)
    assert load_schedule(tmp_path / "strikes.jsonl") == strikes
