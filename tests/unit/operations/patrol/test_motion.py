"""Whether the car moves: nobody reads cards where that is not known."""

from __future__ import annotations

from operations.patrol.motion import Motion, MotionJudge

BELIEVED_FOR = 5 * 60.0


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_it_stands_once_it_was_slow_for_some_seconds() -> None:
    clock = Clock()
    judge = MotionJudge(8.0, clock)
    assert judge.judge(0.0) is Motion.STANDING
    assert judge.judge(8.0 / 3.6) is Motion.MOVING
    assert judge.judge(1.0) is Motion.MOVING
    clock.now = 2.9
    assert judge.judge(1.0) is Motion.MOVING
    assert judge.judge(5.0) is Motion.MOVING
    assert judge.judge(1.0) is Motion.MOVING
    clock.now = 6.0
    assert judge.judge(0.0) is Motion.STANDING
    assert judge.judge(2.2) is Motion.STANDING


def test_where_the_speed_is_not_known_somebodys_word_counts_for_a_while() -> None:
    clock = Clock()
    judge = MotionJudge(8.0, clock)
    assert judge.judge(None) is Motion.UNKNOWN
    judge.told()
    assert judge.judge(None) is Motion.STANDING
    clock.now = BELIEVED_FOR
    assert judge.judge(None) is Motion.UNKNOWN
    judge.told()
    assert judge.judge(20.0) is Motion.MOVING
    assert judge.judge(None) is Motion.UNKNOWN
