"""A camera that was moved, covered, or is not clear any more is told from traffic, light and night."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from ingest.opencv import cv2
from ingest.view import usual
from ingest.view.features import Features
from ingest.view.memory_file import load_memory, save_memory
from ingest.view.usual import LEARNING, LOOK_EVERY, LOOKS, Usual, UsualView, ViewMemory, Wrong
from schemas.types import Image
from tests.unit.ingest.view.scenes import infrared, noisy, street, with_truck

PATIENCE = timedelta(minutes=3)
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
STREET = street(1)


class Camera:
    """What a camera sees, minute by minute."""

    def __init__(self, memory: ViewMemory | None = None, *, at: datetime = NOON) -> None:
        self.view = UsualView(PATIENCE, memory)
        self.now = at
        self._random = np.random.default_rng(7)

    def sees(self, picture: Callable[[], Image] | Image, minutes: float, light: float = 1.0) -> Wrong | None:
        """Show it something for some time, and return what it finds wrong at the end."""
        for _ in range(round(minutes * 60 / LOOK_EVERY.total_seconds())):
            shown = picture() if callable(picture) else picture
            assert self.view.is_due(self.now)
            self.view.look(noisy(shown, self._random, light), self.now)
            assert not self.view.is_due(self.now + LOOK_EVERY / 2)
            self.now += LOOK_EVERY
        return self.view.wrong

    def traffic(self) -> Image:
        """A street where a truck passes in every second picture."""
        return with_truck(STREET, int(self._random.integers(0, 320))) if self._random.random() < 0.5 else STREET


@pytest.fixture(scope="module")
def learned() -> ViewMemory:
    camera = Camera(at=NOON - timedelta(minutes=LEARNING))
    assert camera.sees(camera.traffic, LEARNING) is None
    return camera.view.memory


@pytest.fixture
def camera(learned: ViewMemory) -> Camera:
    """One that has learned its street."""
    return Camera(copy.deepcopy(learned))


def test_traffic_and_another_light_are_usual(camera: Camera) -> None:
    assert camera.sees(camera.traffic, 10) is None
    for light in (0.8, 0.6, 0.4, 1.2):
        assert camera.sees(camera.traffic, 5, light) is None


def test_a_parked_truck_is_usual(camera: Camera) -> None:
    assert camera.sees(with_truck(STREET, 100), 10) is None


@pytest.mark.parametrize("pixels", [12, 40, 150])
def test_a_moved_camera_is_noticed_after_its_patience(camera: Camera, pixels: int) -> None:
    moved = np.roll(STREET, pixels, axis=1)
    assert camera.sees(moved, 3) is None
    assert camera.sees(moved, 1) is Wrong.OTHER
    # What is back where it was is usual again at once.
    assert camera.sees(STREET, 1) is None


def test_a_short_look_at_something_else_is_no_alarm(camera: Camera) -> None:
    for _ in range(3):
        assert camera.sees(street(2), 3) is None
        assert camera.sees(STREET, 1) is None


@pytest.mark.parametrize("sigma", [2, 4, 10])
def test_a_blurred_picture_is_noticed(camera: Camera, sigma: int) -> None:
    blurred = np.asarray(cv2.GaussianBlur(STREET, (0, 0), sigma), np.uint8)
    assert camera.sees(blurred, 5) is Wrong.BLURRED


def test_nights_are_learned_apart_and_are_no_other_view(camera: Camera) -> None:
    assert camera.sees(infrared(STREET), LEARNING + 5) is None
    assert camera.sees(STREET, 5) is None
    assert camera.sees(infrared(STREET), 5) is None
    assert camera.sees(infrared(street(3)), 5) is Wrong.OTHER


def test_a_covered_lens_is_noticed_where_there_always_was_light() -> None:
    camera = Camera(at=NOON - timedelta(days=1, hours=1))
    for _ in range(3):
        camera.sees(STREET, 1)
        camera.now += timedelta(minutes=59)
    camera.now = NOON
    dark = np.full_like(STREET, 20)
    assert camera.sees(dark, 5) is Wrong.NOTHING
    assert camera.sees(STREET, 1) is None


def test_a_dark_night_is_none(camera: Camera) -> None:
    camera.now = NOON + timedelta(hours=12)
    assert camera.sees(np.full_like(STREET, 6), 5) is None
    camera.now += timedelta(days=1)
    assert camera.sees(np.full_like(STREET, 6), 5) is None


def test_pictures_far_apart_make_no_view_together(camera: Camera) -> None:
    # A stream that was away: half of a view from before it, half from after.
    camera.sees(STREET, 0.5)
    camera.now += timedelta(hours=1)
    assert camera.sees(street(2), 3.5) is None
    assert camera.sees(street(2), 0.5) is Wrong.OTHER


def test_a_clock_that_was_set_back_stops_nothing(camera: Camera) -> None:
    camera.now -= timedelta(hours=3)
    assert camera.view.is_due(camera.now)
    assert camera.sees(street(2), 5) is Wrong.OTHER


def test_what_was_learned_is_kept(camera: Camera, tmp_path: Path) -> None:
    path = tmp_path / "views" / "gate.json"
    save_memory(path, camera.view.memory)
    assert path.stat().st_mode & 0o777 == 0o600
    again = Camera(load_memory(path))
    assert again.sees(camera.traffic, 5) is None
    assert again.sees(street(2), 5) is Wrong.OTHER


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"by_day": [{"structure": [1], "sharpness": 1, "seen": 1}]}'])
def test_a_damaged_memory_is_learned_anew(tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "gate.json"
    path.write_bytes(content)
    assert load_memory(path) == ViewMemory()
    assert "is learned anew" in caplog.text
    assert load_memory(tmp_path / "none.json") == ViewMemory()


def test_a_new_place_can_be_accepted(camera: Camera) -> None:
    assert camera.sees(street(2), 5) is Wrong.OTHER
    camera.view.accept()
    assert camera.sees(street(2), LEARNING + 5) is None
    assert camera.sees(STREET, 5) is Wrong.OTHER


def test_a_view_is_made_of_a_minute() -> None:
    assert timedelta(minutes=1) == LOOK_EVERY * LOOKS


def features(likeness: float = 1.0, sharpness: float = 1.0, *, is_flat: bool = False) -> Features:
    """Return a view that is so alike to the first one."""
    structure = np.zeros(576, np.float32)
    structure[:2] = likeness, (1 - likeness**2) ** 0.5
    return Features(structure, sharpness, is_flat)


@pytest.mark.parametrize(
    ("seen", "now", "wrong", "known"),
    [
        (15, features(), None, [16]),
        (15, features(0.5501), None, [16]),
        (15, features(0.5499), Wrong.OTHER, [15]),
        (15, features(sharpness=0.6), None, [16]),
        (15, features(sharpness=0.599), Wrong.BLURRED, [15]),
        (15, features(0.5, sharpness=0.599), Wrong.BLURRED, [15]),
        (15, features(0.5, sharpness=0.6), Wrong.OTHER, [15]),
        # While it learns, nothing is unusual: another view is a second one.
        (14, features(sharpness=0.1), None, [15]),
        (14, features(0.5, sharpness=0.1), None, [14, 1]),
        # Without light the camera was never, at this hour, as far as is known.
        (15, features(is_flat=True), None, [15]),
    ],
)
def test_what_is_unusual_of_a_view(
    monkeypatch: pytest.MonkeyPatch, seen: int, now: Features, wrong: Wrong | None, known: list[int]
) -> None:
    memory = ViewMemory([Usual(features().structure, 1.0, seen)])
    view = UsualView(timedelta(), memory)
    monkeypatch.setattr(usual, "features_of", lambda _: now)
    for number in range(LOOKS):
        view.look(street(1), NOON + number * LOOK_EVERY)
    assert view.wrong is wrong
    assert [one.seen for one in memory.by_day] == known
    assert memory.by_night == []


@pytest.mark.parametrize(
    ("hours", "days_ago", "is_wrong"),
    [((11, 12, 13), 1, True), ((11, 12), 1, False), ((12, 13), 1, False), ((11, 12, 13), 0, False)],
)
def test_a_view_of_nothing_is_unusual_where_something_was_seen_at_these_hours(
    monkeypatch: pytest.MonkeyPatch, hours: tuple[int, ...], days_ago: int, *, is_wrong: bool
) -> None:
    memory = ViewMemory(lit_hours={hour: {NOON.toordinal() - days_ago} for hour in hours})
    view = UsualView(timedelta(), memory)
    monkeypatch.setattr(usual, "features_of", lambda _: features(is_flat=True))
    for number in range(LOOKS):
        view.look(street(1), NOON + number * LOOK_EVERY)
    assert view.wrong is (Wrong.NOTHING if is_wrong else None)


def test_of_nine_views_the_one_that_was_seen_least_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    structures = np.eye(576, dtype=np.float32)
    memory = ViewMemory([Usual(structures[number], 1.0, 1 if number else 2) for number in range(8)])
    view = UsualView(timedelta(), memory)
    monkeypatch.setattr(usual, "features_of", lambda _: Features(structures[8], 1.0, False))
    for number in range(LOOKS):
        view.look(street(1), NOON + number * LOOK_EVERY)
    assert [int(one.structure.argmax()) for one in memory.by_day] == [0, 2, 3, 4, 5, 6, 7, 8]


def test_what_is_usual_follows_what_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = ViewMemory([Usual(features().structure, 1.0, 20)])
    view = UsualView(timedelta(), memory)
    monkeypatch.setattr(usual, "features_of", lambda _: features(0.6, 2.0))
    for number in range(LOOKS):
        view.look(street(1), NOON + number * LOOK_EVERY)
    (one,) = memory.by_day
    # A twentieth of the way, and of length one again: (0.98, 0.04) / 0.98082.
    assert one.structure[:2] == pytest.approx([0.99917, 0.04078], abs=1e-4)
    assert (one.sharpness, one.seen) == (pytest.approx(1.05), 21)
