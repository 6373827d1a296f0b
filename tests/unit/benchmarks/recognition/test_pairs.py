"""What counts as read of two plates in one place."""

from __future__ import annotations

from benchmarks.recognition.pairs import _add, _Count


def counted(*reads: tuple[str, float]) -> _Count:
    count = _Count()
    _add(count, "ABC1234", "XYZ9876", reads)
    return count


def test_a_text_of_both_is_wrong_and_surely_wrong_from_a_claim_on() -> None:
    assert counted(("AXC1276", 0.79)) == _Count(wrong=1)
    assert counted(("AXC1276", 0.8), ("XYZ9876", 0.9)) == _Count(other=1, wrong=1, surely_wrong=1)


def test_what_would_not_be_recorded_is_no_read() -> None:
    assert counted(("ABC1234", 0.29)) == _Count(silent=1)
    assert counted(("ABC1234", 0.3), ("AXC1276", 0.1)) == _Count(front=1)
