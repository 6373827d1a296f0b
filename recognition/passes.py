"""What is followed in one sequence becomes passes: each vehicle once, early while it is in view, and finished."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from recognition.apart import LookClosely
from recognition.reading.fusion import MIN_CHARACTERS, FusedRead
from recognition.reading.ocr import PlateOcr
from recognition.reads import Origin, Seen, plate_read
from recognition.results import VehiclePass
from recognition.states.plate_states import NameState
from recognition.tracking.again import HandedOn
from recognition.tracking.early import EARLY_REVISION, claim_early, is_sure_early
from recognition.tracking.faint import FaintTracks
from recognition.tracking.moving import CLEAR, may_be_part
from recognition.tracking.pace import Pace
from recognition.tracking.same_vehicle import AGAIN_WINDOW, REPORT_AFTER, same_vehicle
from recognition.tracking.track import Track
from schemas.settings import TrackingSettings
from schemas.types import PlateRead


class Passes:
    """Judges tracks: which are pieces of one pass, which are no plate, and when a pass is over. One thread at a time.

    Args:
        settings: Limits.
        ocr: Reads plates.
        origin: What every read of the sequence shares.
        pace: How the frames follow one another.
        counts: What became of frames and tracks; added to.
        active: The tracks in view, by number, as the sequence goes on.
        faint: The tracks of what was only faintly detected.
        name_state: Names the state of a pass; None: it is not asked for.
        look_closely: Tells one plate from two in one box; None: it is not asked.
        reports_early: Hand on what is read surely while it is in view, too.
        moves: The camera is on a vehicle.
    """

    def __init__(
        self,
        settings: TrackingSettings,
        ocr: PlateOcr,
        origin: Origin,
        pace: Pace,
        counts: Counter[str],
        active: Mapping[int, Track],
        faint: FaintTracks,
        *,
        name_state: NameState | None,
        look_closely: LookClosely | None,
        reports_early: bool,
        moves: bool,
    ) -> None:
        self.ended: list[Track] = []
        """Tracks out of view that are not handed on yet: they may be seen again."""
        self._settings = settings
        self._ocr = ocr
        self._origin = origin
        self._pace = pace
        self._counts = counts
        self._active = active
        self._faint = faint
        self._name_state = name_state
        self._look_closely = look_closely
        self._reports_early = reports_early
        self._moves = moves
        self._handed_on = HandedOn() if moves else None
        self._max_gap = timedelta(seconds=settings.max_gap_seconds)

    def end(self, track: Track) -> None:
        """Take in a track that went out of view, as a part of the earlier piece of its pass if there is one."""
        for earlier in self.ended:
            if self._same(earlier, track):
                earlier.absorb(track)
                self._counts["merged"] += 1
                return
        self.ended.append(track)

    def due(self, now: datetime) -> list[VehiclePass]:
        """Return the passes that are complete, and those that are reported early.

        Args:
            now: When the newest frame was captured.
        """
        return [*self._long(now), *self._over(now), *self._early()]

    def rest(self) -> list[VehiclePass]:
        """Return all passes that are left when the sequence is over."""
        return self._over(None)

    def _early(self) -> Iterable[VehiclePass]:
        """Hand on what is in view and read surely, once; the finished pass comes under the same id."""
        if not self._reports_early or self._pace.is_time_lapse:
            return
        for track in self._active.values():
            others = [other for other in self._active.values() if other is not track]
            if track.frame_count < self._pace.least_sightings or not is_sure_early(track, self._settings):
                continue
            if self._was_handed_on(track, track.believed()):
                track.reported = True
                self._counts["merged"] += 1
            elif not (self._moves and may_be_part(track.believed())) and claim_early(
                track, self.ended, others, self._pace.merge_window, moves=self._moves
            ):
                self._counts["early"] += 1
                vehicle = self._pass(track, track.believed())
                read = dataclasses.replace(vehicle.read, revision=EARLY_REVISION, is_final=False)
                yield dataclasses.replace(vehicle, read=read)

    def _long(self, now: datetime) -> Iterable[VehiclePass]:
        # Between frames that are far apart no track stays active.
        for track in [*self._active.values(), *(self.ended if self._pace.is_time_lapse else ())]:
            if not track.reported and now - track.first_seen > REPORT_AFTER:
                yield from self._report(track)
                track.reported = True

    def _over(self, now: datetime | None) -> list[VehiclePass]:
        """Hand on the passes that nothing can be added to; all of them when there is no `now`."""
        wait = self._max_gap + self._pace.merge_window
        due = [track for track in self.ended if now is None or now - track.last_seen > wait]
        passes: list[VehiclePass] = []
        for track in due:
            self.ended.remove(track)
            later = next((active for active in self._active.values() if self._same(track, active)), None)
            if later is not None:
                # It is in view again: the rest of the pass is still to come.
                later.absorb(track)
                self._counts["merged"] += 1
            else:
                passes.extend(self._report(track) if not track.reported else ())
                passes.extend(self._finish_orphans(track))
            track.part()
            if track.reported and self._handed_on is not None:
                self._handed_on.note(track, track.believed().plate)
            if track.reported:
                self._faint.forget(track, self._pace.merge_window)
        passes.extend(self._faintly_seen(now, wait))
        return sorted(passes, key=lambda vehicle: (vehicle.read.first_seen, vehicle.read.track_number))

    def _same(self, earlier: Track, later: Track) -> bool:
        # Reading takes a hundred times as long as comparing times.
        window = self._pace.merge_window
        if later.first_seen - earlier.last_seen > (max(window, AGAIN_WINDOW) if self._moves else window):
            return False
        texts = earlier.read(self._ocr), later.read(self._ocr)
        return same_vehicle(earlier, texts[0], later, texts[1], window, moves=self._moves)

    def _faintly_seen(self, now: datetime | None, wait: timedelta) -> Iterable[VehiclePass]:
        """Hand on the passes of plates that were only faintly detected and read as plates."""
        least = self._pace.least_sightings
        known = [track for track in [*self._active.values(), *self.ended] if track.frame_count >= least]
        for track, fused in self._faint.passes(now, wait, self._pace.merge_window, known):
            if fused.confidence < self._settings.min_confidence or (self._moves and may_be_part(fused)):
                continue
            if not self._was_handed_on(track, fused):
                self._counts["reads"] += 1
                yield self._pass(track, fused)

    def _report(self, track: Track) -> list[VehiclePass]:
        if track.identity is not None:
            # What was reported early is finished, whatever it is now.
            return [self._reported(track, self._read_last(track))]
        least = self._pace.least_sightings
        first = self._faint.beside(track.number)
        if track.frame_count < least:
            if first is None or track.frame_count + first.frame_count < least:
                self._counts["too_few_frames"] += 1
                return []
            track.absorb(first)
            if track.read_faint(self._ocr) is None:
                self._counts["too_few_frames"] += 1
                return []
        fused = self._read_last(track)
        if len(fused.plate) < MIN_CHARACTERS:
            self._counts["not_a_plate"] += 1
            return []
        is_half_seen = self._moves and may_be_part(fused) and track.detected < CLEAR
        if fused.confidence < self._settings.min_confidence or is_half_seen:
            self._counts["too_unsure"] += 1
            return []
        if self._is_behind(track, fused):
            self._counts["behind_others"] += 1
            return []
        if self._was_handed_on(track, fused):
            track.reported = True
            self._counts["merged"] += 1
            return []
        return [self._reported(track, fused)]

    def _was_handed_on(self, track: Track, fused: FusedRead) -> bool:
        """Tell whether a track goes on with a pass that was handed on before, from a camera that moves."""
        return self._handed_on is not None and self._handed_on.holds(track, fused.plate)

    def _reported(self, track: Track, fused: FusedRead) -> VehiclePass:
        self._counts["reads"] += 1
        track.reported = True
        return self._pass(track, fused)

    def _finish_orphans(self, track: Track) -> list[VehiclePass]:
        """Finish what was reported early and has turned out to be a part of this pass: nothing stays unfinished."""
        orphans, own = track.orphans, track.identity
        passes = []
        for track.identity in orphans:
            passes.append(self._pass(track, self._read_last(track)))
        track.identity, track.orphans = own, []
        return passes

    def _is_behind(self, track: Track, fused: FusedRead) -> bool:
        """Tell whether a plate is mounted over this one: that one is whole, so it reads more surely."""
        rivals = [other for other in track.over_or_under if other.frame_count >= self._pace.least_sightings]
        return track.behind or any(
            other.reported or self._read_last(other).confidence > fused.confidence for other in rivals
        )

    def _read_last(self, track: Track) -> FusedRead:
        return track.read_last(self._ocr, self._look_closely)

    def _pass(self, track: Track, fused: FusedRead) -> VehiclePass:
        best = track.best
        return VehiclePass(self._plate_read(track, fused), best.picture, track.context_picture, best.confidence)

    def _plate_read(self, track: Track, fused: FusedRead) -> PlateRead:
        best = track.best
        seen = Seen(
            number=track.number,
            first_seen=track.first_seen,
            last_seen=track.last_seen,
            captured_at=best.captured_at,
            box=best.box,
            detection_confidence=best.confidence,
            frame_count=track.frame_count,
            identity=track.own_identity,
        )
        state = self._name_state(best.picture, best.inner, fused) if self._name_state else None
        return plate_read(self._origin, seen, fused, state)
