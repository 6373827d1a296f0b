"""A batch of reads settles as if each had come alone, and a replay changes nothing."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.settling.cancel import cancel_alerts
from alerts.settling.found import Found, Recorded
from alerts.settling.recording import SettledReads
from schemas import ids
from schemas.events import Alert, ConfirmationEvent
from schemas.plates import canonical_plate
from schemas.settings import AlertSettings, RepeatSettings, Settings
from schemas.settling import OpenAlert, Outcome
from schemas.types import Location, SecondReading, Tier
from storage.alerts.stale import StaleAlert, StaleKind
from tests.integration.alerts.samples import BRIDGE, GATE, MARYLAND, NEAR, VIRGINIA, found, passing
from tests.unit.alerts.samples import START, sample_alert
from tests.unit.alerts.settling.memory import Memory

AT_ONCE = 200

CAMERAS: dict[str, Location | None] = {"gate": GATE, "exit": NEAR, "bridge": BRIDGE, "nowhere": None}


@st.composite
def passes(draw: st.DrawFn) -> Found:
    camera = draw(st.sampled_from(sorted(CAMERAS)))
    second = draw(st.sampled_from([None, SecondReading("ABC1234", 0.9, True)]))
    read = passing(
        draw(st.integers(0, 60)) * 15,
        camera,
        CAMERAS[camera],
        confidence=draw(st.sampled_from([0.6, 0.99])),
        second_reading=second,
    )
    return found(
        read,
        *draw(st.sampled_from([(VIRGINIA,), (MARYLAND,), (VIRGINIA, MARYLAND)])),
        tier=draw(st.sampled_from([Tier.EXACT, Tier.PROBABLE])),
        score=draw(st.sampled_from([12.0, 20.0])),
        notify=draw(st.booleans()),
        picture=draw(st.sampled_from([b"jpeg", None])),
    )


def kept(
    memory: Memory,
) -> tuple[dict[UUID, tuple[Outcome, UUID | None]], dict[UUID, tuple[object, ...]], dict[UUID, OpenAlert]]:
    """What was decided, without the times at which notices were made."""
    hits = {hit_id: (one.outcome, one.alert_id) for hit_id, one in memory.hits.items()}
    alerts = {
        message_id: (alert.type, alert.updates, alert.reason, alert.hit.explanation, alert.read.read_id)
        for message_id, message in memory.messages.items()
        if (alert := Alert.model_validate_json(message.payload))
    }
    return hits, alerts, memory.chains


def settled(parts: Sequence[Sequence[Found]]) -> Memory:
    memory = Memory()
    for part in parts:
        SettledReads(memory, Settings()).record(part)
    return memory


@given(st.lists(passes(), max_size=8, unique_by=lambda one: one.read.read_id), st.data())
def test_a_batch_settles_as_if_each_read_had_come_alone(story: list[Found], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(story)))
    alone = settled([[one] for one in story])
    assert kept(settled([story])) == kept(alone)
    assert kept(settled([story[:cut], story[cut:]])) == kept(alone)


@given(st.lists(passes(), max_size=8, unique_by=lambda one: one.read.read_id))
def test_a_replay_changes_nothing(story: list[Found]) -> None:
    once, twice = settled([story]), settled([story, story])
    assert kept(twice) == kept(once)


def test_a_batch_locks_the_plates_that_it_is_about_and_no_others() -> None:
    memory = Memory()
    quiet = found(passing(1, plate="QQQ1111"), notify=False)
    SettledReads(memory, Settings()).record([found(passing(0, plate="A8C1234")), quiet])
    assert memory.locked == [{"A8C1234", "ABC1234"}]
    SettledReads(memory, Settings()).record([quiet])
    assert len(memory.locked) == 1


def test_what_was_sent_is_told_by_read() -> None:
    memory = Memory()
    first, repeat = found(passing(0), tier=Tier.PROBABLE), found(passing(20))
    recorded = SettledReads(memory, Settings()).record([first, repeat, found(passing(40))])
    assert [[alert.type.value for alert in sent] for sent in recorded.sent] == [["alert"], ["update"], []]
    assert (recorded.reads, recorded.hits, recorded.alerts) == (3, 3, 1)
    assert timedelta(0) == memory.chains[first.alerts[0].alert_id].opened_at - first.read.captured_at


FAR_AWAY = Location(GATE.latitude + 9, GATE.longitude)
"""1,000 km north: half an hour is not enough."""


def sent(*parts: Sequence[Found]) -> list[Alert]:
    return [Alert.model_validate_json(message.payload) for message in settled(parts).messages.values()]


@pytest.mark.parametrize("minutes", [1, 30, 60])
@pytest.mark.parametrize("together", [True, False])
def test_a_number_at_two_places_within_the_hour_alerts_twice_and_both_officers_are_told(
    minutes: int, together: bool
) -> None:
    here, there = found(passing(0)), found(passing(60 * minutes, "bridge", FAR_AWAY))
    first, second, notice = sent(*([[here, there]] if together else [[here], [there]]))
    assert [one.type.value for one in (first, second, notice)] == ["alert", "alert", "update"]
    assert first.clone is None
    assert second.clone is not None
    assert (second.clone.camera_id, second.clone.seconds) == ("gate", 60 * minutes)
    # Whoever looks for the vehicle at the gate hears of the bridge, and when it was there.
    assert (notice.updates, notice.read.camera_id) == (first.alert_id, "gate")
    assert notice.clone is not None
    assert (notice.clone.camera_id, notice.clone.seconds) == ("bridge", -60 * minutes)
    assert notice.clone.captured_at == there.read.captured_at


def test_after_the_hour_a_number_at_another_place_is_nothing_strange() -> None:
    alerts = sent([found(passing(0)), found(passing(3601, "bridge", FAR_AWAY))])
    assert [(one.type.value, one.clone) for one in alerts] == [("alert", None), ("alert", None)]


def test_a_clone_is_told_once_per_camera() -> None:
    here, there = found(passing(0)), found(passing(20, "bridge", BRIDGE))
    again = [found(passing(seconds, "bridge", BRIDGE)) for seconds in (24, 28)]
    assert len(sent([here], [there])) == 3
    assert len(sent([here], [there], *([one] for one in again))) == 3
    memory = Memory()
    store = SettledReads(memory, Settings())
    assert [len(alerts) for one in (here, there) for alerts in store.record([one]).sent] == [1, 2]
    assert [alerts for one in again for alerts in store.record([one]).sent] == [(), ()]


def test_what_is_sent_again_keeps_the_suspicion() -> None:
    here, there = found(passing(0)), found(passing(20, "bridge", BRIDGE), score=12.0)
    better = found(passing(200, "bridge", BRIDGE), score=30.0)
    update = sent([here], [there], [better])[-1]
    assert (update.type.value, update.read.captured_at) == ("update", better.read.captured_at)
    assert update.clone is not None
    assert update.clone.camera_id == "gate"


def test_however_many_alerts_go_each_is_taken_back_once() -> None:
    alerts = [sample_alert(number) for number in range(AT_ONCE * 2 + 3)]
    stale = [
        StaleAlert(one.alert_id, one.entry.plate, json.loads(one.model_dump_json()), StaleKind.WITHDRAWN)
        for one in alerts
    ]
    memory = Memory()
    assert cancel_alerts(memory, stale, START) == len(alerts)
    assert memory.closed == {one.alert_id for one in alerts}
    assert cancel_alerts(memory, stale, START) == 0


def test_what_is_no_alert_keeps_no_other_from_being_taken_back(caplog: pytest.LogCaptureFixture) -> None:
    good, bad = sample_alert(1, "ABC1O34"), sample_alert(2, "BKR2203")
    stale = [
        StaleAlert(bad.alert_id, bad.entry.plate, {"alert_id": str(bad.alert_id)}, StaleKind.REMOVED),
        StaleAlert(good.alert_id, good.entry.plate, json.loads(good.model_dump_json()), StaleKind.REMOVED),
    ]
    memory = Memory()
    assert cancel_alerts(memory, stale, START) == 1
    assert memory.closed == {good.alert_id}
    assert str(bad.alert_id) in caplog.text
    # Whoever settles hits of a plate meanwhile waits.
    assert memory.locked == [{"ABC1034", "BKR2203"}]


def test_alerts_are_taken_back_in_portions_with_their_own_plates_locked() -> None:
    alerts = [sample_alert(number, f"ABC{number:04d}") for number in range(AT_ONCE + 1)]
    stale = [
        StaleAlert(one.alert_id, one.entry.plate, json.loads(one.model_dump_json()), StaleKind.EXPIRED)
        for one in alerts
    ]
    memory = Memory()
    assert cancel_alerts(memory, stale, START) == len(alerts)
    plates = [canonical_plate(one.entry.plate) for one in alerts]
    assert memory.locked == [set(plates[:AT_ONCE]), {plates[-1]}]
    assert list(memory.messages) == [ids.alert_id(one.hit.hit_id, "cancel") for one in alerts]


def test_the_officers_of_an_alert_hear_of_a_clone_of_what_another_camera_of_its_place_saw() -> None:
    first = found(passing(0, "exit", NEAR))
    repeat, elsewhere = found(passing(10)), found(passing(40, "bridge", FAR_AWAY))
    raised, _, notice = sent([first], [repeat], [elsewhere])
    assert (notice.type.value, notice.updates) == ("update", raised.alert_id)
    assert notice.clone is not None
    assert notice.clone.camera_id == "bridge"


def test_officers_elsewhere_hear_nothing_of_a_clone_of_another_place() -> None:
    here, pier = found(passing(0)), found(passing(5, "pier", None))
    raised, other, second, notice = sent([here], [pier], [found(passing(40, "bridge", FAR_AWAY))])
    assert [one.type.value for one in (raised, other, second)] == ["alert"] * 3
    assert (notice.type.value, notice.updates) == ("update", raised.alert_id)


def test_a_read_of_a_batch_does_not_know_what_comes_after_it() -> None:
    here, quiet = found(passing(0)), found(passing(20, "bridge", BRIDGE), notify=False)
    for parts in ([[here], [quiet]], [[here, quiet]]):
        (alert,) = sent(*parts)
        assert alert.clone is None
    # What came before it counts, though nobody was told of it.
    for parts in ([[quiet], [here]], [[quiet, here]]):
        (alert,) = sent(*parts)
        assert alert.clone is not None


def test_whoever_confirmed_an_alert_is_named_in_what_follows_it() -> None:
    memory = Memory()
    first, better = found(passing(0), tier=Tier.PROBABLE), found(passing(20))
    SettledReads(memory, Settings()).record([first])
    said = ConfirmationEvent(status="confirmed", by="kim", at=START, agency_id="local")
    alert_id = first.alerts[0].alert_id
    memory.chains[alert_id] = dataclasses.replace(memory.chains[alert_id], confirmation=said)
    ((update,),) = SettledReads(memory, Settings()).record([better]).sent
    assert update == better.alerts[0].model_copy(
        update={
            "alert_id": ids.alert_id(better.hits[0].hit_id, "update"),
            "type": "update",
            "updates": alert_id,
            "reason": "exact instead of probable",
            "confirmation": said,
        }
    )


def test_what_was_decided_of_a_hit_is_told_again_and_not_decided_again() -> None:
    memory = Memory()
    first, repeat, quiet = found(passing(0)), found(passing(20)), found(passing(40), notify=False)
    once = SettledReads(memory, Settings()).record([first, repeat, quiet])
    again = SettledReads(memory, Settings()).record([first, repeat, quiet])
    assert once.sent == again.sent == [(first.alerts[0],), (), ()]
    assert (once.reads, once.hits, once.alerts, again.reads, again.hits, again.alerts) == (3, 3, 1, 0, 0, 0)
    # The law's gate has opened since: what nobody was to hear of repeats the alert now, or would be one.
    opened = found(passing(40))
    assert SettledReads(memory, Settings()).record([opened]).sent == [()]
    assert [one.outcome.value for one in memory.hits.values()] == ["alerted", "suppressed", "suppressed"]
    # And where it has closed, what was told is told nobody again.
    assert SettledReads(memory, Settings()).record([found(passing(0), notify=False)]).sent == [()]
    assert [one.outcome.value for one in memory.hits.values()] == ["alerted", "suppressed", "suppressed"]
    alone = Memory()
    SettledReads(alone, Settings()).record([quiet])
    recorded = SettledReads(alone, Settings()).record([opened])
    assert (recorded.sent, recorded.hits, recorded.alerts) == ([(opened.alerts[0],)], 0, 1)


def test_each_of_a_read_s_hits_has_what_became_of_it() -> None:
    memory = Memory()
    read = passing(0)
    told, quiet = found(read, VIRGINIA), found(read, MARYLAND, notify=False)
    both = Found(read, (*quiet.hits, *told.hits), told.alerts)
    recorded = SettledReads(memory, Settings()).record([both])
    assert recorded.sent == [told.alerts]
    alert_id = told.alerts[0].alert_id
    assert [
        (one.hit, one.captured_at, one.outcome, one.alert_id, one.is_past, one.is_revision)
        for one in memory.hits.values()
    ] == [
        (quiet.hits[0], read.captured_at, Outcome.SILENT, None, False, False),
        (told.hits[0], read.captured_at, Outcome.ALERTED, alert_id, False, False),
    ]


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize(
    ("seconds", "fields", "settings", "cloned"),
    [
        (3600, {}, {}, True),
        (3600.5, {}, {}, False),
        (60, {"confidence": 0.89}, {}, False),
        (60, {"confidence": 0.9}, {}, True),
        (60, {"confidence_is_known": False}, {}, False),
        (60, {"jurisdiction": "US-MD"}, {}, False),
        (60, {"jurisdiction": None}, {}, True),
        (60, {"plate": "ABC1235"}, {}, False),
        (60, {"plate": "abc-1234"}, {}, True),
        (60, {"location": None}, {}, False),
        (60, {"camera_id": "bridge"}, {}, False),
        (60, {}, {"clone_minutes": 0}, False),
        (60, {}, {"clone_minutes": 1}, True),
        (60, {}, {"clone_minutes": 0.99}, False),
    ],
)
def test_the_same_number_elsewhere_counts_where_it_is_sure_near_in_time_and_placed(
    together: bool, seconds: float, fields: dict[str, object], settings: dict[str, float], cloned: bool
) -> None:
    """Whether both came in one batch or one after the other; nobody is told of the first one."""
    elsewhere = found(passing(0, **({"camera_id": "gate"} | fields)), notify=False)  # type: ignore[arg-type]
    here = found(passing(seconds, "bridge", FAR_AWAY))
    memory = Memory()
    store = SettledReads(memory, Settings(repeats=RepeatSettings(**settings)))
    for part in [[elsewhere, here]] if together else [[elsewhere], [here]]:
        store.record(part)
    (alert,) = [Alert.model_validate_json(message.payload) for message in memory.messages.values()]
    assert (alert.clone is not None) is cloned


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("which", ["here", "there"])
def test_where_a_clock_was_wrong_nobody_knows_how_long_a_vehicle_took(together: bool, which: str) -> None:
    wrong = START - timedelta(days=9)
    elsewhere = found(passing(0, claimed_at=wrong if which == "there" else None), notify=False)
    here = found(passing(60, "bridge", FAR_AWAY, claimed_at=wrong if which == "here" else None))
    for alert in sent(*([[elsewhere, here]] if together else [[elsewhere], [here]])):
        assert alert.clone is None


@pytest.mark.parametrize(("minutes", "told"), [(10, True), (10.01, False)])
def test_the_notice_goes_to_the_alert_of_the_window_in_which_the_other_was_seen(minutes: float, told: bool) -> None:
    """The alert at the gate is of some minutes before the repeat there that shows the clone."""
    raised, repeat = found(passing(0)), found(passing(60 * minutes), notify=False)
    elsewhere = found(passing(60 * minutes + 30, "bridge", FAR_AWAY))
    alerts = sent([raised], [repeat], [elsewhere])
    assert [one.type.value for one in alerts] == ["alert", "alert", *(["update"] if told else [])]
    assert alerts[1].clone is not None
    assert alerts[1].clone.seconds == 30.0


def test_a_clone_is_told_of_once_also_where_the_number_is_seen_there_again_and_better() -> None:
    here, there = found(passing(0)), found(passing(20, "bridge", BRIDGE), score=12.0)
    third = found(passing(30, "pier", Location(GATE.latitude - 1, GATE.longitude)))
    alerts = sent([here], [there], [third])
    assert [
        (one.type.value, one.read.camera_id, None if one.clone is None else one.clone.camera_id) for one in alerts
    ] == [
        ("alert", "gate", None),
        ("alert", "bridge", "gate"),
        ("update", "gate", "bridge"),
        ("alert", "pier", "bridge"),
        ("update", "bridge", "pier"),
    ]
    assert all("one of the plates may be cloned" in one.hit.explanation for one in alerts[1:])
    assert [one.updates for one in alerts[2::2]] == [here.alerts[0].alert_id, there.alerts[0].alert_id]


def test_an_alert_that_was_raised_where_nobody_knows_hears_of_a_clone_within_a_batch() -> None:
    """Its own read cannot be compared with the other one, but what repeats it can."""
    raised, repeat = found(passing(0, "gate", None)), found(passing(10))
    elsewhere = found(passing(40, "bridge", FAR_AWAY))
    for parts in ([[raised], [repeat, elsewhere]], [[raised], [repeat], [elsewhere]], [[raised, repeat, elsewhere]]):
        alerts = sent(*parts)
        assert [one.type.value for one in alerts] == ["alert", "alert", "update"]
        assert alerts[2].updates == raised.alerts[0].alert_id


@pytest.mark.parametrize(
    ("first", "first_key", "then", "then_key", "is_told"),
    [
        (b"jpeg", None, b"jpeg", "b.jpg", False),
        (None, "a.jpg", b"jpeg", "b.jpg", False),
        (None, None, b"jpeg", None, True),
        (None, None, None, "b.jpg", True),
        (None, None, None, None, False),
    ],
)
def test_a_picture_is_told_of_once_whether_it_travels_or_is_kept_with_the_read(
    first: bytes | None, first_key: str | None, then: bytes | None, then_key: str | None, is_told: bool
) -> None:
    alerts = sent(
        [found(passing(0, plate_image_key=first_key), picture=first)],
        [found(passing(10, plate_image_key=then_key), picture=then)],
    )
    assert [one.reason for one in alerts] == [None, *(["with a picture of the plate"] if is_told else [])]


@pytest.mark.parametrize("minimum", [0, 40])
def test_only_where_storms_are_looked_for_is_each_new_alert_asked_about(minimum: int) -> None:
    memory, first = Memory(), found(passing(0))
    store = SettledReads(memory, Settings(alerts=AlertSettings(storm_minimum=minimum)))
    assert store.record([first, found(passing(20)), found(passing(40), tier=Tier.PARTIAL)]).alerts == 1
    asked = [("gate", VIRGINIA.entry_id, first.read.captured_at, 40)]
    assert memory.stormy == (asked if minimum else [])


def test_nothing_is_written_of_no_reads() -> None:
    memory = Memory()
    assert SettledReads(memory, Settings()).record([]) == Recorded(0, 0, 0, [])
    assert (memory.reads, memory.hits, memory.messages) == ({}, {}, {})
