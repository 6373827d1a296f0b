"""Files are taken away once what they show is recorded, never before; pictures are shown where the law lets them be."""

from __future__ import annotations

import dataclasses
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from pipeline.cameras import bursts, showing, tidying
from pipeline.cameras.bursts import Burst
from pipeline.cameras.showing import Showing
from pipeline.cameras.tidying import Tidying
from pipeline.health.board import HealthBoard
from schemas.errors import InvalidInput
from schemas.events import AlarmKind
from schemas.settings import ImageFolderCamera, RtspCamera, Settings, VideoFileCamera
from schemas.types import PlateRead, SourceItem
from tests.unit.alerts.samples import sample_read
from tests.unit.samples import source_item

LEAST_PATIENCE_SECONDS = 3.0
MOST_PATIENCE_SECONDS = 60.0
MOST_PICTURES = 4
EVERY_SECONDS = 60.0

AGAIN_SECONDS = 60.0

STOP = threading.Event()
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@dataclass
class Folder:
    """A watched folder with a file, its ledger, and what was put away."""

    path: Path
    finished: bool = True
    rejected: bool = False
    fails: OSError | None = None
    goes: bool = True
    put: list[tuple[Path, str, Path | None]] = field(default_factory=list)
    restored: list[Path] = field(default_factory=list)
    asked: int = 0
    now: float = 1000.0
    board: HealthBoard = field(default_factory=lambda: HealthBoard("here"))

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def put_away(path: Path, fingerprint: str, target: Path | None) -> bool:
            if self.fails is not None:
                raise self.fails
            self.put.append((path, fingerprint, target))
            return self.goes

        monkeypatch.setattr(tidying, "put_away", put_away)
        monkeypatch.setattr(tidying, "restore_taken", self.restored.append)
        monkeypatch.setattr(tidying, "time", SimpleNamespace(monotonic=lambda: self.now))

    def is_finished(self, item: SourceItem) -> bool:
        self.asked += 1
        return self.finished

    def is_rejected(self, item: SourceItem) -> bool:
        return self.rejected

    def path_of(self, item: SourceItem) -> Path:
        return self.path / "lane" / item.name

    def tidying(self, **settings: Any) -> Tidying:
        camera = ImageFolderCamera.model_validate({"id": "gate", "path": self.path, **settings})
        return Tidying(camera, cast(Any, self), self.board)

    def offer(self, one: Tidying, name: str = "a.jpg") -> bool:
        return one.offer(cast(Any, self), source_item(name), STOP)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    for name in ("in", "done", "bad"):
        (tmp_path / name).mkdir()
    found = Folder(tmp_path / "in")
    found.install(monkeypatch)
    return found


@pytest.mark.parametrize(
    ("after", "has_quarantine", "rejected", "goes_to"),
    [
        ("keep", False, False, "stays"),
        ("keep", False, True, "stays"),
        ("keep", True, False, "stays"),
        ("keep", True, True, "bad"),
        ("delete", False, False, "deleted"),
        ("delete", False, True, "stays"),
        ("delete", True, True, "bad"),
        ("delete", True, False, "deleted"),
        ("move", False, False, "done"),
        ("move", False, True, "done"),
        ("move", True, True, "bad"),
        ("move", True, False, "done"),
    ],
)
def test_what_is_recorded_goes_where_the_settings_say_and_what_could_not_be_used_is_never_deleted(
    folder: Folder, after: str, has_quarantine: bool, rejected: bool, goes_to: str
) -> None:
    root = folder.path.parent
    settings: dict[str, Any] = {"after": after}
    if after == "move":
        settings["move_to"] = root / "done"
    if has_quarantine:
        settings["quarantine"] = root / "bad"
    folder.rejected = rejected and not (after == "move" and not has_quarantine)
    one = folder.tidying(**settings)
    assert folder.offer(one) is (goes_to != "stays")
    path = folder.path / "lane" / "a.jpg"
    wanted = {"deleted": None, "done": root / "done" / "lane" / "a.jpg", "bad": root / "bad" / "lane" / "a.jpg"}
    assert folder.put == ([] if goes_to == "stays" else [(path, "1-1", wanted[goes_to])])


def test_a_file_that_could_not_be_used_stays_where_there_is_no_place_for_it(folder: Folder) -> None:
    folder.rejected = True
    one = folder.tidying(after="move", move_to=folder.path.parent / "done")
    assert not folder.offer(one)
    assert folder.put == []
    asked = folder.asked
    assert not folder.offer(one)
    assert folder.asked == asked  # it is asked about once


def test_nothing_is_taken_away_before_it_is_recorded(folder: Folder) -> None:
    folder.finished = False
    one = folder.tidying(after="delete")
    assert not folder.offer(one)
    assert folder.put == []
    folder.finished = True
    assert folder.offer(one)
    # One that was written meanwhile is another one: it was not taken.
    folder.goes = False
    assert not folder.offer(one, "b.jpg")


def test_where_it_fails_files_stay_for_a_minute_and_an_alarm_stands_until_one_goes(
    folder: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "pipeline.cameras.tidying")
    one = folder.tidying(after="delete")
    folder.fails = PermissionError(13, "Permission denied")
    assert not folder.offer(one, "VNV4527.jpg")
    said = (
        f"recorded files in {folder.path} cannot be deleted (Permission denied); they stay, and nothing is read twice; "
        "correct the folders' permissions or space"
    )
    assert caplog.messages == [f"camera gate: {said}"]
    assert folder.board.stands(AlarmKind.FILES_KEPT, "gate")
    folder.fails = None
    folder.now += AGAIN_SECONDS - 0.1
    assert not folder.offer(one, "VNV4527.jpg")
    folder.now += 0.1
    assert folder.offer(one, "VNV4527.jpg")
    assert not folder.board.stands(AlarmKind.FILES_KEPT, "gate")
    assert caplog.messages[1] == "camera gate: recorded files are taken away again"


def test_a_folder_that_is_not_there_is_not_made(folder: Folder, caplog: pytest.LogCaptureFixture) -> None:
    away = folder.path.parent / "share"
    one = folder.tidying(after="move", move_to=away)
    assert not folder.offer(one)
    assert (folder.put, away.exists()) == ([], False)
    assert f"cannot be moved to {away} (the folder {away} is not there; make it or mount it)" in caplog.text


@pytest.mark.parametrize(
    ("settings", "mends", "says"),
    [
        ({}, False, True),
        ({"after": "delete"}, True, False),
        ({"quarantine": "bad"}, True, True),
    ],
)
def test_the_begin_mends_what_a_killed_run_left_and_says_that_files_stay(
    folder: Folder, caplog: pytest.LogCaptureFixture, settings: dict[str, Any], mends: bool, says: bool
) -> None:
    caplog.set_level("INFO", "pipeline.cameras.tidying")
    if "quarantine" in settings:
        settings = {"quarantine": folder.path.parent / "bad"}
    folder.board.raised(AlarmKind.FILES_KEPT, "gate", "an earlier one")
    folder.tidying(**settings).begin()
    assert folder.restored == ([folder.path] if mends else [])
    assert ("they are personal data" in caplog.text) is says
    assert folder.board.stands(AlarmKind.FILES_KEPT, "gate") is not says


def test_a_video_that_is_read_once_is_left_alone(folder: Folder) -> None:
    one = Tidying(VideoFileCamera(id="gate", path=folder.path / "a.mp4"), cast(Any, folder), folder.board)
    one.begin()
    assert not folder.offer(one)
    assert (folder.restored, folder.put, folder.asked) == ([], [], 0)


@dataclass
class Shown:
    """A frame, and what was shown of it."""

    image: np.ndarray = field(default_factory=lambda: np.full((540, 960, 3), 120, np.uint8))
    captured_at: datetime = NOON


@pytest.mark.parametrize(
    ("live_view", "lawful", "is_shown"), [(True, True, True), (False, True, False), (True, False, False)]
)
def test_what_a_camera_sees_is_shown_where_its_settings_and_the_law_let_it_be(
    monkeypatch: pytest.MonkeyPatch, live_view: bool, lawful: bool, is_shown: bool
) -> None:
    collection = SimpleNamespace(permits=lambda what: lawful)
    monkeypatch.setattr(showing, "open_policy", lambda _: SimpleNamespace(collection=collection))
    board = HealthBoard("here")
    board.know_camera(cast(Any, SimpleNamespace(camera_id="gate")))
    camera = RtspCamera.model_validate({"id": "gate", "url": "rtsp://10.0.0.5/", "live_view": live_view})
    Showing(camera, Settings(), board).see(cast(Any, Shown()))
    assert set(board.take_pictures()) == ({"gate"} if is_shown else set())


def test_one_picture_a_minute_is_shown_and_no_plate_can_be_read_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    now, widths = [1000.0], list[int]()
    sizes = iter([b"x", InvalidInput("damaged"), b"x", b"x" * (showing.MOST_BYTES + 1), b"x" * showing.MOST_BYTES])

    def small(image: Any, width: int, quality: int) -> bytes:
        widths.append(width)
        made = next(sizes)
        if isinstance(made, Exception):
            raise made
        return made

    monkeypatch.setattr(showing, "small_picture", small)
    monkeypatch.setattr(showing, "time", SimpleNamespace(monotonic=lambda: now[0]))
    board = HealthBoard("here")
    board.know_camera(cast(Any, SimpleNamespace(camera_id="gate")))
    one = Showing(RtspCamera.model_validate({"id": "gate", "url": "rtsp://10.0.0.5/"}), Settings(), board)
    shown = []
    # A damaged picture takes nobody's turn; one that is too large does.
    for later in (0.0, EVERY_SECONDS - 0.1, 0.1, 0.0, EVERY_SECONDS, EVERY_SECONDS):
        now[0] += later
        one.see(cast(Any, Shown()))
        shown.append(len(board.take_pictures()))
    assert shown == [1, 0, 0, 1, 0, 1]
    # 60 of 1920 pixels are what recognition just reads: a plate of the whole width is an eighth of that.
    assert set(widths) == {240}


def of(number: int, plate: str, confidence: float) -> Any:
    read: PlateRead = dataclasses.replace(sample_read(number, plate), confidence=confidence)
    return SimpleNamespace(read=read)


class Stills:
    """Reads each picture as a test says."""

    def __init__(self, found: dict[str, Any]) -> None:
        self.found = found
        self.asked: list[str] = []

    def read_still(self, frame: Any, *, agency_id: str) -> list[Any]:
        assert agency_id == "fairfax"
        self.asked.append(frame)
        result = self.found.get(frame, [])
        if isinstance(result, Exception):
            raise result
        return list(result)


def burst(found: dict[str, Any]) -> tuple[Burst, Stills]:
    stills = Stills(found)
    return Burst(cast(Any, stills), "fairfax"), stills


def test_of_a_plate_on_few_pictures_the_surest_read_counts() -> None:
    one, stills = burst(
        {
            "a": [of(1, "VNV4527", 0.8), of(2, "ABC1234", 0.9)],
            "b": InvalidInput("damaged"),
            "c": [of(3, "VNV-4527", 0.9), of(4, "ABC1234", 0.9)],
        }
    )
    for name in "abc":
        one.add(cast(Any, name), has_passes=False)
    assert [found.read.read_id for found in one.end([])] == [sample_read(3).read_id, sample_read(2).read_id]
    assert stills.asked == ["a", "b", "c"]
    assert one.end([]) == []  # the next sequence begins with nothing


@pytest.mark.parametrize(("pictures", "one_by_one"), [(MOST_PICTURES, True), (MOST_PICTURES + 1, False)])
def test_more_pictures_are_a_sequence_in_which_plates_are_followed(pictures: int, one_by_one: bool) -> None:
    one, stills = burst({str(number): [of(number, "VNV4527", 0.5)] for number in range(9)})
    for number in range(pictures):
        one.add(cast(Any, str(number)), has_passes=False)
    assert bool(one.end([])) is one_by_one
    assert len(stills.asked) == (pictures if one_by_one else 0)
    one.add(cast(Any, "0"), has_passes=False)
    assert len(one.end([])) == 1


def test_what_was_followed_is_not_read_again() -> None:
    one, stills = burst({"a": [of(1, "VNV4527", 0.5)]})
    one.add(cast(Any, "a"), has_passes=True)
    assert one.end([]) == []
    one.add(cast(Any, "a"), has_passes=False)
    followed = of(2, "ABC1234", 0.9)
    assert one.end([followed]) == [followed]
    assert stills.asked == []


def test_a_camera_that_posts_seldom_is_waited_for_longer_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(bursts, "time", SimpleNamespace(monotonic=lambda: now[0]))
    one, _ = burst({})
    patience = [one.patience]
    for interval in (0.0, 0.5, 0.5, 4.0, 5.0, 6.0, 7.0, 30.0, 30.0, 30.0, 30.0, 30.0):
        now[0] += interval
        one.add(cast(Any, "a"), has_passes=True)
        patience.append(one.patience)
    assert patience[0] == patience[1] == patience[3] == LEAST_PATIENCE_SECONDS
    assert patience[6] == pytest.approx(3 * 4.0)  # of 0.5, 0.5, 4, 5, 6 the middle one
    assert patience[-2] == pytest.approx(3 * 7.0)  # the newest nine count
    assert patience[-1] == MOST_PATIENCE_SECONDS
