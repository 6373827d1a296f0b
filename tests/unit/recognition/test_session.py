"""One read per vehicle pass: scripted plates stand in for the detector and the reader."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from recognition.reading.readings import result_from
from recognition.reads import Origin
from recognition.results import RecognitionStats, VehiclePass
from recognition.session import RecognitionSession
from recognition.tracking.attention import Look
from schemas.errors import InvalidInput
from schemas.settings import TrackingSettings
from schemas.types import Box, Frame, Image, OcrResult, PlateDetection, ReaderVersion

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_"
START = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
RATE = 10


class Plate:
    """A plate 60 pixels wide that is in view from `start` to `end` (frame numbers) and moves by `step` a frame."""

    def __init__(
        self,
        texts: str | Sequence[str],
        start: int,
        end: int,
        at: tuple[float, float] = (100, 100),
        step: tuple[float, float] = (5, 0),
        *,
        sure: float = 0.98,
        width: float = 60,
        hidden: range = range(0),
    ) -> None:
        self.texts = [texts] if isinstance(texts, str) else list(texts)
        self.start, self.end, self.at, self.step = start, end, at, step
        self.sure, self.width, self.hidden = sure, width, hidden

    def box(self, number: int) -> Box | None:
        if not self.start <= number < self.end or number in self.hidden:
            return None
        x = self.at[0] + self.step[0] * (number - self.start)
        y = self.at[1] + self.step[1] * (number - self.start)
        return Box(x, y, x + self.width, y + self.width / 3)


class Scene:
    """Paints each plate in its own shade, detects it where the script says and reads it by its shade."""

    def __init__(self, *plates: Plate, rate: float = RATE) -> None:
        self.plates = plates
        self.rate = rate

    def frame(self, number: int) -> Frame:
        image = np.zeros((400, 1200, 3), np.uint8)
        image[0, 0] = (number % 256, number // 256, 0)
        for shade, plate in enumerate(self.plates, start=1):
            box = plate.box(number)
            if box is not None:
                image[int(box.y1) : int(box.y2) + 1, int(box.x1) : int(box.x2) + 1] = (
                    shade,
                    number % 256,
                    number // 256,
                )
        return Frame("gate", "a.mp4", number, START + timedelta(seconds=number / self.rate), image)

    def detect(self, image: Image, region: Box | None = None) -> list[PlateDetection]:
        number = int(image[0, 0, 0]) + 256 * int(image[0, 0, 1])
        return [PlateDetection(box, 0.9) for plate in self.plates if (box := plate.box(number)) is not None]

    def read_plates(self, pictures: Sequence[tuple[Image, Box]], *, second_look: bool = False) -> list[OcrResult]:
        return [self._read(picture, box) for picture, box in pictures]

    def _read(self, picture: Image, box: Box) -> OcrResult:
        shade, low, high = picture[int((box.y1 + box.y2) / 2), int((box.x1 + box.x2) / 2)]
        plate = self.plates[shade - 1]
        text = plate.texts[(int(low) + 256 * int(high)) % len(plate.texts)]
        probabilities = np.full((9, 37), (1 - plate.sure) / 36, np.float32)
        for slot, character in enumerate(text.ljust(9, "_")):
            probabilities[slot, ALPHABET.index(character)] = plate.sure
        return result_from(probabilities, ALPHABET, "_")

    def session(self, *, moves: bool = False, **settings: float) -> RecognitionSession:
        origin = Origin("gate", "pd", "a.mp4", ReaderVersion("platewatch", "test"))
        limits = TrackingSettings(**{"detect_every": 1, "motion_gate": False, **settings})  # type: ignore[arg-type]
        return RecognitionSession(limits, self.detect, self, origin, moves=moves)  # type: ignore[arg-type]

    def play(self, frames: int, **settings: float) -> tuple[list[VehiclePass], RecognitionStats]:
        session = self.session(**settings)
        passes = [vehicle for number in range(frames) for vehicle in session.process(self.frame(number))]
        return [*passes, *session.finish()], session.stats


def seconds(moment: datetime) -> float:
    return (moment - START).total_seconds()


def test_one_vehicle_is_one_read_with_its_times_and_pictures() -> None:
    (vehicle,), stats = Scene(Plate("ABC1234", 5, 25)).play(60)
    read = vehicle.read
    assert read.plate == "ABC1234"
    assert read.confidence > 0.9
    assert (seconds(read.first_seen), seconds(read.last_seen)) == (0.5, 2.4)
    assert read.first_seen <= read.captured_at <= read.last_seen
    assert (read.frame_count, read.track_number, read.camera_id, read.agency_id) == (20, 1, "gate", "pd")
    assert read.reader.version == "test"
    assert read.box is not None
    assert vehicle.context_picture.shape == (400, 1200, 3)
    # The context is the best frame itself: the plate stands in it where the read says.
    assert vehicle.context_picture[int(read.box.y1) + 5, int(read.box.x1) + 5, 0] == 1
    # Three tenths of its height are kept around it.
    assert vehicle.plate_picture.shape[:2] == (20 + 2 * 6, 60 + 2 * 6)
    assert stats == RecognitionStats(frames=60, looks=60, detections=20, reads=1)


def test_a_replay_makes_the_same_reads_with_the_same_ids() -> None:
    scene = Scene(Plate("ABC1234", 5, 25), Plate("XYZ9876", 10, 40, at=(600, 300)))
    first, second = scene.play(80)[0], scene.play(80)[0]
    assert [vehicle.read for vehicle in first] == [vehicle.read for vehicle in second]
    assert len({vehicle.read.read_id for vehicle in first}) == 2


def test_vehicles_side_by_side_are_kept_apart() -> None:
    scene = Scene(Plate("ABC1234", 0, 30, at=(100, 100)), Plate("XYZ9876", 0, 30, at=(320, 100)))
    assert sorted(vehicle.read.plate for vehicle in scene.play(60)[0]) == ["ABC1234", "XYZ9876"]


@pytest.mark.parametrize("step", [0, 30, 60])
def test_slow_and_fast_plates_are_followed_between_detections(step: int) -> None:
    scene = Scene(Plate("ABC1234", 0, 12, at=(100, 100), step=(step, 0)))
    (vehicle,), stats = scene.play(60, detect_every=2)
    assert vehicle.read.frame_count == 6
    assert stats.merged == 0


def test_a_plate_hidden_for_a_moment_is_one_pass() -> None:
    scene = Scene(Plate("ABC1234", 0, 40, hidden=range(10, 28)))
    (vehicle,), stats = scene.play(100)
    assert (seconds(vehicle.read.first_seen), seconds(vehicle.read.last_seen)) == (0.0, 3.9)
    assert vehicle.read.frame_count == 22
    assert stats.merged == 1


def test_a_plate_misread_after_it_was_hidden_is_still_one_pass() -> None:
    scene = Scene(
        Plate("ABC1234", 0, 20, step=(0, 0)),
        Plate("A8C1234", 32, 36, step=(0, 0), sure=0.7),
        Plate("XBC999", 0, 5, at=(900, 9)),
    )
    passes, _ = scene.play(100)
    assert [vehicle.read.plate for vehicle in passes] == ["XBC999", "ABC1234"]


def test_the_same_vehicle_a_minute_later_is_another_pass() -> None:
    passes, _ = Scene(Plate("ABC1234", 0, 20), Plate("ABC1234", 600, 620)).play(700)
    assert [vehicle.read.track_number for vehicle in passes] == [1, 2]
    assert passes[0].read.read_id != passes[1].read.read_id


def test_a_read_is_handed_on_soon_after_the_vehicle_is_gone() -> None:
    scene = Scene(Plate("ABC1234", 0, 20))
    session = scene.session()
    done = next(number for number in range(200) if session.process(scene.frame(number)))
    assert 20 < done <= 20 + 3.2 * RATE
    assert session.finish() == []


def test_a_parked_vehicle_is_reported_once_while_it_stays() -> None:
    scene = Scene(Plate("ABC1234", 0, 900, step=(0, 0), hidden=range(500, 515)))
    session = scene.session()
    reported = [number for number in range(1000) for _ in session.process(scene.frame(number))]
    assert session.finish() == []
    assert len(reported) == 1
    assert 300 <= reported[0] <= 310


def test_memory_is_bounded_while_a_vehicle_stays() -> None:
    scene = Scene(Plate("ABC1234", 0, 250, step=(0, 0)))
    session = scene.session()
    for number in range(250):
        session.process(scene.frame(number))
    (track,) = session._active.values()
    assert len(track.observations) == 12
    assert track.frame_count == 250


def test_what_is_not_handed_on_is_counted() -> None:
    scene = Scene(
        Plate("FLASH11", 3, 4, at=(900, 20)),
        Plate("X", 0, 20, at=(100, 100)),
        Plate("DIRTY12", 0, 20, at=(100, 200), sure=0.3),
        Plate("FAR1234", 0, 20, at=(100, 300), width=20),
    )
    passes, stats = scene.play(60)
    assert passes == []
    assert (stats.too_few_frames, stats.not_a_plate, stats.too_unsure, stats.too_narrow) == (1, 1, 1, 20)


def test_frames_that_disagree_are_outvoted() -> None:
    scene = Scene(Plate(["ABC1234", "ABC1234", "ABC1234", "A8C1234", "ABC1Z34"], 0, 30))
    (vehicle,), _ = scene.play(60)
    assert vehicle.read.plate == "ABC1234"


def bright(scene: Scene, number: int) -> Frame:
    """A frame in which a vehicle stands out from the road around every plate of the script."""
    frame = scene.frame(number)
    for plate in scene.plates:
        box = plate.box(number)
        if box is not None:
            x, y = int(box.x1), int(box.y1)
            body = frame.image[max(y - 60, 1) : y, x : x + int(plate.width)]
            body[...] = 200
    return frame


def watch(scene: Scene, frames: int, **settings: float) -> tuple[list[VehiclePass], RecognitionStats]:
    """Play a scene with the motion gate."""
    session = scene.session(**{"motion_gate": True, **settings})
    passes = [vehicle for number in range(frames) for vehicle in session.process(bright(scene, number))]
    return [*passes, *session.finish()], session.stats


def test_with_the_motion_gate_the_same_vehicles_come_out_of_fewer_looks() -> None:
    scene = Scene(Plate("ABC1234", 5, 45), Plate("XYZ9876", 10, 60, at=(600, 300)), Plate("HJR6142", 90, 115))
    passes, stats = watch(scene, 200)
    assert [vehicle.read.plate for vehicle in passes] == ["ABC1234", "XYZ9876", "HJR6142"]
    assert stats.looks < 80
    assert all(vehicle.read.frame_count >= 4 for vehicle in passes)


def test_a_parked_plate_is_read_though_nothing_moves() -> None:
    # It is there in the first frame; or it appears in so little contrast that only a forced look finds it.
    for start in (0, 7):
        (vehicle,), stats = watch(Scene(Plate("ABC1234", start, 150, step=(0, 0))), 150)
        assert vehicle.read.plate == "ABC1234"
        assert seconds(vehicle.read.last_seen) >= 14.0
        assert stats.looks < 40


def test_reading_stops_when_the_text_is_sure_and_goes_on_while_it_is_not() -> None:
    def readings(texts: Sequence[str], sure: float) -> int:
        scene = Scene(Plate(texts, 0, 40, sure=sure))
        read: list[int] = []
        known = scene.read_plates
        scene.read_plates = lambda pictures: read.append(len(pictures)) or known(pictures)  # type: ignore
        ((vehicle,), _) = watch(scene, 80)
        assert vehicle.read.plate == texts[0]
        return sum(read)

    assert readings(["ABC1234"], 0.999) == 3
    assert readings(["ABC1234", "ABC1234", "A8C1234"], 0.9) > 6


def test_a_replay_with_the_motion_gate_makes_the_same_reads() -> None:
    scene = Scene(Plate("ABC1234", 5, 45), Plate("XYZ9876", 10, 60, at=(600, 300)))
    first, second = watch(scene, 100)[0], watch(scene, 100)[0]
    assert [vehicle.read for vehicle in first] == [vehicle.read for vehicle in second]


def test_frames_may_change_their_size_and_lose_their_color() -> None:
    scene = Scene(Plate("ABC1234", 0, 30))
    session = scene.session(motion_gate=True)
    for number in range(20):
        session.process(bright(scene, number))
    for number in range(20, 23):
        session.process(dataclasses.replace(scene.frame(number), image=np.zeros((200, 300), np.uint8)))
        session.process(dataclasses.replace(scene.frame(number), image=np.zeros((90, 160, 4), np.uint8)))
    (vehicle,) = session.finish()
    assert vehicle.read.plate == "ABC1234"
    with pytest.raises(InvalidInput, match="without a pixel"):
        session.process(dataclasses.replace(scene.frame(26), image=np.zeros((0, 300, 3), np.uint8)))


@pytest.mark.parametrize(("rate", "gated"), [(1, False), (2, False), (5, False), (8, False), (1, True), (2, True)])
@pytest.mark.parametrize("start", [10, 11])
def test_a_vehicle_in_three_frames_of_a_slow_video_is_read_whatever_their_numbers(
    rate: float, start: int, gated: bool
) -> None:
    scene = Scene(Plate("ABC1234", start, start + 3, step=(150, 0)), rate=rate)
    (vehicle,), _ = scene.play(30, detect_every=2, motion_gate=gated)
    assert (vehicle.read.plate, vehicle.read.frame_count) == ("ABC1234", 3)
    assert seconds(vehicle.read.last_seen) == pytest.approx((start + 2) / rate)


@pytest.mark.parametrize("gap", [1.5, 2, 5, 30, 600])
@pytest.mark.parametrize("frames", [1, 2, 12])
def test_a_plate_in_frames_far_apart_is_one_read(gap: float, frames: int) -> None:
    scene = Scene(Plate("ABC1234", 3, 3 + frames, step=(0, 0)), rate=1 / gap)
    (vehicle,), _ = scene.play(20, detect_every=2, motion_gate=True)
    assert vehicle.read.plate == "ABC1234"
    assert seconds(vehicle.read.first_seen) == pytest.approx(3 * gap)


def test_vehicles_that_stand_at_one_place_in_frames_far_apart_are_kept_apart() -> None:
    scene = Scene(
        Plate("ABC1234", 2, 4, step=(0, 0)),
        Plate("XYZ9876", 4, 5, step=(0, 0)),
        Plate("KLM5555", 5, 7, step=(0, 0)),
        rate=0.2,
    )
    assert [vehicle.read.plate for vehicle in scene.play(12)[0]] == ["ABC1234", "XYZ9876", "KLM5555"]


def test_a_parked_plate_in_frames_far_apart_is_reported_while_it_stands() -> None:
    scene = Scene(Plate("ABC1234", 0, 40, step=(0, 0)), rate=0.2)
    session = scene.session()
    first = next(number for number in range(40) if session.process(scene.frame(number)))
    assert first * 5 <= 45
    rest = [vehicle for number in range(first + 1, 60) for vehicle in session.process(scene.frame(number))]
    assert [*rest, *session.finish()] == []


@pytest.mark.parametrize("rate", [10, 12.5, 15, 25, 30])
def test_at_usual_rates_frames_are_left_out_by_number_and_one_sighting_is_noise(rate: float) -> None:
    scene = Scene(Plate("ABC1234", 0, 12), Plate("XYZ9876", 20, 21, at=(100, 300)), rate=rate)
    (vehicle,), stats = scene.play(60, detect_every=2)
    assert (vehicle.read.frame_count, stats.looks, stats.too_few_frames) == (6, 30, 1)


def test_a_pause_makes_no_slow_video() -> None:
    scene = Scene(Plate("ABC1234", 0, 40, step=(0, 0)))
    session = scene.session(detect_every=2)
    passes = []
    for number in range(40):
        frame = scene.frame(number)
        pause = timedelta(seconds=3 if number >= 20 else 0)
        passes += session.process(dataclasses.replace(frame, captured_at=frame.captured_at + pause))
    (vehicle,) = [*passes, *session.finish()]
    assert vehicle.read.frame_count == 20


@pytest.mark.parametrize(("least", "reads"), [(60, 1), (61, 0)])
def test_a_plate_as_wide_as_has_to_be_is_read(least: int, reads: int) -> None:
    passes, stats = Scene(Plate("ABC1234", 0, 20)).play(40, min_plate_width=least)
    assert (len(passes), stats.too_narrow) == (reads, 0 if reads else 20)


def test_two_cars_of_a_fleet_in_a_row_are_told_apart_from_a_driving_car() -> None:
    """Serials in order, the second coming in view near where the first is about to leave it."""
    row = [Plate(f"GVM201{n}", 8 * n, 8 * n + 12, at=(280, 100), step=(-20, 0)) for n in range(2)]
    session = Scene(*row).session(moves=True)
    passes = [vehicle for number in range(120) for vehicle in session.process(Scene(*row).frame(number))]
    assert [one.read.plate for one in [*passes, *session.finish()]] == ["GVM2010", "GVM2011"]


def test_a_vehicle_that_is_hidden_for_a_moment_is_one_pass_from_a_driving_car() -> None:
    hidden = Scene(Plate("ABC1234", 5, 60, step=(8, 0), hidden=range(20, 34)))
    session = hidden.session(moves=True)
    passes = [vehicle for number in range(120) for vehicle in session.process(hidden.frame(number))]
    (vehicle,) = [*passes, *session.finish()]
    assert (vehicle.read.plate, vehicle.read.frame_count) == ("ABC1234", 41)


def test_what_is_detected_at_the_limit_is_not_surely_detected() -> None:
    for limit, reads in ((0.9, 0), (0.8999, 1)):
        scene = Scene(Plate("ABC1234", 0, 20))
        known = scene.session()
        session = RecognitionSession(
            known._settings,
            scene.detect,
            scene,  # type: ignore[arg-type]
            known._passes._origin,
            sure_above=limit,
        )
        passes = [one for number in range(60) for one in session.process(scene.frame(number))]
        assert len([*passes, *session.finish()]) == reads
        assert session.stats == RecognitionStats(frames=60, looks=60, detections=20 * reads, reads=reads)


def test_with_the_motion_gate_the_part_that_moves_is_looked_at() -> None:
    scene = Scene(Plate("ABC1234", 3, 20, at=(500, 200), step=(10, 0)))
    looked: list[tuple[int, Box | None]] = []
    real = scene.detect

    def detect(image: Image, region: Box | None = None) -> list[PlateDetection]:
        looked.append((int(image[0, 0, 0]), region))
        return real(image, region)

    scene.detect = detect  # type: ignore[method-assign]
    (vehicle,), stats = watch(scene, 20)
    assert vehicle.read.frame_count == 3 + len([n for n, _ in looked if n > 5])
    assert stats.looks == len(looked)
    assert looked[0] == (0, None)
    for number, region in looked[1:4]:
        assert region is not None
        place = scene.plates[0].box(number)
        assert place is not None
        assert region.x1 <= place.x1
        assert place.x2 <= region.x2
        assert region.width < 700


def test_what_stands_still_stays_in_view_while_looks_go_elsewhere() -> None:
    parked, passing = Plate("ABC1234", 0, 50, (100, 330), (0, 0)), Plate("XYZ9876", 5, 50, (500, 100), (10, 0))
    scene = Scene(parked, passing)
    real, regions = scene.detect, []

    def detect(image: Image, region: Box | None = None) -> list[PlateDetection]:
        regions.append(region)
        return [one for one in real(image) if Look(region).covers(one.box)]

    scene.detect = detect  # type: ignore[method-assign]
    passes, stats = watch(scene, 50, forced_look_seconds=30)
    # Its place is not among what is looked at, for longer than a plate may be out of view.
    assert sum(region is not None and not Look(region).covers(Box(100, 330, 160, 350)) for region in regions) > 5
    assert [one.read.plate for one in passes] == ["ABC1234", "XYZ9876"]
    assert seconds(passes[0].read.last_seen) == 4.9
    assert (stats.merged, stats.reads) == (0, 2)


def test_a_sequence_that_ends_hands_on_what_is_in_view() -> None:
    scene = Scene(Plate("ABC1234", 0, 20), Plate("XYZ9876", 12, 20, at=(600, 300)))
    passes, stats = scene.play(20)
    assert [(one.read.plate, one.read.frame_count) for one in passes] == [("ABC1234", 20), ("XYZ9876", 8)]
    assert stats == RecognitionStats(frames=20, looks=20, detections=28, reads=2)


@pytest.mark.parametrize(("every", "looks"), [(1, 12), (2, 6), (5, 3)])
def test_of_fast_frames_every_so_many_th_is_looked_at_from_the_first_on(every: int, looks: int) -> None:
    scene = Scene(Plate("ABC1234", 0, 12))
    passes, stats = scene.play(12, detect_every=every)
    assert (stats.frames, stats.looks, stats.detections) == (12, looks, looks)
    assert [(one.read.first_seen, one.read.frame_count) for one in passes] == [(START, looks)]


def test_from_a_driving_car_a_plate_that_was_missed_is_told_by_its_text() -> None:
    """Only where the look before did not find it: reading takes long."""
    for second, numbers in (("ABC1234", [1]), ("XYZ9876", [1, 2])):
        scene = Scene(
            Plate("ABC1234", 0, 6, at=(600, 100), step=(0, 0)), Plate(second, 8, 14, at=(600, 100), step=(0, 0))
        )
        session = scene.session(moves=True)
        read: list[int] = []
        for number in range(14):
            asked: list[int] = []
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(scene, "read_plates", _counting(scene, asked))
                session.process(scene.frame(number))
            read += [number] * len(asked)
            if number == 5:
                session._active[1].read(scene)  # type: ignore[arg-type]
        assert read[0] == 8
        assert sorted({*session._active, *(one.number for one in session._passes.ended)}) == numbers


def _counting(scene: Scene, asked: list[int]) -> Callable[..., list[OcrResult]]:
    real = scene.read_plates

    def read_plates(pictures: Sequence[tuple[Image, Box]], **more: bool) -> list[OcrResult]:
        asked.append(len(pictures))
        return real(pictures, **more)

    return read_plates
