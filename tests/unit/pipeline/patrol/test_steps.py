"""What a car's stages do step by step: what goes home in which batch, what is said of its room and of its lists."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pipeline.health.board import HealthBoard
from pipeline.lists.live_matcher import LiveMatcher
from pipeline.patrol import draining, room
from pipeline.patrol.car import Car, SealedLists, open_car
from pipeline.patrol.draining import DrainingStage, HomeState
from pipeline.patrol.lists import matching, merging
from pipeline.patrol.lists.gate import Freshness
from pipeline.patrol.lists.matching import CarMatcher
from pipeline.patrol.lists.merging import ListMerging
from pipeline.patrol.making_room import RoomMakingUnits
from pipeline.patrol.room import RoomStage
from schemas.errors import ConfigurationError, InvalidInput, StorageFull, TransientError
from schemas.events import AlarmKind
from schemas.health import OutgoingHealth
from schemas.settings import ImageSettings, MatchingSettings, PatrolSettings, Settings
from schemas.types import Hit, Tier
from services.http.home import CarRevoked, NotTaken, Unreachable
from storage.car.uploads import Upload
from tests.unit.matcher.samples import read

HELD_SECONDS = 30.0
IDLE_SECONDS = 1.0
MOST_AT_ONCE = 200
REVOKED_SECONDS = 5.0
LOOK_SECONDS = 5.0
PATIENCE_SECONDS = 0.35
MERGED_SECONDS = 30.0
REST = 4.0
AT_ONCE_BYTES = 16 << 20
STEP_SECONDS = 5.0

STOP = threading.Event()
NOTHING: Any = None
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@dataclass
class Way:
    """A car's books and its server, both in memory: what waits, and what the server says of each batch."""

    waiting_now: list[Upload] = field(default_factory=list)
    answer: Callable[[str, list[str]], Any] = lambda route, ids: {"stored": ids, "refused": []}
    sent: list[tuple[str, list[str]]] = field(default_factory=list)
    settled: list[list[int]] = field(default_factory=list)
    refusals: list[tuple[int, str]] = field(default_factory=list)
    pictures: int = 0
    now: float = 1000.0
    is_revoked: bool = False
    wiped: list[str] = field(default_factory=list)

    def stage(self, monkeypatch: pytest.MonkeyPatch) -> DrainingStage:
        monkeypatch.setattr(draining, "time", SimpleNamespace(monotonic=lambda: self.now))
        mine: Any = self
        return DrainingStage(mine, mine, SimpleNamespace(send=self._send_picture), self.wiped.append)  # type: ignore[arg-type]

    def add(self, kind: Any, *ids: str, size: int = 10) -> None:
        for one in ids:
            body = json.dumps({"id": one}).encode()
            self.waiting_now.append(Upload(len(self.waiting_now) + 1, kind, one, body + b" " * (size - len(body))))

    def waiting(self, after: int, limit: int) -> list[Upload]:
        assert limit == MOST_AT_ONCE
        return [one for one in self.waiting_now if one.number > after][:limit]

    def settle(self, numbers: list[int]) -> None:
        self.settled.append(numbers)
        self.waiting_now = [one for one in self.waiting_now if one.number not in numbers]

    def refuse(self, number: int, reason: str) -> None:
        self.refusals.append((number, reason))
        self.waiting_now = [one for one in self.waiting_now if one.number != number]

    def _send_picture(self) -> bool:
        self.pictures -= 1
        return self.pictures >= 0

    def ask(self, method: str, route: str, body: bytes, *, headers: Mapping[str, str], packs: bool) -> Any:
        assert (method, headers, packs) == ("POST", {"content-type": "application/json"}, True)
        ((name, found),) = json.loads(body).items()
        assert name == route
        ids = [one["id"] for one in found]
        self.sent.append((route, ids))
        answer = self.answer(route, ids)
        if isinstance(answer, Exception):
            raise answer
        return SimpleNamespace(body=json.dumps(answer).encode())


def test_what_waits_goes_in_its_order_by_kind_and_pictures_when_nothing_else_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    way = Way(pictures=1)
    way.add("read", "a", "b")
    way.add("answer", "c")
    way.add("note", "d")
    way.add("read", "e")
    stage = way.stage(monkeypatch)
    assert [stage.step(STOP) for _ in range(7)] == [0.0] * 5 + [IDLE_SECONDS] * 2
    assert way.sent == [("reads", ["a", "b"]), ("answers", ["c"]), ("notes", ["d"]), ("reads", ["e"])]
    assert way.settled == [[1, 2], [3], [4], [5]]
    state = stage.state()
    assert state == HomeState(state.reached_at, sent=5, pictures=1)
    assert state.reached_at is not None


def test_a_batch_has_two_hundred_at_most_and_as_many_bytes_as_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draining, "MOST_BYTES", 3000)
    way = Way()
    way.add("read", *(str(number) for number in range(201)), size=12)
    way.add("answer", "a", "b", size=1500)
    way.add("answer", "c", size=1501)
    way.add("answer", "d", "e", size=4000)
    stage = way.stage(monkeypatch)
    while stage.step(STOP) == 0.0:
        pass
    assert [len(ids) for _, ids in way.sent[:2]] == [200, 1]
    assert [ids for _, ids in way.sent[2:]] == [["a", "b"], ["c"], ["d"], ["e"]]


def test_what_the_server_cannot_take_yet_holds_up_no_other_kind_and_goes_again_later(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for refusal in (NotTaken(403, "not yours", {}), NotTaken(404, "what", {}), NotTaken(405, "how", {}), None):
        way = Way()
        way.add("answer", "a", "b")
        way.add("read", "c")

        def answer(route: str, ids: list[str], refusal: Any = refusal) -> Any:
            nothing = {"stored": [], "refused": []}
            return {"stored": ids, "refused": []} if route == "reads" else refusal or nothing

        way.answer = answer
        stage = way.stage(monkeypatch)
        caplog.clear()
        assert [stage.step(STOP) for _ in range(3)] == [0.0, 0.0, IDLE_SECONDS]
        way.now += HELD_SECONDS - 0.1
        assert stage.step(STOP) == IDLE_SECONDS
        way.now += 0.1
        assert stage.step(STOP) == 0.0
        assert way.sent == [("answers", ["a", "b"]), ("reads", ["c"]), ("answers", ["a", "b"])]
        assert (way.refusals, [one.upload_id for one in way.waiting_now]) == ([], ["a", "b"])
        why = "the server cannot take it yet" if refusal is None else str(refusal)
        assert caplog.messages == [f"answers wait in the car: {why}"]


def test_what_is_refused_is_kept_with_its_reason_and_what_is_not_named_goes_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    way, turns = Way(), iter([({"b": "x" * 3000, "foreign": "?"}, {"a", "c"}), ({}, {"d"})])
    way.add("read", "a", "b", "c", "d")

    def answer(route: str, ids: list[str]) -> Any:
        refused, stored = next(turns)
        return {"stored": sorted(stored), "refused": [{"id": i, "reason": why} for i, why in refused.items()]}

    way.answer = answer
    stage = way.stage(monkeypatch)
    assert [stage.step(STOP) for _ in range(3)] == [0.0, 0.0, IDLE_SECONDS]
    assert way.sent == [("reads", ["a", "b", "c", "d"]), ("reads", ["d"])]
    assert (way.settled, way.refusals) == ([[1, 3], [4]], [(2, "x" * 2000)])
    state = stage.state()
    assert (state.sent, state.refused) == (3, 1)
    assert caplog.messages == [f"the server does not take a read, which is kept in the car: {'x' * 2000}"]


def test_one_that_spoils_its_batch_is_found_by_halves_and_batches_grow_again(monkeypatch: pytest.MonkeyPatch) -> None:
    for is_nameless in (False, True):
        way = Way()
        way.add("read", *"abcdefgh")

        def answer(route: str, ids: list[str], is_nameless: bool = is_nameless) -> Any:
            if "c" not in ids:
                return {"stored": ids, "refused": []}
            if not is_nameless:
                return NotTaken(422, "no JSON", {})
            return {"stored": [], "refused": [{"id": None, "reason": "it has no id"}]}

        way.answer = answer
        stage = way.stage(monkeypatch)
        while stage.step(STOP) == 0.0:
            pass
        sizes = ["".join(ids) for _, ids in way.sent]
        # After a batch that went whole twice as many are tried.
        assert sizes == ["abcdefgh", "abcd", "ab", "cdef", "cd", "c", "defgh"]
        reason = "it has no id" if is_nameless else "the server refuses it (422): no JSON"
        assert (way.refusals, way.waiting_now) == ([(3, reason)], [])


def test_an_outage_is_the_problem_until_the_server_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    way = Way(answer=lambda *_: Unreachable("no network"))
    way.add("read", "a")
    stage = way.stage(monkeypatch)
    with pytest.raises(Unreachable):
        stage.step(STOP)
    assert stage.state() == HomeState(problem="no network")
    way.answer = lambda route, ids: {"stored": ids, "refused": []}
    stage.step(STOP)
    assert (stage.state().problem, stage.state().sent) == (None, 1)
    # A kind that this version has no route for waits, and is no outage.
    way.add("picture", "p")
    assert [stage.step(STOP), stage.step(STOP)] == [0.0, IDLE_SECONDS]
    assert len(way.sent) == 2


def test_a_revoked_car_sends_nothing_until_it_has_another_token(monkeypatch: pytest.MonkeyPatch) -> None:
    way = Way(answer=lambda *_: CarRevoked("the car was stolen"), is_revoked=True)
    way.add("read", "a")
    stage = way.stage(monkeypatch)
    stage.board = HealthBoard("unit-12")
    assert [stage.step(STOP), stage.step(STOP)] == [REVOKED_SECONDS] * 2
    assert (way.wiped, len(way.sent)) == (["the car was stolen"], 1)
    assert stage.state() == HomeState(problem="the car was stolen", is_revoked=True)
    assert stage.board.stands(AlarmKind.STAGE_FAILED, "draining on unit-12")
    way.is_revoked, way.answer = False, lambda route, ids: {"stored": ids, "refused": []}
    assert stage.step(STOP) == 0.0
    assert (stage.state().is_revoked, stage.state().sent) == (False, 1)


GIGABYTE, MEGABYTE = 1 << 30, 1 << 20


@dataclass
class Disk:
    """A car's room: how much waits, how much is free, and what was asked to go."""

    used: int = 0
    free: int = 100 * GIGABYTE
    lost: int = 3
    gives: bool = True
    dropped: list[int] = field(default_factory=list)

    def used_bytes(self) -> int:
        return self.used

    def drop_oldest_pictures(self, size: int) -> int:
        self.dropped.append(size)
        if self.lost < 0:
            raise TransientError("the file is busy")
        if self.gives:
            self.used -= size
            self.free += size
        return self.lost

    def stage(self, monkeypatch: pytest.MonkeyPatch) -> RoomStage:
        monkeypatch.setattr(room.shutil, "disk_usage", lambda _: SimpleNamespace(free=self.free))
        settings = Settings(images=ImageSettings(keep_free_gigabytes=1))
        stage = RoomStage(settings, PatrolSettings(car="unit-12", spool_megabytes=100), cast(Any, self))
        stage.board = HealthBoard("unit-12")
        return stage


@pytest.mark.parametrize(
    ("used", "free", "dropped"),
    [
        (100 * MEGABYTE, 100 * GIGABYTE, []),
        (100 * MEGABYTE + 1, 100 * GIGABYTE, [2 * MEGABYTE + 1]),
        (0, GIGABYTE * 3 // 2, []),
        (0, GIGABYTE * 3 // 2 - 1, [int(2.2 * GIGABYTE) - (GIGABYTE * 3 // 2 - 1) + 2 * MEGABYTE]),
        (103 * MEGABYTE, GIGABYTE, [int(2.2 * GIGABYTE) - GIGABYTE + 2 * MEGABYTE]),
    ],
)
def test_as_much_goes_as_is_too_much_and_a_little_more(
    monkeypatch: pytest.MonkeyPatch, used: int, free: int, dropped: list[int]
) -> None:
    disk = Disk(used, free)
    stage = disk.stage(monkeypatch)
    assert stage.step(STOP) == STEP_SECONDS
    assert (disk.dropped, stage.lost_pictures) == ([int(one) for one in dropped], 3 * len(dropped))
    assert stage.board is not None
    assert stage.board.standing() == ({AlarmKind.DISK_SPACE: 1} if dropped else {})


def test_what_is_said_of_the_room_and_when_that_is_over(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    disk = Disk(101 * MEGABYTE)
    stage = disk.stage(monkeypatch)
    said, board = [], stage.board
    assert board is not None
    for used, lost, gives in (
        (101, 3, True),
        (97, 0, True),  # not enough room yet for the alarm to end
        (96, 0, True),
        (95, 0, True),
        (101, 0, True),
        (101, 2, False),
    ):
        disk.used, disk.lost, disk.gives = used * MEGABYTE, lost, gives
        stage.step(STOP)
        while (change := board.next_change()) is not None:
            assert (change.kind, change.subject) == (AlarmKind.DISK_SPACE, "spool of unit-12")
            said.append(change.message)
            board.stored(change)
    gone = (
        "the room for what waits is used up (patrol.spool_megabytes = 100, or the disk): the oldest pictures were "
        "deleted, {} of them not at home; bring the car to a network"
    )
    alone = "; reads alone take more than that, and are kept as long as the disk holds them"
    assert said == [gone.format(3), None, gone.format(3), gone.format(5) + alone]
    assert caplog.messages == [
        f"{count} pictures that the server does not have were deleted to make room" for count in (3, 2)
    ]


def test_a_full_disk_has_pictures_go_and_is_said_until_something_can_be_written(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    board, disk, full = HealthBoard("unit-12"), Disk(lost=0), [True]

    class Units:
        def begin(self, reads: Sequence[Any]) -> Any:
            assert reads == ["a read"]
            return self

        def __enter__(self) -> str:
            return "a unit"

        def __exit__(self, *_: object) -> None:
            if full[0]:
                raise StorageFull("no space left")

    units = RoomMakingUnits(cast(Any, Units()), cast(Any, disk), board)

    def write() -> None:
        with units.begin(cast(Any, ["a read"])) as unit:
            assert cast(Any, unit) == "a unit"

    for lost in (0, 0, 4, -1):  # at last the file cannot be asked either
        disk.lost = lost
        with pytest.raises(StorageFull):
            write()
    assert disk.dropped == [AT_ONCE_BYTES] * 4
    assert board.stands(AlarmKind.DISK_SPACE, "spool of unit-12")
    full[0] = False
    write()
    write()
    assert not board.stands(AlarmKind.DISK_SPACE, "spool of unit-12")
    assert caplog.messages == [
        "the disk is full, and reads wait: no space left",
        "the disk is full: the oldest 4 pictures that the server does not have are deleted",
        "there is room for reads again",
    ]


def hit(hotlist: str) -> Hit:
    return Hit(NOTHING, NOTHING, NOTHING, hotlist, Tier.EXACT, 9.0, "agrees")


@dataclass
class Lists:
    """What is known of a car's lists: which are red, and how current withdrawals are."""

    red_now: dict[str, str] = field(default_factory=dict)
    freshness: Freshness = field(default_factory=lambda: Freshness("fresh", None))
    asked: int = 0
    patience: list[float] = field(default_factory=list)
    now: float = 1000.0

    def red(self) -> dict[str, str]:
        self.asked += 1
        return dict(self.red_now)

    def before_alert(self, seconds: float) -> Freshness:
        self.patience.append(seconds)
        return self.freshness

    def matcher(self, monkeypatch: pytest.MonkeyPatch, found: Any) -> CarMatcher:
        monkeypatch.setattr(matching, "time", SimpleNamespace(monotonic=lambda: self.now))
        monkeypatch.setattr(LiveMatcher, "match", lambda *_: list(found))
        monkeypatch.setattr(LiveMatcher, "match_batch", lambda _, reads: [list(found), InvalidInput("no text")])
        return CarMatcher(NOTHING, MatchingSettings(), self.red, cast(Any, self))


def test_a_hit_says_that_its_list_is_old_and_what_is_not_known_of_withdrawals(monkeypatch: pytest.MonkeyPatch) -> None:
    lists, since = Lists({"ncic": "it is 30 h old"}), datetime(2026, 6, 1, 12, 5, tzinfo=UTC)
    matcher = lists.matcher(monkeypatch, [hit("ncic"), hit("own")])
    red, away = "; LIST NOT CURRENT: it is 30 h old", "; offline: what was withdrawn"
    for freshness, words in (
        (Freshness("fresh", since), ""),
        (Freshness("locked", since), ""),
        (Freshness("offline", since), f"{away} since 2026-06-01 12:05 UTC is not known"),
        (Freshness("offline", None), f"{away} is not known"),
    ):
        lists.freshness = freshness
        wanted = [f"agrees{red}{words}", f"agrees{words}"]
        assert [one.explanation for one in matcher.match(read("ABC1234"))] == wanted
        first, second = matcher.match_batch([read("ABC1234"), read("ABC1234")])
        assert isinstance(first, list)
        assert [one.explanation for one in first] == wanted
        assert isinstance(second, InvalidInput)
    assert set(lists.patience) == {PATIENCE_SECONDS}


def test_which_lists_are_red_is_asked_every_few_seconds_where_there_are_hits(monkeypatch: pytest.MonkeyPatch) -> None:
    lists = Lists()
    nobody = lists.matcher(monkeypatch, [])
    assert nobody.match(read("ABC1234")) == []
    assert (lists.asked, lists.patience) == (0, [])  # who is on no list waits for nobody
    matcher, asked = lists.matcher(monkeypatch, [hit("ncic")]), []
    for lists.now in (1000.0, 1000.0 + LOOK_SECONDS - 0.1, 1000.0 + LOOK_SECONDS, 1000.1 + LOOK_SECONDS):
        matcher.match(read("ABC1234"))
        asked.append(lists.asked)
    assert asked == [1, 1, 2, 2]


def test_merging_rests_by_how_long_it_took_and_fails_as_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    now, counts = [1000.0], iter([3, 0, InvalidInput("a block is damaged")])

    def merge_some() -> int:
        now[0] += 1.5
        count = next(counts)
        if isinstance(count, Exception):
            raise count
        return count

    monkeypatch.setattr(merging, "time", SimpleNamespace(monotonic=lambda: now[0]))
    stage = ListMerging(cast(Any, SimpleNamespace(merge_some=merge_some)))
    assert [stage.step(STOP), stage.step(STOP)] == [REST * 1.5, MERGED_SECONDS]
    with pytest.raises(TransientError, match="blocks of the lists cannot be merged: a block is damaged"):
        stage.step(STOP)


def test_what_waits_in_a_car_is_told_whole_and_its_lists_open_with_a_question() -> None:
    told: list[Any] = []
    uploads = SimpleNamespace(
        count=lambda: 7, oldest_at=lambda: NOON, used_bytes=lambda: 4096, refused=lambda: 3, pictures=None
    )
    patrol = PatrolSettings(car="unit-12", spool_megabytes=16.5)
    car: Any = SimpleNamespace(uploads=uploads, patrol=patrol)
    assert Car.outgoing(car) == OutgoingHealth(
        waiting=7, oldest_at=NOON, used_bytes=4096, most_bytes=33 << 19, refused=3, unreadable=0
    )
    lists: Any = SimpleNamespace(unlock=lambda keys: told.append(keys))
    SealedLists(lists, cast(Any, SimpleNamespace(hurry=lambda: told.append("hurry")))).unlock(cast(Any, "a key"))
    assert told == [["a key"], "hurry"]


def test_a_car_has_a_section_of_its_own_and_nothing_is_opened_without() -> None:
    with pytest.raises(ConfigurationError, match=r"no \[patrol\] is configured; add it with `car`"):
        open_car(Settings()).__enter__()
