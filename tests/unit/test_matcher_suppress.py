"""A vehicle that stands in front of a camera is one alert per window."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from matcher.suppress import RepeatFilter
from schemas.types import Hit, PlateRead, Tier
from tests.unit.matcher_samples import NOW, read

ENTRY, OTHER = UUID(int=1), UUID(int=2)


def passes(seconds: float, camera: str = "gate") -> PlateRead:
    moment: datetime = NOW + timedelta(seconds=seconds)
    return read("ABC1234", read_id=UUID(int=int(seconds * 10) + 10**6), captured_at=moment, camera_id=camera)


def hit(entry_id: UUID = ENTRY, tier: Tier = Tier.EXACT) -> Hit:
    return Hit(UUID(int=3), UUID(int=4), entry_id, "ncic", tier, 20.0, "because")


def test_repeats_within_the_window_are_dropped_and_the_window_does_not_grow() -> None:
    seen = RepeatFilter(window_seconds=60)
    kept = [second for second in range(0, 200, 20) if seen.keep(passes(second), [hit()])]
    assert kept == [0, 60, 120, 180]


def test_other_entries_and_other_cameras_have_windows_of_their_own() -> None:
    seen = RepeatFilter(window_seconds=60)
    assert seen.keep(passes(0), [hit(), hit(OTHER)]) == [hit(), hit(OTHER)]
    assert seen.keep(passes(1, "bridge"), [hit()]) == [hit()]
    assert seen.keep(passes(2), [hit(), hit(OTHER)]) == []


def test_a_better_tier_passes_and_a_worse_one_does_not() -> None:
    seen = RepeatFilter(window_seconds=60)
    assert seen.keep(passes(0), [hit(tier=Tier.PROBABLE)])
    assert seen.keep(passes(1), [hit(tier=Tier.EXACT)])
    assert not seen.keep(passes(2), [hit(tier=Tier.PROBABLE)])


def test_a_replayed_read_gives_the_same_answer() -> None:
    seen = RepeatFilter(window_seconds=60)
    first = seen.keep(passes(0), [hit()])
    assert seen.keep(passes(0), [hit()]) == first
    assert seen.keep(passes(5), [hit()]) == []


def test_reads_out_of_order_are_repeats_too() -> None:
    seen = RepeatFilter(window_seconds=60)
    assert seen.keep(passes(50), [hit()])
    assert not seen.keep(passes(10), [hit()])


def test_a_window_of_nothing_keeps_everything() -> None:
    seen = RepeatFilter(window_seconds=0)
    assert all(seen.keep(passes(second), [hit()]) for second in range(3))


def test_windows_that_are_over_are_forgotten_in_busy_traffic() -> None:
    seen = RepeatFilter(window_seconds=60)
    for number in range(10_000):
        assert seen.keep(passes(number), [hit(UUID(int=number + 10))])
    assert len(seen) < 5_000
