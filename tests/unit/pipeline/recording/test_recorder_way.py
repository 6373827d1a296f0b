"""The recorder's way, with everything around it in memory: what is stored, when, who is told, and who waits."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest

from alerts.settling.found import Found, Recorded
from matcher.index import HotlistIndex
from matcher.match import Matcher
from pipeline.counters import Counters, RunTotals
from pipeline.health.board import HealthBoard
from pipeline.lists.live_matcher import LiveMatcher
from pipeline.recording import evidence, pictures, recorder
from pipeline.recording.alarming import BoardAlarms
from pipeline.recording.pace import CAMERAS, Pace
from pipeline.recording.queue import ArrivalQueue
from pipeline.recording.recorder import Recorder
from pipeline.recording.second_opinion import Opinion
from schemas.arrivals import Arrival, HandedOver, Pictures
from schemas.errors import DatabaseUnavailable, InvalidInput, TransientError
from schemas.events import AlarmKind, Alert
from schemas.settings import Settings
from schemas.types import Category, Hit, HotlistEntry, PlateRead, SecondReading, VendorReport
from tests.unit.matcher.samples import SETTINGS, entry, read
from tests.unit.samples import NoReceipt

LISTED, GATED = entry("VNV4527", "US-VA"), entry("SLT4521", "US-VA", category=Category.SEX_OFFENDER)


@dataclass
class Lists:
    """Active lists that a test may change, and how often they were asked for hits and for a newer version."""

    entries_now: list[HotlistEntry]
    matched: list[str] = field(default_factory=list)
    refreshed: int = 0
    weak: frozenset[UUID] = frozenset()

    def refresh(self) -> None:
        self.refreshed += 1

    def match_batch(self, reads: Sequence[PlateRead]) -> list[list[Hit] | InvalidInput]:
        self.matched += [one.plate for one in reads]
        found = Matcher(HotlistIndex.build(self.entries_now, {}), SETTINGS).match_batch(reads)
        return [
            [dataclasses.replace(hit, alerts=hit.read_id not in self.weak) for hit in hits]
            if isinstance(hits, list)
            else hits
            for hits in found
        ]

    def entries(self, hits: Iterable[Hit]) -> Mapping[UUID, HotlistEntry]:
        wanted = {hit.entry_id for hit in hits}
        return {one.entry_id: one for one in self.entries_now if one.entry_id in wanted}


@dataclass
class Store:
    """Stands where the database is: notes every transaction; refuses plates, and is away for some calls."""

    refuses: frozenset[str] = frozenset()
    away: int = 0
    stored: list[list[Found]] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None

    def record(self, found: Sequence[Found]) -> Recorded:
        if self.away:
            self.away -= 1
            raise DatabaseUnavailable("the server is down")
        if any(one.read.plate in self.refuses for one in found):
            raise InvalidInput("a value does not fit")
        self.meanwhile()
        if found:
            self.stored.append(list(found))
        sent = [one.alerts for one in found]
        return Recorded(len(found), sum(len(one.hits) for one in found), sum(map(len, sent)), sent)

    @property
    def plates(self) -> list[list[str]]:
        return [[one.read.plate for one in batch] for batch in self.stored]


@dataclass(eq=False)
class Told:
    """A receipt that notes what was stored when it was acknowledged."""

    store: Store
    said: list[tuple[str | None, int]] = field(default_factory=list)

    def acknowledge(self, rejection: str | None) -> None:
        self.said.append((rejection, sum(map(len, self.store.stored))))


@dataclass
class Way:
    """A recorder and what is around it; `go` runs it to its end in the test's own thread."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    store: Store = field(default_factory=Store)
    lists: Lists = field(default_factory=lambda: Lists([LISTED]))
    counters: Counters = field(default_factory=Counters)
    board: HealthBoard = field(default_factory=lambda: HealthBoard("here"))
    stop: threading.Event = field(default_factory=threading.Event)
    seen: list[tuple[str, int]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    is_last: Callable[[], bool] = lambda: True
    pace: Pace = CAMERAS
    length: int = 64

    def __post_init__(self) -> None:
        self.queue = ArrivalQueue(self.stop, self.length)

    def refuse(self, read: PlateRead, reason: str) -> None:
        self.refused.append((read.plate, reason))

    def go(self, *work: Arrival | HandedOver, refuses: bool = True, **settings: Any) -> None:
        self.monkeypatch.setattr(recorder, "SettledReads", lambda *_: self.store)
        given = {"data_dir": self.folder, "alerts": {"second_reader": "off"}, **settings}
        made = Recorder(
            Settings.model_validate(given),
            cast(Any, None),
            BoardAlarms(self.board),
            cast(LiveMatcher, self.lists),
            self.queue,
            self.is_last,
            self.counters,
            lambda read, alerts: self.seen.append((read.plate, len(alerts))),
            self.board,
            pace=dataclasses.replace(self.pace, idle_seconds=0.05, waiting_seconds=0.01),
            refused=self.refuse if refuses else None,
        )
        for one in work:
            self.queue.put(one)
        made.run(self.stop)


@pytest.fixture
def way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Way:
    return Way(tmp_path, monkeypatch)


def came(plate: str, number: int = 0, receipt: Any = None, picture: bytes | None = None, **fields: Any) -> Arrival:
    one = read(plate, "US-VA", **({"read_id": UUID(int=number), "confidence": 0.95} | fields))
    return Arrival(one, Pictures(picture), receipt or NoReceipt("a"), arrived_at=one.captured_at)


PLATES = [f"AAA{number}111" for number in range(5)]


@pytest.mark.parametrize("bad", [(), (0,), (4,), (2,), (1, 2), (0, 2, 4), (0, 1, 2, 3, 4)], ids=repr)
def test_reads_that_cannot_be_stored_cost_no_other_one_and_everybody_is_told_of_their_own(
    way: Way, bad: tuple[int, ...]
) -> None:
    way.store.refuses = frozenset(PLATES[number] for number in bad)
    listed = came("VNV4527", 9)
    receipt = Told(way.store)
    work = [came(plate, number, receipt) for number, plate in enumerate(PLATES)]
    way.go(*work, dataclasses.replace(listed, receipt=receipt), HandedOver(receipt))
    kept = [plate for plate in PLATES if plate not in way.store.refuses]
    assert [plate for batch in way.store.plates for plate in batch] == [*kept, "VNV4527"]
    assert way.refused == [(PLATES[number], "it cannot be stored: a value does not fit") for number in bad]
    assert way.seen == [*((plate, 0) for plate in PLATES), ("VNV4527", 1)]
    assert receipt.said == [(None, len(kept) + 1)]
    totals = way.counters.totals()
    assert (totals.reads, totals.new_reads, totals.alerts) == (6, len(kept) + 1, 1)


def test_without_anybody_who_keeps_it_what_cannot_be_stored_ends_the_run(way: Way) -> None:
    way.store.refuses = frozenset(PLATES[:1])
    receipt = Told(way.store)
    with pytest.raises(InvalidInput):
        way.go(came(PLATES[0], 0, receipt), HandedOver(receipt), refuses=False)
    assert receipt.said == []


def test_a_run_that_is_stopped_while_the_database_is_away_acknowledges_nothing(
    way: Way, caplog: pytest.LogCaptureFixture
) -> None:
    way.store.away = 5
    receipt = Told(way.store)
    way.stop.set()
    way.go(came("VNV4527", 1, receipt), HandedOver(receipt))
    assert (receipt.said, way.store.stored, way.seen) == ([], [], [])
    assert caplog.messages[-1].startswith("stopped while the database was away; what is not recorded comes again")
    assert way.counters.totals() == RunTotals()


def test_reads_that_came_together_share_a_transaction_up_to_the_pace(way: Way) -> None:
    way.pace = dataclasses.replace(CAMERAS, most=3, gathers=False)
    way.go(*(came(plate, number) for number, plate in enumerate(PLATES)))
    assert way.store.plates == [PLATES[:3], PLATES[3:]]
    assert way.lists.refreshed == 2


@pytest.mark.parametrize("gathers", [True, False])
def test_the_pace_says_how_many_are_taken_and_how_long_they_are_waited_for(way: Way, gathers: bool) -> None:
    way.pace = dataclasses.replace(CAMERAS, most=7, gathers=gathers)
    take, took, late = way.queue.take, list[tuple[int, float, bool]](), opinion()

    def taking(limit: int, patience: float, *, gathers: bool) -> list[Arrival | HandedOver]:
        took.append((limit, patience, gathers))
        if len(took) == 2:
            late.answer(None)
        return take(limit, 0.0)

    way.monkeypatch.setattr(way.queue, "take", taking)
    asking(way, {"VNV4527": late})
    way.go(came("VNV4527", 1))
    # Less long while an alert waits for its second reading.
    assert took == [(7, 0.05, gathers), (7, 0.01, gathers), (7, 0.05, gathers)]


def test_who_offers_has_room_while_a_batch_is_stored(way: Way) -> None:
    way.queue = ArrivalQueue(way.stop, 2)
    offered: list[bool] = []
    more = iter([came(PLATES[2], 2)])
    way.store.meanwhile = lambda: [offered.append(way.queue.offer(one)) for one in more]
    way.go(came(PLATES[0]), came(PLATES[1], 1))
    assert offered == [True]
    assert way.store.plates == [PLATES[:2], PLATES[2:3]]


def test_what_is_counted_of_early_and_finished_reads_and_of_silent_hits(way: Way) -> None:
    way.lists.entries_now.append(GATED)
    early = came("VNV4527", 1, is_final=False, revision=1)
    vendors = came("AAA1111", 2, camera_id="vendor", is_final=False, report=VendorReport("axis"))
    receipt = Told(way.store)
    way.go(early, came("VNV4527", 1), came("SLT4521", 3), vendors, HandedOver(receipt, "no JSON"), HandedOver(receipt))
    assert way.counters.totals() == RunTotals(
        reads=2, new_reads=4, hits={"exact": 2}, alerts=2, silent_hits=1, rejected_items=1
    )
    assert {camera: count for (camera, _), count in way.board.reads().items()} == {"gate": 2, "vendor": 1}
    assert receipt.said == [("no JSON", 4), (None, 4)]


@pytest.mark.parametrize("gate", ["never", "always"])
def test_the_gates_of_the_law_and_the_agency_hold(way: Way, gate: str, caplog: pytest.LogCaptureFixture) -> None:
    way.lists.entries_now.append(GATED)
    policies: dict[str, dict[str, Any]] = {
        "never": {"never_notify": ["stolen_vehicle"]},
        "always": {"also_notify": ["sex_offender"], "also_notify_reason": "counsel"},
    }
    way.go(came("VNV4527", 1), came("SLT4521", 2), policy=policies[gate])
    assert way.seen == [("VNV4527", int(gate == "always")), ("SLT4521", int(gate == "always"))]
    assert ("policy.also_notify opens sex_offender: counsel" in caplog.messages) is (gate == "always")


def test_a_hit_that_is_too_weak_alone_alerts_nobody_though_another_read_alerts_on_its_entry(way: Way) -> None:
    way.lists.weak = frozenset({UUID(int=2)})
    way.go(came("VNV4527", 1), came("VNV4527", 2))
    assert way.seen == [("VNV4527", 1), ("VNV4527", 0)]
    assert [len(found.hits) for found in way.store.stored[0]] == [1, 1]
    assert way.counters.totals().silent_hits == 1


def test_an_entry_that_goes_between_its_hit_and_its_alert_alerts_nobody(way: Way) -> None:
    way.lists.entries = lambda hits: {}  # type: ignore[method-assign]
    way.go(came("VNV4527", 1))
    assert way.seen == [("VNV4527", 0)]
    assert [len(found.hits) for found in way.store.stored[0]] == [1]


def test_a_read_that_cannot_be_matched_is_stored_and_counted(way: Way, caplog: pytest.LogCaptureFixture) -> None:
    way.lists.match_batch = lambda reads: [InvalidInput("it has no characters") for _ in reads]  # type: ignore[method-assign]
    way.go(came("VNV4527", 1))
    assert (way.store.plates, way.seen) == ([["VNV4527"]], [("VNV4527", 0)])
    assert way.counters.totals().unmatched_reads == 1
    assert caplog.messages == [f"read {UUID(int=1)} is kept but cannot be matched: it has no characters"]


def test_an_alert_says_who_published_it_and_shows_the_plate_where_it_may(way: Way) -> None:
    alerts: list[Alert] = []
    for embeds in (True, False):
        way.go(
            came("VNV4527", 1, picture=b"jpeg"),
            came("VNV4527", 2),
            agency_id="fairfax",
            alerts={"second_reader": "off", "embed_plate_picture": embeds},
        )
        alerts += [alert for one in way.store.stored[-1] for alert in one.alerts]
    assert [(alert.agency_id, alert.plate_picture) for alert in alerts] == [
        ("fairfax", "anBlZw=="),
        ("fairfax", None),
        ("fairfax", None),
        ("fairfax", None),
    ]


def test_pictures_that_were_swept_before_the_commit_are_there_after_it(way: Way) -> None:
    way.monkeypatch.setattr(pictures, "LATE_SECONDS", 0.0)
    way.store.meanwhile = lambda: [path.unlink() for path in way.folder.rglob("*.jpg")]
    way.go(came("VNV4527", 1, picture=b"jpeg"))
    assert [path.read_bytes() for path in way.folder.rglob("*.jpg")] == [b"jpeg"]


def test_a_wrong_clock_is_told_and_the_read_is_dated_by_its_arrival(way: Way) -> None:
    wrong = came("VNV4527", 1)
    at = wrong.arrived_at + timedelta(days=900)
    moved = dataclasses.replace(wrong.read, captured_at=at, first_seen=at, last_seen=at)
    way.go(wrong.with_read(moved))
    ((found,),) = way.store.stored
    assert (found.read.captured_at, found.read.claimed_at) == (wrong.arrived_at, at)
    assert way.board.stands(AlarmKind.CAMERA_CLOCK, "gate")


@dataclass
class Asked:
    """Stands where pictures and second readings are asked for: gives the opinions that a test holds, by plate."""

    opinions: dict[str, Opinion]
    joined: list[list[Opinion]] = field(default_factory=list)
    at_join: Callable[[], None] = lambda: None

    def asked_for(self, arrival: Arrival) -> Opinion | None:
        return self.opinions.get(arrival.read.plate)

    def join(self, opinions: list[Opinion]) -> None:
        self.joined.append(opinions)
        self.at_join()

    def __enter__(self) -> Asked:
        return self

    def __exit__(self, *_: object) -> None:
        pass


def asking(way: Way, opinions: dict[str, Opinion], then: Callable[[int], None] = lambda _: None) -> Asked:
    """Have opinions asked for; `then` is told before each batch is stored, which by its number."""
    asked = Asked(opinions)
    asked.at_join = lambda: then(len(asked.joined))
    way.monkeypatch.setattr(recorder, "Evidence", lambda *_, **__: asked)
    return asked


def opinion() -> Opinion:
    return Opinion(time.monotonic() + 600)


def one_at_a_time(way: Way) -> None:
    way.pace = dataclasses.replace(CAMERAS, most=1, gathers=False)


def test_an_entry_that_was_withdrawn_while_its_alert_waited_alerts_nobody(way: Way) -> None:
    one_at_a_time(way)
    late = opinion()

    def then(batch: int) -> None:
        if batch == 2:
            way.lists.entries_now.clear()
            late.answer(None)

    asking(way, {"VNV4527": late}, then)
    way.go(came("VNV4527", 1), came("AAA1111", 2))
    assert sorted(way.seen) == [("AAA1111", 0), ("VNV4527", 0)]
    assert [found.hits for batch in way.store.stored for found in batch] == [(), ()]


def test_what_the_second_reader_saw_in_the_same_batch_is_matched_again(way: Way) -> None:
    late = opinion()
    asking(way, {"VNV4527": late}, lambda _: late.answer(SecondReading("VNV4527", 0.9, True)))
    way.go(came("VNV4527", 1))
    ((found,),) = way.store.stored
    assert found.read.second_reading == SecondReading("VNV4527", 0.9, True)
    assert [hit.second_reader_agrees for hit in found.hits] == [True]
    assert way.lists.matched == ["VNV4527", "VNV4527"]


def test_a_picture_that_came_in_the_same_batch_is_in_the_alert_without_matching_again(way: Way) -> None:
    late = opinion()

    def then(_: int) -> None:
        late.picture = b"jpeg"
        late.answer(None)

    asked = asking(way, {"VNV4527": late}, then)
    way.go(came("VNV4527", 1))
    ((found,),) = way.store.stored
    assert [alert.plate_picture for alert in found.alerts] == ["anBlZw=="]
    assert way.lists.matched == ["VNV4527"]
    assert asked.joined == [[late]]


def test_one_that_came_later_is_in_the_alert_too_and_only_its_own_batch_is_waited_for(way: Way) -> None:
    one_at_a_time(way)
    late = opinion()

    def then(batch: int) -> None:
        if batch == 2:
            late.picture = b"jpeg"
            late.answer(None)

    asked = asking(way, {"VNV4527": late}, then)
    way.go(came("VNV4527", 1), came("AAA1111", 2))
    alerts = [alert for batch in way.store.stored for found in batch for alert in found.alerts]
    assert [alert.plate_picture for alert in alerts] == ["anBlZw=="]
    assert asked.joined == [[late], []]


def test_a_later_revision_does_not_overtake_one_that_waits_and_its_receipt_waits_with_it(way: Way) -> None:
    """The finished pass is read as something else, that is on no list and asks nobody: it waits all the same."""
    one_at_a_time(way)
    late = opinion()
    asking(way, {"VNV4527": late}, lambda batch: late.answer(None) if batch == 4 else None)
    early = came("VNV4527", 1, is_final=False, revision=1)
    first, second = Told(way.store), Told(way.store)
    finished, other = came("VNW4527", 1, first), came("AAA1111", 2, second)
    way.go(early, finished, HandedOver(first), other, HandedOver(second))
    assert way.store.plates == [["AAA1111", "VNV4527", "VNW4527"]]
    assert first.said == second.said == [(None, 3)]


def test_the_end_waits_for_what_waits(way: Way) -> None:
    receipt = Told(way.store)
    asking(way, {"VNV4527": Opinion(time.monotonic() + 0.5)})
    way.go(came("VNV4527", 1, receipt), HandedOver(receipt))
    assert (way.seen, receipt.said) == ([("VNV4527", 1)], [(None, 1)])


def test_what_comes_last_of_all_is_recorded_before_the_end(way: Way) -> None:
    late = [came("AAA1111", 1)]

    def is_last() -> bool:
        if late:
            way.queue.put(late.pop())
        return True

    way.is_last = is_last
    way.go()
    assert way.store.plates == [["AAA1111"]]


def test_a_sender_that_does_not_answer_is_asked_until_it_does(way: Way, caplog: pytest.LogCaptureFixture) -> None:
    fails = iter([True, False])

    def acknowledge(rejection: str | None) -> None:
        if next(fails):
            raise TransientError("no answer")

    receipt = Told(way.store)
    way.monkeypatch.setattr(receipt, "acknowledge", acknowledge)
    way.go(came("AAA1111", 1, receipt), HandedOver(receipt))
    assert list(fails) == []
    assert [one for one in caplog.messages if "has to wait" in one] == [
        "acknowledging what was recorded has to wait: no answer; trying again until it works"
    ]


def test_what_nobody_else_kept_is_fetched_where_alerts_show_it_and_nowhere_else(tmp_path: Path) -> None:
    """Each case differs from the first in one thing."""
    bare = came("VNV4527", 1)
    keyed = bare.with_read(dataclasses.replace(bare.read, plate_image_key="2026/03/04/gate/a-plate.jpg"))
    asks = {"embeds": True, "fetches": True, "arrival": keyed}
    for changed, waits in (
        ({}, True),
        ({"embeds": False}, False),
        ({"fetches": False}, False),
        ({"arrival": bare}, False),
        ({"arrival": dataclasses.replace(keyed, pictures=Pictures(b"jpeg"))}, False),
    ):
        case = asks | changed
        settings = Settings.model_validate(
            {"data_dir": tmp_path, "alerts": {"second_reader": "off", "embed_plate_picture": case["embeds"]}}
        )
        own = evidence.Evidence(settings, Counters(), fetches=case["fetches"] is True)
        began = time.monotonic()
        given = own.asked_for(cast(Arrival, case["arrival"]))
        assert (given is not None) is waits, changed
        if given is not None:
            assert timedelta(0) < timedelta(seconds=given.deadline - began) < timedelta(minutes=1)
