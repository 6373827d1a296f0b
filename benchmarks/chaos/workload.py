"""What goes on meanwhile, turn by turn: pictures, clips, imports, withdrawals. Each turn ends when its alerts are out.

The books must not depend on chance, so whatever depends on something else waits until a neighbor sees that: an entry is
withdrawn once its alert was printed, and a vehicle that an import lists passes after the import.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.chaos.extra import Extra
from benchmarks.chaos.installation.faults import Hung
from benchmarks.chaos.installation.installation import Installation
from benchmarks.chaos.pictures import Vehicle, put_bytes, put_picture
from benchmarks.chaos.scenes import Scenes

_APART = timedelta(minutes=4)
"""From one turn's pictures to the next one's: longer than repeats are looked for."""
_LOOK_SECONDS = 0.2
_HEADINGS = "plate,state,category,case_number\n"
_GATE, _LANE, _REPEATED = "M-GATE", "M-LANE", "M-TWICE"
_HISTORY_EVERY = 4


class Workload:
    """One installation's afternoon.

    Args:
        installation: It.
        scenes: Who drives by.
        began: The time of the first pictures, aware; the same for books that are to be compared.
        is_calm: Whether nothing is struck any more.
    """

    def __init__(
        self, installation: Installation, scenes: Scenes, began: datetime, *, is_calm: Callable[[], bool]
    ) -> None:
        self.turns = 0
        self._installation, self._scenes, self._began = installation, scenes, began
        self._dates = datetime.now(UTC) - timedelta(hours=2)
        self._site, self._diary = installation.site, installation.diary
        self._person, self._listener = installation.person, installation.neighbor.listener
        self._is_calm, self._patience = is_calm, installation.patience
        self._extra = None if installation.partner is None else Extra(installation)

    @property
    def posted(self) -> int:
        """How many reads other readers posted."""
        return 0 if self._extra is None else self._extra.posted

    def prepare(self) -> None:
        """Import the list that stays as it is; before the cameras run."""
        fixed = zip((_GATE, _LANE, _REPEATED), self._scenes.fixed, strict=True)
        rows = [f"{vehicle.plate},{vehicle.state},stolen_vehicle,{case}\n" for case, vehicle in fixed]
        self._import("standing", rows, 0)
        if self._extra is not None:
            self._import("posted", self._extra.rows, 0)
            self._extra.agree()

    def turn(self) -> None:
        """Do one turn.

        Raises:
            Hung: Something does not come though nothing is struck any more.
        """
        number, at = self.turns, self._began + self.turns * _APART
        self._diary.note("turn", number=number)
        if number:
            # An import may list it now: as one that had passed before.
            earlier = self._began + (number - 1) * _APART
            self._until(f"the read of turn {number - 1}", lambda: self._installation.has_read("gate", earlier))
        self._unlisted(number, at)
        if self._extra is not None:
            self._extra.turn(number, at)
        self._change_lists(number)
        self._listed(number, at + timedelta(minutes=2))
        self._wait(f"the alerts of turn {number}", *self._alerts_of(number, at + timedelta(minutes=2)))
        if number % 2:
            vehicle = self._scenes.of(number).local
            self._person.give(
                "withdraw",
                *(
                    "hotlist",
                    "withdraw",
                    "--plate",
                    vehicle.plate,
                    "--list",
                    "regional",
                    "--reason",
                    "recovered",
                    "--yes",
                ),
                done_already="no active entry fits",
            )
            self._wait(f"the cancel of L-{number}", _cancel(f"L-{number}"))
        if number >= 2:
            gone = [f"F-{number - 2}", *([] if number % 2 else [f"L-{number - 2}"])]
            self._wait(f"the cancels of {', '.join(gone)}", *map(_cancel, gone))
        self.turns += 1

    def finish(self) -> None:
        """Wait for what takes longer: vehicles that passed before they were listed."""
        for number in range(self._listed_late(self.turns - 1)):
            self._wait(f"the alert about an earlier read, S-{number}", _raised(f"S-{number}"))

    def _unlisted(self, number: int, at: datetime) -> None:
        site, scene = self._site, self._scenes.of(number)
        put_picture(site.gate / f"{number:04d}-stranger.jpg", scene.stranger.picture, at)
        if number % 3 == 0:
            put_bytes(site.lane / f"{number:04d}-broken.jpg", b"\xff\xd8\xff\xe0 no picture", at)
        if number % 3 == 1:
            put_bytes(site.lane / f"{number:04d}-clip.mp4", self._scenes.clip.read_bytes(), at)

    def _change_lists(self, number: int) -> None:
        scenes, recent = self._scenes, range(max(number - 1, 0), number + 1)
        name = f"{number:04d}.csv"
        dropped = self._site.drop / name
        text = "".join(_row(scenes.of(n).county, f"F-{n}") for n in recent)
        put_bytes(dropped, (_HEADINGS + text).encode(), self._dated(number))
        self._import("regional", [_row(scenes.of(n).local, f"L-{n}") for n in recent], number)
        if number % _HISTORY_EVERY == 1:
            known = range(self._listed_late(number))
            self._import("past", [_row(scenes.of(n).stranger, f"S-{n}") for n in known], number)
        self._until(f"the import of {name}", lambda: (self._site.drop / "imported" / "county" / name).exists())

    def _listed(self, number: int, at: datetime) -> None:
        gate, lane, scene, fixed = self._site.gate, self._site.lane, self._scenes.of(number), self._scenes.fixed
        second = timedelta(seconds=1)
        put_picture(gate / f"{number:04d}-twice-1.jpg", fixed[2].picture, at, blurred=True)
        put_picture(gate / f"{number:04d}-twice-2.jpg", fixed[2].picture, at + second)
        put_picture(gate / f"{number:04d}-twice-3.jpg", fixed[2].picture, at + 2 * second)
        put_picture(gate / f"{number:04d}-county.jpg", scene.county.picture, at + 3 * second)
        put_picture(gate / f"{number:04d}-last.jpg", fixed[0].picture, at + 4 * second)
        put_picture(lane / f"{number:04d}-local.jpg", scene.local.picture, at)
        put_picture(lane / f"{number:04d}-last.jpg", fixed[1].picture, at + 4 * second)

    def _alerts_of(self, number: int, at: datetime) -> list[Callable[[dict[str, Any]], bool]]:
        later = at + timedelta(seconds=4)
        posted = [] if self._extra is None else [_raised(case) for case in self._extra.cases(number)]
        return [_raised(f"L-{number}"), _raised(f"F-{number}"), _raised(_GATE, later), _raised(_LANE, later), *posted]

    def _listed_late(self, number: int) -> int:
        """Return how many vehicles, the first ones, are on the list of those that had passed before."""
        return max((number - 1) // _HISTORY_EVERY * _HISTORY_EVERY + 1, 0)

    def _import(self, name: str, rows: list[str], number: int) -> None:
        path = self._site.lists / f"{name}-{number:04d}.csv"
        put_bytes(path, (_HEADINGS + "".join(rows)).encode(), self._dated(number))
        self._person.give("import", "hotlist", "import", "--source", "csv", "--name", name, str(path))

    def _dated(self, number: int) -> datetime:
        """Return the date of a turn's lists: each is newer than the one before, and none so old that it is late."""
        return self._dates + timedelta(seconds=number)

    def _wait(self, what: str, *wanted: Callable[[dict[str, Any]], bool]) -> None:
        self._until(what, lambda: all(self._listener.wait(one, _LOOK_SECONDS) for one in wanted))

    def _until(self, what: str, is_there: Callable[[], bool]) -> None:
        calm_since: float | None = None
        while not is_there():
            time.sleep(_LOOK_SECONDS / 4)
            if calm_since is None and self._is_calm():
                calm_since = time.monotonic()
            if calm_since is not None and time.monotonic() > calm_since + self._patience:
                raise Hung(f"{what} did not come within {self._patience:g} s after the last strike")


def _row(vehicle: Vehicle, case: str) -> str:
    return f"{vehicle.plate},{vehicle.state},stolen_vehicle,{case}\n"


def _raised(case: str, at: datetime | None = None) -> Callable[[dict[str, Any]], bool]:
    return lambda alert: (
        alert["entry"]["case_number"] == case
        and alert["type"] == "alert"
        and (at is None or datetime.fromisoformat(alert["read"]["captured_at"]) == at)
    )


def _cancel(case: str) -> Callable[[dict[str, Any]], bool]:
    return lambda alert: alert["entry"]["case_number"] == case and alert["type"] == "cancel"
