"""Reads of a topic become reads, hits and alerts of the database, whichever member of the group gets them."""

from __future__ import annotations

import dataclasses
import itertools
import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from operations.status.local import service_statuses
from schemas.errors import ConfigurationError
from schemas.settings import AlertSettings
from schemas.types import Location
from services.run_state import health_file, read_run_health
from storage.database import Database
from storage.quarantine.quarantine import Quarantine
from storage.reads.images import ImageStore, image_key
from storage.reads.search import ReadSearch
from storage.spool.messages import Message
from tests.integration.kafka.conftest import Broker, wait_until
from tests.integration.kafka.members import AGENCY, Group, ThreadMember, message_of, passing
from tests.integration.storage.samples import activate, sample_entry

_numbers = itertools.count(1)
WANTED = "VNV4527"


@pytest.fixture
def group(kafka_broker: Broker, database: Database, database_url: str, tmp_path: Path) -> Iterator[Group]:
    """A fresh topic, and a list with one plate."""
    activate(database, [sample_entry(1, WANTED, valid_from=None, valid_until=None)])
    made = Group(kafka_broker, database, database_url, f"platewatch.reads.test-{next(_numbers)}.v1", tmp_path)
    yield made
    made.close()


def _alarms(group: Group) -> list[tuple[Any, ...]]:
    return group.ask("select kind, subject, message from alarms where cleared_at is null")


def test_a_read_is_stored_with_its_hits_and_alerts_and_then_its_offset_is_committed(group: Group) -> None:
    early = passing(WANTED, revision=3, is_final=False)
    final = dataclasses.replace(early, revision=0, is_final=True)
    group.send([message_of(early, better_pictures_follow=True), message_of(final)])
    group.publish([passing(f"ABC{number:04d}") for number in range(40)])
    with group.member() as member:
        wait_until(lambda: group.committed() == 42)
        assert group.stored() == 41
        (found,) = ReadSearch(group.database).find(WANTED)
        assert found.read_id == early.read_id
        assert found.is_final
        assert [kind for _, kind in group.alerts()] == ["alert"]
        _lag_is_told(member)
        # The same again, as after a rebalance: nothing changes.
        group.send([message_of(final), message_of(early, better_pictures_follow=True)])
        wait_until(lambda: group.committed() == 44)
    assert (group.stored(), len(group.alerts())) == (41, 1)
    assert member.totals is not None
    assert (member.totals.new_reads, member.totals.alerts, member.totals.dead_letters) == (41, 1, 0)


def _lag_is_told(member: ThreadMember) -> None:
    def is_told() -> bool:
        health = read_run_health(member.settings.data_dir, health_file("matcher"))
        return health is not None and any(
            source.source_id == member.settings.kafka.reads_topic and source.received == 42 and source.waiting == 0
            for source in health.sources
        )

    wait_until(is_told)
    (status, *_), _ = service_statuses(member.settings, datetime.now(UTC))
    assert status.stages_in_trouble == ()


def test_what_cannot_be_used_goes_to_the_dead_letters_and_stops_nobody(group: Group) -> None:
    good = json.loads(message_of(passing("ABC0001")).payload)

    def changed(**fields: Any) -> bytes:
        return json.dumps(good | fields).encode()

    def read(**fields: Any) -> bytes:
        return changed(read=good["read"] | fields)

    poison: list[tuple[bytes | None, str]] = [
        (b"\xff\x00 no JSON", "not JSON"),
        (b"[1, 2]", "no object"),
        (None, "no content"),
        (b'{"schema_version": "1"}', "read.* field required|message_id: field required"),
        (changed(schema_version="2"), "schema version '2', and version 1 is read here"),
        (read(agency_id="shelbyville"), "of agency 'shelbyville', and this installation is that of 'springfield'"),
        (read(plate=["A"]), r"read\.plate: input should be a valid string"),
        (read(confidence=True), r"read\.confidence: input should be a valid number"),
        (read(captured_at="0001-01-01T00:00:00Z"), "no time at which"),
        (read(first_seen="2030-01-01T00:00:00Z"), "does not lie between"),
        (changed(arrived_at="2190-01-01T00:00:00Z"), "a day ahead"),
        (read(box={"x1": 1e300, "y1": 0, "x2": 1, "y2": 1}), "a number of the read is none, or too large"),
        (read(plate_image_key="../../etc/passwd"), "not the key of a picture of this read"),
        (read(vehicle={"make": "FO\u0000RD"}), "zero character"),
        (read(camera_id="gate\u001b[2J"), "read.camera_id"),
        (b'{"read": "' + b"x" * 920_000 + b'"}', "more than kafka.max_message_bytes"),
    ]
    group.send_raw([value for value, _ in poison])
    group.send_raw([message_of(passing("ABC0002")).payload])
    with group.member() as member:
        wait_until(lambda: group.committed() == len(poison) + 1)
        wait_until(lambda: _alarms(group))
    letters = {
        letter.headers and dict(letter.headers)["platewatch_offset"]: letter for letter in group.dead_letters(15)
    }
    # One of them is too large for the other topic, too: it is kept all the same.
    quarantined = group.ask("select path, reason, length(body) from quarantined_messages")
    assert len(letters) + len(quarantined) == len(poison)
    reasons = {int(place): dict(letter.headers)["platewatch_reason"].decode() for place, letter in letters.items()}
    reasons |= {int(path.rpartition("/")[2]): reason for path, reason, _ in quarantined}
    for number, (value, expected) in enumerate(poison):
        assert re.search(expected, reasons[number]), (number, reasons[number])
        if str(number).encode() in letters:
            assert letters[str(number).encode()].value == (value or b"")
    assert {length for _, _, length in quarantined} == {920_012}
    assert group.stored() == 1
    assert [(kind, subject.split(" on ")[0]) for kind, subject, _ in _alarms(group)] == [("dead_letters", group.topic)]
    assert member.totals is not None
    assert member.totals.dead_letters == len(poison)


def test_without_the_topic_of_dead_letters_they_are_quarantined(group: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.published.retrying.LOOK_SECONDS", 0.2)
    # A name that the broker does not take.
    monkeypatch.setattr("schemas.settings.kafka.KafkaSettings.dead_reads_topic", "not/a/topic")
    group.send_raw([b"{", b"}"])
    with group.member():
        wait_until(lambda: group.committed() == 2)
        _mended(group)
    kept = group.ask("select source_id, path, convert_from(body, 'UTF8') from quarantined_messages order by path")
    assert kept == [(group.topic, f"{group.topic}/0/0", "{"), (group.topic, f"{group.topic}/0/1", "}")]


def _mended(group: Group) -> None:
    """A message that this machine can use now, as after an update, and one that it still cannot, are tried again."""
    message = message_of(passing("ABC0009")).payload
    quarantine = Quarantine(group.database)
    for body in (message, b"["):
        quarantine.add(Message(group.topic, datetime.now(UTC), body, path="elsewhere"), "platewatch", "too new")
    quarantine.ask_retry(None)
    wait_until(lambda: group.stored() == 1)
    statement = "select reason from quarantined_messages where body = '[' and retry_asked_at is null"
    wait_until(lambda: group.ask(statement) == [("the message is not JSON",)])
    wait_until(lambda: len(quarantine.newest(10)) == 3)
    group.ask("delete from quarantined_messages where path = 'elsewhere' returning 1")


def test_one_vehicle_at_two_cameras_is_one_alert_and_a_clone_is_told_across_members(group: Group) -> None:
    here, far = Location(36.8, -76.3), Location(40.7, -74.0)
    with group.member("one") as one, group.member("two") as two:
        _share(one, two)
        # Every spelling has a key, so a partition, of its own: both members have some.
        spellings = [WANTED, "VNV4S27", "VNV45Z7", "VNV452T", "VNU4527", "VNV4527"]
        group.publish([passing(text, location=here, ago=20 - place) for place, text in enumerate(spellings)])
        wait_until(lambda: group.committed() == len(spellings))
        assert [kind for _, kind in group.alerts()].count("alert") == 1
        group.publish([passing(WANTED, "bridge", location=far, ago=1)])
        wait_until(lambda: group.committed() == len(spellings) + 1)
    told = group.ask("select convert_from(payload, 'UTF8')::jsonb -> 'clone' ->> 'camera_id' from outbox")
    assert {camera for (camera,) in told if camera} == {"bridge", "gate"}
    alerts = [alert_id for alert_id, kind in group.alerts() if kind == "alert"]
    assert len(alerts) == len(set(alerts)) == 2


def _share(*members: ThreadMember) -> None:
    """Wait until every member has partitions."""

    wait_until(lambda: all(member.service is not None and member.service.partitions for member in members))


def test_all_members_follow_a_list_within_a_second(group: Group) -> None:
    with group.member("one") as one, group.member("two") as two:
        _share(one, two)
        members = (one, two)
        assert [member.service and member.service.entries for member in members] == [1, 1]
        began = time.monotonic()
        more = [sample_entry(number, f"KLM{number:04d}", valid_from=None, valid_until=None) for number in (2, 3)]
        activate(group.database, [sample_entry(1, WANTED, valid_from=None, valid_until=None), *more])
        wait_until(lambda: [member.service and member.service.entries for member in members] == [3, 3])
        # A second on a machine that has nothing else to do.
        assert time.monotonic() - began < 30
        group.publish([passing("KLM0002"), passing("KLM0003")])
        wait_until(lambda: group.committed() == 2)
        assert len(group.alerts()) == 2


def test_the_picture_for_an_alert_is_fetched_and_one_that_is_missing_costs_nothing_else(group: Group) -> None:
    group.changes["alerts"] = AlertSettings(second_reader="off", topic="t", storm_minimum=0)
    first, second, innocent = passing(WANTED, "one"), passing(WANTED, "two"), passing("ABC1234", "three")
    reads = [dataclasses.replace(read, plate_image_key=image_key(read, "plate")) for read in (first, second, innocent)]
    settings = group.settings("one")
    assert reads[0].plate_image_key is not None
    ImageStore(settings).save(reads[0].plate_image_key, b"\xff\xd8picture\xff\xd9")
    group.publish(reads)
    with group.member("one") as member:
        wait_until(lambda: group.committed() == 3)
    pictures = dict(
        group.ask(
            "select convert_from(payload, 'UTF8')::jsonb -> 'read' ->> 'camera_id', "
            "convert_from(payload, 'UTF8')::jsonb ->> 'plate_picture' from outbox"
        )
    )
    assert pictures["one"] == "/9hwaWN0dXJl/9k="
    assert pictures.get("two") is None
    assert member.totals is not None
    assert member.totals.missing_pictures == 1
    kept = {key for (key,) in group.ask("select plate_image_key from reads")}
    assert kept == {read.plate_image_key for read in reads}


def test_reads_of_a_clock_that_is_ahead_are_dated_by_their_arrival(group: Group) -> None:
    ahead = datetime.now(UTC) + timedelta(hours=5)
    read = passing("ABC1234", ago=-5 * 3600)
    group.send([message_of(read, arrived_at=ahead)])
    with group.member():
        wait_until(lambda: group.committed() == 1)
    (found,) = ReadSearch(group.database).find("ABC1234")
    assert found.captured_at <= datetime.now(UTC)
    assert found.claimed_at == read.captured_at
    assert found.agency_id == AGENCY


def test_messages_that_cannot_be_kept_now_come_again(group: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("schemas.settings.kafka.KafkaSettings.dead_reads_topic", "not/a/topic")
    refusals = [ConfigurationError("permission denied"), ConfigurationError("permission denied")]
    add = Quarantine.add

    def refusing(self: Quarantine, message: Message, vendor: str, reason: str) -> None:
        if refusals:
            raise refusals.pop()
        add(self, message, vendor, reason)

    group.publish([passing("ABC0001")])
    with group.member():
        # A stage that has never worked ends its run: a person has to correct that.
        wait_until(lambda: group.committed() == 1)
        monkeypatch.setattr(Quarantine, "add", refusing)
        group.send_raw([b"{", message_of(passing("ABC0002")).payload])
        wait_until(lambda: group.committed() == 3)
    assert refusals == []
    assert group.stored() == 2
    assert len(group.ask("select 1 from quarantined_messages")) == 1
