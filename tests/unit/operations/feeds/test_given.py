"""A list that another agency gives, without its broker: what is taken in, for how long, and what our law leaves out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from alerts.shared_lists import ListMessage, NotPermitted
from hotlists.feeds.transfer import PullContext
from operations.feeds import given as module
from operations.feeds.given import GivenList, remote_of
from schemas.errors import InvalidInput, TransientError
from schemas.settings import AgreementFeed, KafkaSettings, NeighborSettings, PolicySettings, Settings
from storage.spool.received_list import ListStanding

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
HEADERS = {
    "ce_agreementpurposes": "stolen_vehicle,missing_person,traffic_enforcement",
    "ce_agreementforbidden": "missing_person",
    "ce_agreementkeepdays": "7",
}
STANDING = ListStanding(edition=5, marks=2, agreement_version=3, published_at=NOW.isoformat(), headers=HEADERS)
FEED = AgreementFeed(name="theirs", neighbor="suffolk-pd", list_name="stolen")
NEIGHBOR = NeighborSettings(id="suffolk-pd", name="Suffolk Police", agreement="hampton")


@dataclass
class Memory:
    """What was received."""

    stands: ListStanding = STANDING
    rows: list[dict[str, str]] = field(default_factory=list)
    taken: list[tuple[int, int, Any]] = field(default_factory=list)
    forgotten: list[tuple[str, bool]] = field(default_factory=list)

    def standing(self) -> ListStanding:
        return self.stands

    def offsets(self) -> dict[int, int]:
        return {0: 7}

    def entries(self) -> Iterator[tuple[str, str]]:
        return ((str(number), json.dumps(row)) for number, row in enumerate(self.rows))

    def take(self, partition: int, offset: int, part: Any, headers: Any) -> str | None:
        self.taken.append((partition, offset, part))
        return "known already" if (partition, offset) == (0, 7) else None

    def forget(self, why: str, *, from_the_beginning: bool = False) -> None:
        self.forgotten.append((why, from_the_beginning))
        self.stands = replace(self.stands, edition=None, ended=why)

    def close(self) -> None:
        pass


@dataclass
class Topic:
    """The agency's topic: what comes on it, or that we may not read."""

    messages: list[list[ListMessage]] = field(default_factory=list)
    refuses: bool = False
    is_whole: bool = True

    def news(self, offsets: dict[int, int], seconds: float) -> Iterator[list[ListMessage]]:
        assert offsets == {0: 7}
        if self.refuses:
            raise NotPermitted("no right to read")
        yield from self.messages

    def is_read(self, offsets: dict[int, int]) -> bool:
        return self.is_whole


@dataclass
class World:
    given: GivenList
    memory: Memory
    topic: Topic
    folder: Path
    seconds: float = 1000.0

    def file(self, **more: Any) -> list[Any] | None:
        pulled = self.given.file(PullContext(self.folder, **more))
        if pulled is None:
            return None
        return [json.loads(line) for line in pulled.path.read_text().splitlines()]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return made(tmp_path, monkeypatch, FEED)


def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, feed: AgreementFeed) -> World:
    own = PolicySettings(profile="alabama", never_notify=("stolen_plate",))  # type: ignore[arg-type]
    settings = Settings(data_dir=tmp_path / "data", policy=own)
    kafka = KafkaSettings(bootstrap_servers=("192.0.2.7:9092",))
    given, memory, topic = GivenList(feed, NEIGHBOR, settings, kafka, lambda: NOW), Memory(), Topic()
    monkeypatch.setattr(given, "_received", memory)
    monkeypatch.setattr(given, "_topic", topic)
    folder = tmp_path / "inbox"
    folder.mkdir()
    found = World(given, memory, topic, folder)
    monkeypatch.setattr(module.time, "monotonic", lambda: found.seconds)
    return found


def row(category: str, **more: str) -> dict[str, str]:
    return {"entry_id": category, "category": category, **more}


def test_its_file_has_what_law_and_agreement_let_in(world: World) -> None:
    kept = [row("stolen_vehicle"), row("stolen_vehicle", note="x" * 59_000)]
    out = [row("stolen_plate"), row("missing_person"), row("wanted_person"), row("stolen_vehicle", note="x" * 60_001)]
    world.memory.rows = [kept[0], *out, kept[1], row("stolen_plate")]
    world.memory.stands = replace(STANDING, as_of="2026-01-02T03:04:05+00:00")
    header, *rows = world.file() or []
    told = {name: header[name] for name in ("agency_id", "name", "agreement_id", "hotlist_id", "rows")}
    assert told == {
        **{"agency_id": "suffolk-pd", "name": "Suffolk Police", "agreement_id": "hampton", "hotlist_id": "stolen"},
        "rows": 2,
    }
    assert rows == kept
    (path,) = world.folder.iterdir()
    assert (path.name, path.stat().st_mode & 0o777) == ("theirs.jsonl", 0o600)
    assert path.stat().st_mtime == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).timestamp()
    assert sorted(world.given.left_out.values()) == [1, 1, 1, 2]
    reasons = {reason.partition(":")[0]: count for reason, count in world.given.left_out.items()}
    assert reasons["category stolen_plate"] == 2
    assert "an entry is longer than 60000 characters" in world.given.left_out
    for purpose in ("missing_person", "wanted_person"):
        assert world.given.left_out[f"purpose {purpose} is not one for which the agreement gives it"] == 1


def test_its_file_is_on_disk_before_it_has_its_name(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[tuple[str, str]] = []
    sync, rename = module.os.fsync, Path.rename

    def synced(number: int) -> None:
        sync(number)
        path = Path(f"/proc/self/fd/{number}").readlink()
        done.append(("synced", f"{path.name} of {len(path.read_text().splitlines())} lines"))

    def renamed(path: Path, target: Path) -> Path:
        done.append(("renamed", path.name))
        return rename(path, target)

    monkeypatch.setattr(module.os, "fsync", synced)
    monkeypatch.setattr(Path, "rename", renamed)
    world.memory.rows = [row("stolen_vehicle")] * 3
    assert len(world.file() or ()) == 4
    assert done == [("synced", ".theirs.jsonl.part of 4 lines"), ("renamed", ".theirs.jsonl.part")]


def test_there_is_none_where_nothing_is_new_or_stands(world: World) -> None:
    world.memory.rows = [row("stolen_vehicle")]
    remote = world.given.remote(STANDING)
    assert remote["mark"].startswith("5 2 ")
    assert "stolen_plate" in remote["mark"]
    assert remote["agreement_version"] == "3"
    assert world.file(remote=remote) is None
    for other in (replace(STANDING, marks=3), replace(STANDING, edition=6)):
        world.memory.stands = other
        assert world.file(remote=remote) is not None
    for nothing in (replace(STANDING, edition=None), replace(STANDING, ended="over")):
        world.memory.stands = nothing
        assert world.file() is None
    assert remote_of(STANDING, {"b": "x", "a": "y"})["mark"] == "5 2 a,b"


def test_a_list_is_as_large_as_is_allowed_and_a_run_that_ends_leaves_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    world.memory.rows = [row("stolen_vehicle")]
    with pytest.raises(TransientError, match="the run ends"):
        world.file(canceled=lambda: True)
    assert world.file() is not None
    (path,) = world.folder.iterdir()
    size = path.stat().st_size
    for most, fits in ((size, True), (size - 1, False)):
        folder = tmp_path / str(most)
        folder.mkdir()
        other = made(folder, monkeypatch, FEED.model_copy(update={"max_bytes": most}))
        other.memory.rows = world.memory.rows
        if fits:
            assert other.file() is not None
            continue
        with pytest.raises(InvalidInput, match=rf"the list is larger than max_bytes \({most}\)"):
            other.file()


def test_what_comes_is_taken_in_its_order_and_what_is_none_is_passed_over(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger=module.log.name)
    asked: list[str] = []

    class Part:
        def __init__(self, hotlist_id: str) -> None:
            self.hotlist_id = hotlist_id

    def parsed(message: ListMessage) -> tuple[Any, str | None]:
        text = (message.payload or b"").decode()
        return (None, "it is no part of a hotlist") if text == "nonsense" else (Part(text), None)

    def refusal(part: Any, topic: str, headers: dict[str, str], now: datetime) -> str | None:
        asked.append(topic)
        return headers.get("refused")

    monkeypatch.setattr(world.given, "_parsed", parsed)
    monkeypatch.setattr(world.given._gate, "refusal", refusal)
    world.topic.messages = [
        [ListMessage(0, 7, {}, b"stolen"), ListMessage(1, 2, {"refused": "of another"}, b"stolen")],
        [ListMessage(0, 8, {}, b"another list"), ListMessage(0, 9, {}, b"nonsense")],
    ]
    assert world.given.look(lambda: False)
    # What may not come is a warning; what was there before, or comes too late, is as it should be.
    refused = "platewatch.shared.hampton.lists.v1 partition {} offset {} is not taken in for list theirs: {}"
    assert [(one.levelname, one.getMessage()) for one in caplog.records] == [
        ("INFO", refused.format(0, 7, "known already")),
        ("WARNING", refused.format(1, 2, "of another")),
        ("WARNING", refused.format(0, 9, "it is no part of a hotlist")),
    ]
    assert [(partition, offset, part is not None) for partition, offset, part in world.memory.taken] == [
        (0, 7, True),
        (1, 2, False),
        (0, 8, False),
        (0, 9, False),
    ]
    assert set(asked) == {"platewatch.shared.hampton.lists.v1"}
    assert len(asked) == 2
    world.memory.taken.clear()
    assert not world.given.look(lambda: True)
    assert [offset for _, offset, _ in world.memory.taken] == [7, 2]
    world.topic.is_whole = False
    assert not world.given.look(lambda: False)


@pytest.mark.parametrize(("age", "ended"), [(7.0, False), (7.001, True)])
def test_what_nobody_speaks_of_any_more_is_forgotten_in_time(world: World, age: float, ended: bool) -> None:
    world.memory.stands = replace(STANDING, published_at=(NOW - timedelta(days=age)).isoformat())
    assert world.given.look(lambda: False)
    assert world.given.look(lambda: False)  # and once
    why = "nothing was heard of it for 7 days, and it may be kept for 7"
    assert world.memory.forgotten == ([(why, False)] if ended else [])


def test_who_may_not_read_any_more_waits_a_moment_and_then_forgets(world: World) -> None:
    world.topic.refuses = True
    for seconds in (1000.0, 1059.0):
        world.seconds = seconds
        with pytest.raises(TransientError, match="no right to read"):
            world.given.look(lambda: False)
    world.topic.refuses = False
    world.seconds = 1061.0
    assert world.given.look(lambda: False)  # it was of a moment: the time runs anew
    world.topic.refuses = True
    with pytest.raises(TransientError):
        world.given.look(lambda: False)
    world.seconds = 1061.0 + 60.0
    assert world.given.look(lambda: False)
    assert world.memory.forgotten == [("Suffolk Police does not let us read it any more", True)]
    assert world.given.look(lambda: False)
    assert len(world.memory.forgotten) == 1


def test_who_could_never_read_is_told_so(world: World) -> None:
    world.memory.stands = ListStanding()
    world.topic.refuses = True
    with pytest.raises(NotPermitted):
        world.given.look(lambda: False)
    assert world.memory.forgotten == []


def test_its_memory_is_opened_when_it_is_needed_and_all_is_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[Any] = []

    class Opened:
        def __init__(self, *given: Any) -> None:
            self.given = given
            done.append(given)

        def close(self) -> None:
            done.append(("closed", self.given))

    monkeypatch.setattr(module, "ListTopic", Opened)
    monkeypatch.setattr(module, "ReceivedList", Opened)
    kafka = KafkaSettings(bootstrap_servers=("192.0.2.7:9092",))
    given = GivenList(FEED, NEIGHBOR, Settings(data_dir=tmp_path), kafka)
    topic = (kafka, ("192.0.2.7:9092",), "platewatch.shared.hampton.lists.v1")
    memory = (tmp_path / "hotlists" / "received" / "theirs.sqlite3",)
    assert done == [topic]
    assert given.received is given.received
    assert done == [topic, memory]
    given.close()
    assert done[2:] == [("closed", topic), ("closed", memory)]
    given.close()
    assert done[4:] == [("closed", topic)]
    assert given.received.given == memory  # type: ignore[attr-defined]
