"""The stage that knows why a car reads nothing: for its officer's page, the log, the health file and the audit."""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from ingest.view.lens import is_dark_lens
from pipeline.patrol.car import Car
from pipeline.patrol.leaving_out import OWN_PLATE
from pipeline.patrol.lists.ages import ListAges
from pipeline.patrol.states import CameraFacts, CarFacts, states_of
from pipeline.stages.stage import SteppedStage
from schemas.errors import InvalidInput
from schemas.events import AlarmKind, Noted
from schemas.health import CameraHealth, CarStateHealth
from schemas.settings import CameraBase, StreamCamera
from schemas.types import CarState, StateKind

log = logging.getLogger(__name__)

STEP_SECONDS = 1.0
DARK_PICTURES = 2
"""Pictures, one a minute, on which nothing is to be seen until the lens counts as dark: a tunnel is shorter."""
_QUIET = frozenset({StateKind.OWN_PLATES})
"""What always stands where it is set up: no news."""

Note = Callable[[Noted, str], None]


class StateStage(SteppedStage):
    """Looks once a second what keeps the car from reading.

    Args:
        car: What the car's stages share.
        note: Has a change written down in the server's audit, with words for people.
        now: The present, aware.
        free: Returns how many bytes of the disk are free.
    """

    name = "states"
    trouble = "whether the car reads is not known"

    def __init__(
        self,
        car: Car,
        note: Note = lambda _, __: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        free: Callable[[], int] | None = None,
    ) -> None:
        super().__init__()
        self._car, self._note, self._now = car, note, now
        self._free = free or (lambda: shutil.disk_usage(car.settings.data_dir).free)
        self._since = now()
        self._ages = None if car.sealed is None else ListAges(car.settings, car.patrol, car.sealed.lists, now)
        self._dark: Counter[str] = Counter()
        self._standing: dict[tuple[StateKind, str], tuple[CarState, datetime]] = {}
        self._seconds: defaultdict[tuple[StateKind, str], float] = defaultdict(float)
        self._stepped_at: float | None = None
        self._states: tuple[CarState, ...] = ()

    def states(self) -> Sequence[CarState]:
        """Return what keeps the car from reading now; from any thread."""
        return self._states

    def step(self, stop: threading.Event) -> float:
        """Look, and tell what changed."""
        self._look_at_lenses()
        now, states = self._now(), states_of(self._facts())
        self._count()
        found = {(one.kind, one.subject): one for one in states}
        for key, one in found.items():
            if key not in self._standing and one.kind not in _QUIET:
                self._begun(one)
        for key, (one, _) in list(self._standing.items()):
            if key not in found:
                del self._standing[key]
                if one.kind not in _QUIET:
                    self._ended(one)
        for key, one in found.items():
            self._standing[key] = (one, self._standing[key][1] if key in self._standing else now)
        self._states = states
        self._car.board.car_states = self._health()
        return STEP_SECONDS

    def _facts(self) -> CarFacts:
        car, now = self._car, self._now()
        track, sealed = car.whereabouts.track, car.sealed
        last = None if track is None else track.last
        known = {one.camera_id: one for one in car.board.cameras()}
        return CarFacts(
            now=now,
            since=self._since,
            cameras=[self._camera(one, known.get(one.id)) for one in car.settings.cameras],
            has_gps=car.settings.gps is not None,
            fix_at=None if last is None else last.at,
            no_fix_after=timedelta(minutes=car.patrol.no_fix_minutes),
            area=None if track is None else car.leaving_out.area_of(track.at(now)),
            are_open=sealed is None or sealed.lists.is_unlocked,
            lists=1 if sealed is None else len(sealed.lists.here()),
            red={} if self._ages is None else self._ages.red(),
            free=self._free(),
            least_free=int(car.settings.images.keep_free_gigabytes * (1 << 30)),
            is_spool_full=car.uploads.used_bytes() >= int(car.patrol.spool_megabytes * (1 << 20)),
            own_plates=len(car.patrol.own_plates),
            left_out=car.leaving_out.counts().get(OWN_PLATE, 0),
        )

    def _camera(self, camera: CameraBase, known: CameraHealth | None) -> CameraFacts:
        """Return what is known of a configured camera; nothing where its stage has not begun."""
        return CameraFacts(
            camera.id,
            is_live=isinstance(camera, StreamCamera),
            problem=None if known is None else known.problem,
            last_frame_at=None if known is None else known.last_frame_at,
            is_dark=self._dark[camera.id] >= DARK_PICTURES,
        )

    def _look_at_lenses(self) -> None:
        for camera_id, (_, picture) in self._car.board.take_pictures().items():
            try:
                self._dark[camera_id] = self._dark[camera_id] + 1 if is_dark_lens(picture) else 0
            except InvalidInput:
                continue  # recognition counts damaged ones

    def _begun(self, one: CarState) -> None:
        log.warning("the car %s: %s", "reads nothing" if one.stops else "reads on", one.words)
        if one.kind is StateKind.DARK_LENS:
            self._car.board.raised(AlarmKind.CAMERA_VIEW, one.subject, one.words)
        self._note(Noted.NOT_READING, one.words if one.stops else f"reads on: {one.words}")

    def _ended(self, one: CarState) -> None:
        log.info("over: %s", one.words)
        if one.kind is StateKind.DARK_LENS:
            self._car.board.cleared(AlarmKind.CAMERA_VIEW, one.subject)
        self._note(Noted.READING, f"over: {one.brief}")

    def _count(self) -> None:
        now = time.monotonic()
        if self._stepped_at is not None:
            for key in self._standing:
                self._seconds[key] += now - self._stepped_at
        self._stepped_at = now

    def _health(self) -> tuple[CarStateHealth, ...]:
        """Return what stood since the start, for how many seconds together, and what stands now since when."""
        counted = []
        for kind, subject in sorted({*self._seconds, *self._standing}):
            standing = self._standing.get((kind, subject))
            counted.append(
                CarStateHealth(
                    kind=kind.value,
                    subject=subject,
                    seconds=round(self._seconds[kind, subject], 1),
                    since=None if standing is None else standing[1],
                    words="" if standing is None else standing[0].words,
                    stops=standing is not None and standing[0].stops,
                )
            )
        return tuple(counted)
