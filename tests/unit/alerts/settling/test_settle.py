"""A batch of reads settles as if each had come alone, and a replay changes nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.settling.cancel import AT_ONCE, cancel_alerts
from alerts.settling.found import Found
from alerts.settling.recording import SettledReads
from schemas.events import Alert
from schemas.settings import Settings
from schemas.settling import OpenAlert, Outcome
from schemas.types import Location, SecondReading, Tier
from storage.alerts.stale import StaleAlert, StaleKind
from tests.integration.alerts.samples import BRIDGE, GATE, MARYLAND, NEAR, VIRGINIA, found, passing
from tests.unit.alerts.samples import START, sample_alert
from tests.unit.alerts.settling.memory import Memory

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


@pytest.mark.parametrize("minutes", [1, 30, 59])
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
