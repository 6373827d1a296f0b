"""Cameras of a car that wait for nobody: what is taken of what they offer, and what is found in it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.moving.clips import Clip
from benchmarks.moving.ways import SURE, Driven
from recognition.recognizer import Recognizer
from schemas.plates import canonical_plate
from schemas.settings import RecognitionSettings

_SLOWER = (1.0, 2.5)
"""How many times slower than this machine's a core is."""


@dataclass(slots=True)
class _Played:
    offered: int = 0
    taken: int = 0
    spent: float = 0.0
    passes: Counter[str] = field(default_factory=Counter)


def report_live(clips: Sequence[Clip]) -> None:
    """Print what becomes of live cameras with a core each, as two cameras on two cores have.

    Each picture is taken at the processor time that all before it took; of those that came meanwhile the newest, as the
    live reader hands them on. So the figures are those of cores that do nothing else, however busy this machine is.

    Args:
        clips: what the cameras show.
    """
    recognizer = Recognizer(RecognitionSettings(), cameras=2)
    print("### Two live cameras at 15 frames/s on two cores, by processor time\n")
    print(
        "| core | pictures offered | taken | dropped | processor ms per picture taken | share of a core "
        "| passes found | doubles | wrong texts |\n|---|---|---|---|---|---|---|---|---|"
    )
    for slower in _SLOWER:
        played = [_play(clip, recognizer, slower) for clip in clips]
        offered, taken = sum(one.offered for one in played), sum(one.taken for one in played)
        scores = [
            Driven(one.spent, one.offered, one.taken, one.passes).score(clip)
            for clip, one in zip(clips, played, strict=True)
        ]
        found, doubles, wrong = (sum(each) for each in zip(*scores, strict=True))
        spent = sum(one.spent for one in played)
        seconds = sum(one.offered / clip.fps for clip, one in zip(clips, played, strict=True))
        print(
            f"| {'this one' if slower == 1 else f'{slower:g} times slower'} | {offered} | {taken} "
            f"| {1 - taken / offered:.1%} | {spent / taken * 1000:.1f} | {spent / seconds:.0%} "
            f"| {found} of {sum(clip.met.total() for clip in clips)} | {doubles} | {wrong} |",
            flush=True,
        )
    print()


def _play(clip: Clip, recognizer: Recognizer, slower: float) -> _Played:
    """Show a clip to a camera's session as a live camera would."""
    session = recognizer.session("live", "benchmark", clip.path.name, reports_early=True, moves=True)
    played, passes, free_at = _Played(), [], 0.0
    frames = clip.frames()
    mark = time.process_time()
    waiting = next(frames, None)
    while waiting is not None:
        played.offered += 1
        newer = next(frames, None)
        decoded = (time.process_time() - mark) * slower
        played.spent += decoded
        free_at += decoded
        mark = time.process_time()
        # One that is here before the reader is free takes the place of the one that waits.
        if newer is None or _offered_at(played.offered, clip.fps) > free_at:
            passes += session.process(waiting)
            used = (time.process_time() - mark) * slower
            played.taken += 1
            played.spent += used
            free_at = max(free_at, _offered_at(played.offered - 1, clip.fps)) + used
            mark = time.process_time()
        waiting = newer
    passes += session.finish()
    final = [one.read for one in passes if one.read.is_final and one.read.confidence >= SURE]
    played.passes = Counter(canonical_plate(read.plate) for read in final)
    return played


def _offered_at(number: int, fps: int) -> float:
    """Return the second at which a picture comes, numbered from 0."""
    return number / fps
