"""A car's lists are the server's, whatever happens to lists, lines, processes and disks."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from operations.cars import list_parts
from pipeline.lists.live_matcher import LiveMatcher
from schemas.errors import InvalidInput, StorageFull, TransientError
from schemas.settings import MatchingSettings
from schemas.types import Category, VehicleDescription
from services.http.home import Unreachable
from storage.car.lists import merging
from storage.car.lists.file import LISTS_FILE
from storage.database import Database
from storage.hotlists.edits import HotlistEdits
from storage.hotlists.versions import HotlistVersions
from tests.integration.car.list_world import SILENT, CarHere, World, later, some_entries
from tests.integration.hotlists.list_versions import import_version
from tests.integration.storage.samples import activate, sample_entry, sample_id


@pytest.fixture
def world(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(list_parts, "PART_ENTRIES", 7)
    for name in ("LEAST_ENTRIES", "MOST_ENTRIES"):
        monkeypatch.setattr(list_parts, name, list_parts.PART_ENTRIES)
    monkeypatch.setattr(list_parts, "BLOCK_ENTRIES", 3)
    # A block of five is full, so that a few lists of forty have to be merged as national ones have.
    for name, size in (("BLOCK_ENTRIES", 5), ("SMALL_ENTRIES", 3), ("MOST_SMALL", 2), ("MERGED_ENTRIES", 12)):
        monkeypatch.setattr(merging, name, size)
    return World(database, tmp_path)


@pytest.fixture
def car(world: World) -> Iterator[CarHere]:
    one = CarHere(world)
    one.unlock()
    yield one
    one.lists.close()


def test_a_car_has_what_the_server_has(world: World, car: CarHere) -> None:
    awkward = [
        sample_entry(1, "TAB\t1", instructions="line\none\r\\ two", case_number="é/ü", vehicle=None, valid_until=None),
        sample_entry(2, "ABC1234", extra=(("license_type", "PC"), ("DOT", "x"), ("given_by", 'a "quoted" one'))),
        sample_entry(3, "XYZ9", jurisdiction=None, source_entry_id=None, originating_agency=None, priority=None),
        sample_entry(4, "W?W1", vehicle=VehicleDescription(None, None, "MC2", None, None, "truck")),
    ]
    import_version(world.database, [*awkward, *some_entries(range(10, 40))])
    import_version(world.database, some_entries(range(50, 61), "region"), "region")
    car.fetch()
    assert len(car.has()) == 45
    assert car.has() == world.wanted()
    matched = {entry.entry_id: entry for entry in car.matched("ncic")}
    for entry in awkward:
        found = matched[entry.entry_id]
        assert (found.plate, found.category, found.jurisdiction) == (entry.plate, entry.category, entry.jurisdiction)
        assert (found.valid_from, found.valid_until) == (entry.valid_from, entry.valid_until)
    assert matched[sample_id("ncic", 2)].vehicle == VehicleDescription(2009, "YAMA", None, None, "BLK")
    assert car.gate.now().state == "fresh"


def test_what_may_not_notify_never_leaves_the_server(world: World, car: CarHere) -> None:
    answers: list[bytes] = []
    asked = world.ask("unit-12")
    car.ask = lambda query: answers.append(asked(query)) or answers[-1]  # type: ignore[func-returns-value]
    silent = some_entries(range(5), category=SILENT)
    import_version(world.database, [*silent, *some_entries(range(5, 8))])
    car.fetch()
    assert {entry.plate for entry in car.has().values()} == {"CAR0005", "CAR0006", "CAR0007"}
    # Its changes, its end and its withdrawal are nobody's business there either.
    changed = some_entries([5], category=SILENT) + some_entries([0])
    import_version(world.database, [*some_entries([1, 2, 3], category=SILENT, case_number="other"), *changed])
    HotlistEdits(world.database).withdraw([sample_id("ncic", 2)], by="a", reason="b")
    car.fetch()
    assert {entry.plate for entry in car.has().values()} == {"CAR0000"}
    told = b"".join(answers)
    for number in (1, 2, 3, 4):
        entry_id = sample_id("ncic", number)
        assert entry_id.bytes not in told
        assert str(entry_id).encode() not in told


@pytest.mark.parametrize("seed", range(8))
def test_a_car_is_as_the_server_after_anything(world: World, seed: int) -> None:
    rng = random.Random(seed)
    car = CarHere(world)
    car.unlock()
    matcher = LiveMatcher(car.lists, MatchingSettings())
    for _ in range(45):
        _something(rng, world, car)
        if rng.random() < 0.3:
            try:
                matcher.refresh(force=True)
            except TransientError:
                continue
        if rng.random() < 0.25:
            car.ask = world.ask(car.car_id)
            _settle(car)
            assert car.has() == world.wanted(), seed
            assert car.lists.size == len(world.wanted())
            while car.lists.merge_some():
                assert car.lists.size == len(world.wanted()), seed
            assert _blocks(car) <= len(world.wanted()) / 2.5 + 9, "three lists of blocks that are half full or better"
            matcher = matcher if matcher._changes is car.lists else LiveMatcher(car.lists, MatchingSettings())
            matcher.refresh(force=True)
            index = matcher._matcher.index
            assert matcher.size == len(world.wanted()), seed
            assert all(entry_id in index for entry_id in world.wanted()), seed
    car.lists.close()


def _blocks(car: CarHere) -> int:
    return len(car.lists._memory.blocks)


def _settle(car: CarHere) -> None:
    """Fetch as a car does that comes back: what does not fit is asked for anew."""
    for _ in range(4):
        try:
            car.fetch()
        except TransientError:
            continue
        if car.gate.now().state == "fresh":
            return
    raise AssertionError("the car does not become as the server is")


def _something(rng: random.Random, world: World, car: CarHere) -> None:
    database, edits = world.database, HotlistEdits(world.database)
    name = rng.choice(["ncic", "region", "other"])
    ids = [sample_id(name, number) for number in rng.sample(range(40), rng.randrange(1, 6))]
    match rng.choice(
        ["import"] * 3 + ["withdraw"] * 2 + ["restore", "rollback", "remove", "cut", "cut", "end"] + ["merge"] * 4
    ):
        case "import":
            numbers = rng.sample(range(40), rng.randrange(0, 40))
            entries = [
                sample_entry(
                    number,
                    f"CAR{number:04d}",
                    name,
                    category=rng.choice([Category.STOLEN_VEHICLE, Category.STOLEN_VEHICLE, SILENT]),
                    case_number=rng.choice("abc"),
                )
                for number in numbers
            ]
            import_version(database, entries, name)
        case "withdraw":
            edits.withdraw(ids, by="somebody", reason="recovered")
        case "restore":
            edits.restore(ids, by="somebody", reason="entered anew")
        case "rollback":
            try:
                HotlistVersions(database).rollback(name, made_by="somebody", reason="truncated")
            except InvalidInput:
                return  # there is none to go back to
        case "remove":
            HotlistVersions(database).remove(name)
        case "cut":
            left = rng.randrange(1, 8)
            whole = world.ask(car.car_id)

            def ask(query: Mapping[str, str]) -> bytes:
                nonlocal left
                left -= 1
                if left < 0:
                    raise Unreachable("the line was cut")
                return whole(query)

            car.ask = ask
            try:
                car.fetch()
            except TransientError:
                return
        case "end":
            car.restart()
        case "merge":
            merge = car.lists.merged()
            if merge is not None and rng.random() < 0.5:
                # The lists change between the look at them and the commit.
                edits.withdraw(ids, by="somebody", reason="recovered")
                with contextlib.suppress(TransientError):
                    car.fetch()
            before = car.has()
            if merge is not None:
                car.lists.put_merged(*merge)
            assert car.has() == before


def test_a_cut_load_goes_on_where_it_was_cut_after_a_restart(world: World, car: CarHere) -> None:
    import_version(world.database, some_entries(range(30)))
    asked: list[Mapping[str, str]] = []
    whole = world.ask("unit-12")

    def ask(query: Mapping[str, str]) -> bytes:
        if len(asked) == 4:
            raise Unreachable("the line was cut")
        asked.append(query)
        return whole(query)

    car.ask = ask
    car.fetch()
    assert [query.get("part", "0") for query in asked] == ["0", "1", "2", "3"]
    assert car.has() == {}
    assert car.gate.now().state == "offline"
    car.restart()
    world.feed = world.make_feed()
    asked.clear()
    car.fetch()
    assert asked[0]["part"] == "4"
    assert car.has() == world.wanted()


def test_what_is_withdrawn_during_a_long_load_counts_before_its_end(world: World, car: CarHere) -> None:
    import_version(world.database, some_entries(range(10)))
    car.fetch()
    import_version(world.database, some_entries(range(60)))
    whole, edits = world.ask("unit-12"), HotlistEdits(world.database)
    seen: list[int] = []

    def ask(query: Mapping[str, str]) -> bytes:
        part = int(query.get("part", "0"))
        if part == 3:
            edits.withdraw([sample_id("ncic", 1), sample_id("ncic", 59)], by="a", reason="recovered")
        if part == 4:
            seen.append(len(car.has()))
        return whole(query)

    car.ask = ask
    car.fetch()
    assert seen == [9], "what is in force lost the withdrawn entry while the rest was still on its way"
    assert sample_id("ncic", 59) not in car.has()
    assert car.has() == world.wanted()


def test_a_withdrawal_counts_though_its_version_waits(world: World, car: CarHere) -> None:
    import_version(world.database, some_entries(range(10)))
    car.fetch()
    matcher = LiveMatcher(car.lists, MatchingSettings())
    matcher.refresh(force=True)
    with world.database.connection() as connection:
        connection.execute(
            "insert into hotlist_withdrawals (entry_id, hotlist_id, digest, withdrawn_by, reason) "
            "select entry_id, hotlist_id, digest, 'a', 'b' from hotlist_entries where entry_id = %s",
            (sample_id("ncic", 3),),
        )
    car.fetch()
    assert sample_id("ncic", 3) not in car.has()
    matcher.refresh(force=True)
    assert matcher.size == 9
    assert sample_id("ncic", 3) not in matcher._matcher.index


def test_a_car_that_was_away_for_long_is_told_everything(world: World, car: CarHere) -> None:
    import_version(world.database, some_entries(range(20)))
    car.fetch()
    import_version(world.database, some_entries(range(5, 20)))
    with world.database.connection() as connection:
        connection.execute("delete from hotlist_entries where last_version is not null")  # as retention does
    later(world, days=15)
    car.settings = car.settings.model_copy(
        update={"patrol": car.settings.patrol and car.settings.patrol.model_copy(update={"list_wipe_days": 30})}
    )
    car.restart()
    car.fetch()
    assert car.has() == world.wanted()
    assert len(car.has()) == 15


def test_a_server_that_lost_what_it_told_tells_it_anew(world: World, car: CarHere) -> None:
    import_version(world.database, some_entries(range(20)))
    car.fetch()
    with world.database.connection() as connection:
        connection.execute("delete from car_list_editions")
    import_version(world.database, some_entries(range(10, 20)))
    before = car.lists.have.edition
    car.fetch()
    assert car.lists.have.edition > before
    assert car.has() == world.wanted()


def test_a_list_that_another_agency_gives_ends_by_itself(world: World, car: CarHere) -> None:
    given = some_entries(
        range(3),
        "shared",
        extra=(
            ("given_by", "suffolk-pd"),
            ("given_by_name", "Suffolk"),
            ("given_under", "one"),
            ("list_at_owner", "stolen"),
            ("entry_at_owner", str(sample_id("there", 1))),
        ),
    )
    activate(world.database, given, hotlist_id="shared", layout="shared")
    import_version(world.database, some_entries(range(10, 12)))
    car.fetch()
    assert dict(car.has()[sample_id("shared", 1)].extra)["given_by"] == "suffolk-pd"
    later(world, hours=25)
    assert set(car.lists.active_versions()) == {"ncic"}
    assert {entry.hotlist_id for entry in car.has().values()} == {"ncic"}
    assert car.lists.active_entries([sample_id("shared", 1)]) == {}
    car.fetch()
    assert set(car.lists.active_versions()) == {"ncic", "shared"}


def test_nothing_of_the_lists_can_be_read_on_the_disk(world: World, car: CarHere) -> None:
    import_version(world.database, some_entries(range(60)))
    car.fetch()
    HotlistEdits(world.database).withdraw([sample_id("ncic", 3)], by="a", reason="b")
    import_version(world.database, some_entries(range(20, 70)))
    whole, count = world.ask("unit-12"), 0

    def ask(query: Mapping[str, str]) -> bytes:
        nonlocal count
        count += 1
        if count == 3:
            raise Unreachable("the line was cut")
        return whole(query)

    car.ask = ask
    car.fetch()  # part of it is on its way
    car.lists.active_entries([sample_id("ncic", 30)])
    stored = car.bytes_on_disk()
    assert len(stored) > 10_000
    secret = world.key().secret
    assert secret not in stored
    assert secret.hex().encode() not in stored
    for number in range(70):
        entry_id: UUID = sample_id("ncic", number)
        for trace in (
            f"CAR{number:04d}".encode(),
            entry_id.bytes,
            entry_id.hex.encode(),
            str(entry_id).encode(),
            f"V{number:09d}".encode(),
        ):
            assert trace not in stored
    for word in (b"ncic", b"stolen_vehicle", b"YAMA", b"VA0010000"):
        assert word not in stored
    assert [path.name for path in car.folder.rglob("*") if path.is_dir()] == ["car"]
    assert all(path.stat().st_mode & 0o077 == 0 for path in car.folder.rglob("*"))


def test_lists_are_wiped_that_were_not_synchronized_for_too_long(world: World, car: CarHere) -> None:
    import_version(world.database, some_entries(range(20)))
    car.fetch()
    matcher = LiveMatcher(car.lists, MatchingSettings())
    matcher.refresh(force=True)
    assert matcher.size == 20

    def away(query: Mapping[str, str]) -> bytes:
        raise Unreachable("no network")

    car.ask = away
    later(world, days=6.9)
    car.fetch()
    assert car.lists.is_unlocked
    car.restart()  # so that all of it is in the file
    matcher = LiveMatcher(car.lists, MatchingSettings())
    matcher.refresh(force=True)
    assert matcher.size == 20
    with (car.folder / LISTS_FILE).open("rb") as kept:  # as who reads the disk itself
        before = kept.read()
        later(world, days=0.2)
        car.fetch()
        kept.seek(0)
        after = kept.read()
    assert len(after) == len(before) > 4096
    assert all(before[place : place + 64] not in after for place in range(4096, len(before), 1024))
    assert not car.lists.is_unlocked
    assert "not synchronized for more than 7 days" in (car.lists.about.wiped_why or "")
    matcher.refresh(force=True)
    assert matcher.size == 0
    assert car.lists.active_entries([sample_id("ncic", 1)]) == {}
    # It is wiped, too, where nobody signs on any more, and comes whole again.
    car.ask = world.ask("unit-12")
    car.restart()
    car.fetch()
    assert car.has() == world.wanted()
    car.lists.close()
    car.start()
    later(world, days=8)
    car.fetch()
    car.unlock()
    assert car.lists.size == 0
    car.fetch()
    assert car.has() == world.wanted()
    matcher = LiveMatcher(car.lists, MatchingSettings())
    matcher.refresh(force=True)
    assert matcher.size == 20


def test_a_full_disk_leaves_the_lists_as_they_were_until_there_is_room(world: World, car: CarHere) -> None:
    import_version(world.database, some_entries(range(20)))
    car.fetch()
    before = car.has()
    import_version(world.database, some_entries(range(10, 400)))
    file = car.lists._file._file
    (pages,) = file.execute("pragma page_count").fetchone()
    file.execute(f"pragma max_page_count = {pages + 2}")
    with pytest.raises(StorageFull):
        car.fetch()
    assert car.has() == before
    assert car.gate.now().state == "offline", "alerts say that it is not known what was withdrawn"
    car.restart()  # what came of it and lies there already is in order
    assert car.lists.about.wiped_why is None
    assert car.has() == before
    car.fetch()
    assert car.has() == world.wanted()


def test_a_newer_key_takes_the_place_of_the_one_before(world: World, car: CarHere) -> None:
    import_version(world.database, some_entries(range(20)))
    car.fetch()
    HotlistEdits(world.database).withdraw([sample_id("ncic", 3)], by="a", reason="b")
    car.fetch()
    newer = world.key(token_at=world.now + timedelta(seconds=1))
    car.unlock(newer)
    assert car.has() == world.wanted()
    car.lists.close()
    car.start()
    car.unlock(world.key(), newer)
    assert car.has() == world.wanted()
    # The key before opens nothing any more: what is there is wiped.
    car.lists.close()
    car.start()
    car.unlock(world.key())
    assert car.lists.size == 0
    assert "does not count any more" in (car.lists.about.wiped_why or "")
    car.fetch()
    assert car.has() == world.wanted()


def test_a_disk_that_was_changed_is_wiped_and_loaded_anew(world: World, car: CarHere) -> None:
    import_version(world.database, some_entries(range(20)))
    car.fetch()
    path = car.lists._file.path
    car.lists.close()
    earlier = path.read_bytes()
    car.start()
    car.unlock()
    import_version(world.database, some_entries(range(5, 20)))
    car.fetch()
    for damage in (
        "delete from blocks where block = (select max(block) from blocks)",
        "update blocks set stands = null",
    ):
        with car.lists._file.transaction():
            car.lists._file._file.execute(damage)
        car.restart()
        assert car.lists.size == 0, damage
        assert "could not be opened" in (car.lists.about.wiped_why or "")
        car.fetch()
        assert car.has() == world.wanted()
        import_version(world.database, some_entries(range(7, 20)))
        car.fetch()
    # A whole earlier file is no damage, and is brought up to date before anything else is told of it.
    car.lists.close()
    path.write_bytes(earlier)
    car.start()
    car.unlock()
    _settle(car)
    assert car.has() == world.wanted()
