"""From a hit to the message on the topic."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.build import (
    alert_message,
    build_alert,
    build_clone_notice,
    build_update,
    canceling,
    raised_anew,
    with_picture,
)
from schemas import ids
from schemas.convert import read_from_event, read_to_event
from schemas.events import Alert, AlertType, CloneSuspicionEvent, ConfirmationEvent, PlateReadEvent
from schemas.plates import canonical_plate
from schemas.types import PlateRead
from tests.integration.alerts.records import outbox_message
from tests.unit.alerts.samples import AGENCY, START, sample_alert, sample_entry, sample_hit, sample_read


def test_an_alert_tells_an_officer_what_was_seen_and_what_is_listed() -> None:
    alert = sample_alert(3, picture=b"jpeg")
    assert (alert.read.plate, alert.entry.plate) == ("VNV4527", "VNV4527")
    assert (alert.entry.originating_agency, alert.entry.source_entry_id) == ("VA0010000", "V000000001")
    assert (alert.hotlist.hotlist_id, alert.hotlist.age_seconds) == ("ncic", 10_800.0)
    assert alert.hit.explanation == "plate and state are equal"
    assert base64.b64decode(alert.plate_picture or "") == b"jpeg"


def test_the_same_hit_gives_the_same_alert_id_whenever_it_is_built() -> None:
    read, entry = sample_read(), sample_entry()
    hit = sample_hit(read, entry)
    first, second = (
        build_alert(read, hit, entry, agency_id=AGENCY, created_at=moment, plate_picture=None)
        for moment in (START, START + timedelta(hours=1))
    )
    assert first.alert_id == second.alert_id
    assert sample_alert(1).alert_id != sample_alert(2).alert_id


def test_an_update_has_an_id_of_its_own_and_names_the_first_alert() -> None:
    first, better = sample_alert(1), sample_alert(2)
    update = build_update(better, updates=first.alert_id, reason="exact instead of probable")
    assert update == build_update(better, updates=first.alert_id, reason="exact instead of probable")
    assert update.alert_id == ids.alert_id(better.hit.hit_id, "update")
    assert (update.type, update.updates, update.cancels) == (AlertType.UPDATE, first.alert_id, None)
    assert (update.read, update.hit, update.status) == (better.read, better.hit, "open")
    assert outbox_message(update, "t").key == outbox_message(first, "t").key


def test_a_clone_notice_is_told_once_per_camera_in_words_and_as_data() -> None:
    words = "the same number was read 12 km away 3 minutes after: one of the plates may be cloned"
    clone = CloneSuspicionEvent(
        camera_id="bridge", captured_at=START, distance_km=12.0, seconds=-180.0, speed_kmh=260.0, explanation=words
    )
    first, newest = sample_alert(1), sample_alert(2, picture=b"jpeg")
    notices = [
        build_clone_notice(
            newest,
            first=first.alert_id,
            first_hit=first.hit.hit_id,
            clone=clone.model_copy(update={"camera_id": camera}),
            created_at=START + timedelta(seconds=number),
        )
        for number, camera in enumerate(("bridge", "bridge", "tunnel"))
    ]
    assert len({notice.alert_id for notice in notices}) == 2
    notice = notices[0]
    assert (notice.type, notice.updates, notice.clone) == (AlertType.UPDATE, first.alert_id, clone)
    assert notice.hit.explanation == f"plate and state are equal; {words}"
    assert notice.plate_picture == newest.plate_picture
    assert Alert.model_validate_json(outbox_message(notice, "t").payload) == notice


@pytest.mark.parametrize(("size", "travels"), [(0, False), (49_152, True), (49_153, False)])
def test_a_picture_travels_only_where_its_field_has_room(size: int, travels: bool) -> None:
    assert (sample_alert(picture=b"x" * size).plate_picture is not None) is travels


def test_parts_of_different_hits_do_not_become_an_alert() -> None:
    read, entry = sample_read(), sample_entry()
    with pytest.raises(ValueError, match="is not about read"):
        build_alert(
            sample_read(1), sample_hit(read, entry), entry, agency_id=AGENCY, created_at=START, plate_picture=None
        )


def test_a_message_is_a_cloud_event_in_binary_mode_keyed_by_the_listed_plate() -> None:
    alert = sample_alert(plate="V0V O-12")
    message = outbox_message(alert, "platewatch.alerts.springfield.v1")
    headers = dict(message.headers)
    assert message.key == "V0V012"
    assert headers["ce_specversion"] == "1.0"
    assert headers["ce_id"] == str(alert.alert_id) == str(message.alert_id)
    assert headers["ce_type"] == "org.platewatch.alert.v1"
    assert headers["ce_source"] == "urn:platewatch:agency:springfield"
    assert headers["ce_time"] == "2026-11-20T18:30:01Z"
    assert headers["content-type"] == "application/json"
    assert Alert.model_validate_json(message.payload) == alert
    assert json.loads(message.payload)["created_at"] == "2026-11-20T18:30:01Z"


@given(st.text("ABCO0189- ", min_size=1, max_size=10).filter(canonical_plate))
def test_spellings_of_one_plate_share_a_key(plate: str) -> None:
    spelled = plate.lower().replace("0", "o")
    assert outbox_message(sample_alert(plate=plate), "t").key == outbox_message(sample_alert(plate=spelled), "t").key


@pytest.mark.parametrize(
    "read",
    [
        sample_read(),
        PlateRead(
            read_id=sample_read().read_id,
            camera_id="c",
            agency_id="a",
            captured_at=START,
            first_seen=START,
            last_seen=START,
            plate="A1",
            confidence=0.5,
        ),
    ],
)
def test_a_read_survives_the_way_over_the_wire(read: PlateRead) -> None:
    wire = read_to_event(read).model_dump_json()
    assert read_from_event(PlateReadEvent.model_validate_json(wire)) == read


def test_alerts_about_one_listed_plate_keep_their_order_however_it_was_read() -> None:
    alerts = [sample_alert(1), sample_alert(2)]
    misread = alerts[1].model_copy(update={"read": alerts[1].read.model_copy(update={"plate": "VNV4S27"})})
    listed = alerts[0].model_copy(update={"entry": alerts[0].entry.model_copy(update={"plate": "vnv-4527"})})
    assert {alert_message(alert).key for alert in (alerts[0], misread, listed)} == {"VNV4527"}
    other = alerts[0].model_copy(update={"entry": alerts[0].entry.model_copy(update={"plate": "VNV4S27"})})
    assert alert_message(other).key == "VNV4S27"


SAID = ConfirmationEvent(status="confirmed", by="kim", at=START, agency_id=AGENCY)


def test_what_follows_an_alert_is_as_it_was_but_for_what_it_says_itself() -> None:
    """Whole messages: an update, one of a later revision, a cancel, and an alert that is raised anew."""
    alert, hit_id, first = sample_alert(1, picture=b"jpeg"), sample_alert(1).hit.hit_id, sample_alert(2).alert_id
    confirmed = alert.model_copy(update={"confirmation": SAID})
    for revision, name in (("", "update"), ("final 3", "update final 3")):
        said = {"type": AlertType.UPDATE, "updates": first, "reason": "more", "alert_id": ids.alert_id(hit_id, name)}
        assert build_update(alert, updates=first, reason="more", revision=revision) == alert.model_copy(update=said)
        update = build_update(alert, updates=first, reason="more", revision=revision, confirmation=SAID)
        assert update == confirmed.model_copy(update=said)
        assert build_update(confirmed, updates=first, reason="more", revision=revision) == update
    anew = raised_anew(alert, "7")
    assert anew == alert.model_copy(update={"alert_id": ids.alert_id(hit_id, "alert 7")})
    later = START + timedelta(hours=1)
    for taken_back, kind in ((alert, "cancel"), (anew, f"cancel {anew.alert_id}")):
        said = {
            "alert_id": ids.alert_id(hit_id, kind),
            "type": AlertType.CANCEL,
            "status": "closed",
            "created_at": later,
            "plate_picture": None,
            "cancels": taken_back.alert_id,
            "reason": "entry withdrawn",
        }
        assert canceling(taken_back, "entry withdrawn", created_at=later) == taken_back.model_copy(update=said)
        cancel = canceling(taken_back, "entry withdrawn", created_at=later, confirmation=SAID)
        assert cancel == taken_back.model_copy(update=said | {"confirmation": SAID})


def test_a_picture_that_came_later_is_the_same_as_one_that_came_with_the_alert() -> None:
    assert with_picture(sample_alert(1), b"jpeg") == sample_alert(1, picture=b"jpeg")
    assert with_picture(sample_alert(1), b"") == sample_alert(1)
    assert with_picture(sample_alert(1), b"x" * 49_153) == sample_alert(1)


def test_a_hit_raises_no_alert_about_another_read_or_entry() -> None:
    read, entry = sample_read(), sample_entry()
    hit = sample_hit(read, entry)
    for other in ({"read": sample_read(1)}, {"entry": sample_entry("BKR2203")}):
        parts = {"read": read, "entry": entry} | other
        with pytest.raises(ValueError, match="is not about read"):
            build_alert(parts["read"], hit, parts["entry"], agency_id=AGENCY, created_at=START, plate_picture=None)
