"""What a camera can be made to do wrong."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Faults:
    """Faults of a server, which may be changed while it plays.

    `stalled`: the connection stays and nothing comes. `loss` and `damage` are the shares of packets that do not come,
    or come with a wrong byte. `refuse` is a status that every request is answered with. `answer_seconds` is how late
    answers come. `clock_seconds` is how far its clock is ahead. `silent_clock`: it does not say what time it has.
    """

    stalled: bool = False
    loss: float = 0.0
    damage: float = 0.0
    refuse: int = 0
    answer_seconds: float = 0.0
    clock_seconds: float = 0.0
    silent_clock: bool = False
