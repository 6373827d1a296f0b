"""What a request keeps: which reads, all of each, and until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from storage.database import Connection, Database
from storage.preserving.preservations import (
    EndingReads,
    KeptReads,
    end_preservations,
    ending,
    keep_reads,
    kept_reads,
    kept_since,
    preservations,
    release,
    renew,
)
from tests.integration.alerts.records import ReadRecord, Records
from tests.integration.storage.samples import sample_hit, sample_id, sample_read

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
UNTIL = datetime(2027, 3, 1, tzinfo=UTC)
REQUEST = {
    "asked_by": "counsel",
    "form": "letter",
    "case_number": "26-7",
    "reason": "a theft\x00",
    "law": "a test",
    "entered_by": "lee",
    "until_at": UNTIL,
}


def test_it_keeps_the_plates_reads_of_the_time_and_camera_also_those_that_were_misread(database: Database) -> None:
    moments = (NOON - TICK, NOON, NOON + HOUR - TICK, NOON + HOUR)
    reads = {
        (plate, camera, moment): replace(sample_read(number, plate), captured_at=moment, camera_id=camera)
        for number, (plate, camera, moment) in enumerate(
            (plate, camera, moment) for plate in ("AAA1", "BBB2", "CCC3") for camera in ("a", "b") for moment in moments
        )
    }
    Records(database).write([ReadRecord(read) for read in reads.values()])
    misread = reads["CCC3", "a", NOON]
    with database.transaction() as on:
        on.execute(
            "insert into read_corrections (read_id, captured_at, plate, canonical, reason, corrected_by)"
            " values (%s, %s, 'BBB2', 'BBB2', 'x', 'lee')",
            [misread.read_id, misread.captured_at],
        )

        def kept(wanted: KeptReads) -> set[tuple[str, str, datetime]]:
            number, count = keep_reads(on, REQUEST, wanted)
            found = kept_reads(on, number)
            assert found == sorted(found, key=lambda read: (read.captured_at, read.read_id))
            assert (count, preservations(on, number)[0].reads) == (len(found), len(found))
            assert kept_since(on, number) == (found[0].captured_at if found else None)
            assert all(read == reads[read.plate, read.camera_id, read.captured_at] for read in found)
            return {(read.plate, read.camera_id, read.captured_at) for read in found}

        seen = ("CCC3", "a", NOON)
        assert kept(KeptReads(["AAA1"])) == {key for key in reads if key[0] == "AAA1"}
        assert kept(KeptReads(["BBB2"])) == {key for key in reads if key[0] == "BBB2"} | {seen}
        assert kept(KeptReads(["AAA1", "BBB2"], since=NOON)) == {
            key for key in reads if key[0] != "CCC3" and key[2] >= NOON
        } | {seen}
        assert kept(KeptReads(["BBB2"], until=NOON + HOUR)) == {
            key for key in reads if key[0] == "BBB2" and key[2] < NOON + HOUR
        } | {seen}
        assert kept(KeptReads(["BBB2"], since=NOON + TICK, camera_id="b")) == {
            key for key in reads if key[:2] == ("BBB2", "b") and key[2] > NOON
        }
        assert kept(KeptReads(["BBB2"], camera_id="a")) == {key for key in reads if key[:2] == ("BBB2", "a")} | {seen}
        assert kept(KeptReads(["DDD4"])) == set()


def test_a_kept_read_has_all_its_revisions_hits_and_pictures(database: Database) -> None:
    records = [ReadRecord(sample_read(number), (sample_hit(number),)) for number in (0, 1)]
    bare = replace(sample_read(2), plate_image_key=None, context_image_key=None)
    other = replace(sample_hit(0), hit_id=sample_id("hit", 99), hotlist_id="regional")
    records[0] = replace(records[0], hits=(*records[0].hits, other))
    Records(database).write([*records, ReadRecord(bare)])
    with database.transaction() as on:
        for number, is_final, plate_key in ((2, False, "c-early"), (0, True, "b-final"), (1, False, "a-early")):
            on.execute(
                "insert into read_revisions (read_id, is_final, revision, captured_at, content) values"
                " (%s, %s, %s, %s, %s)",
                [
                    *(records[0].read.read_id, is_final, number, NOON),
                    Jsonb({"plate_image_key": plate_key, "context_image_key": records[0].read.context_image_key}),
                ],
            )
        # A row that is written again lies behind the others.
        smallest = min(hit.hit_id for hit in records[0].hits)
        on.execute("update hits set score = score where hit_id = %s", [smallest])
        number, count = keep_reads(on, REQUEST, KeptReads(["VNV4527"]))
        rows = on.execute(
            "select read_id, revisions, hits, image_keys, captured_at, content from preserved_reads"
            " where preservation_id = %s order by captured_at",
            [number],
        ).fetchall()
    assert count == 3
    first, second, third = rows
    assert [one["plate_image_key"] for one in first[1]] == ["a-early", "c-early", "b-final"]
    assert [(one["hit_id"], one["hotlist_id"]) for one in first[2]] == sorted(
        (str(hit.hit_id), hit.hotlist_id) for hit in records[0].hits
    )
    read = records[0].read
    assert first[3] == sorted({"a-early", "b-final", "c-early", read.plate_image_key, read.context_image_key})  # type: ignore[type-var]
    assert (first[0], first[4], first[5]["plate"]) == (read.read_id, read.captured_at, "VNV4527")
    assert (second[1], [one["hit_id"] for one in second[2]]) == ([], [str(sample_hit(1).hit_id)])
    assert second[3] == sorted([records[1].read.plate_image_key, records[1].read.context_image_key])  # type: ignore[type-var]
    assert third[1:4] == ([], [], [])


def requested(on: Connection, until_at: datetime, **others: Any) -> int:
    return keep_reads(on, REQUEST | {"until_at": until_at} | others, KeptReads(["VNV4527"]))[0]


def test_requests_end_at_their_time_or_when_somebody_says_so_and_once(database: Database) -> None:
    Records(database).write([ReadRecord(sample_read(0))])
    with database.transaction() as on:
        due, over, stands, released, renewed = (
            requested(on, moment) for moment in (NOON, NOON - TICK, NOON + TICK, UNTIL, NOON)
        )
        (stored,) = preservations(on, stands)
        assert (stored.asked_by, stored.form, stored.case_number, stored.reason, stored.law, stored.entered_by) == (
            *("counsel", "letter", "26-7", "a theft\\x00", "a test", "lee"),
        )
        assert (stored.until_at, stored.renewals, stored.ended_at) == (NOON + TICK, 0, None)
        assert renew(on, renewed, UNTIL)
        assert release(on, released, "kim", "the case was closed")
        assert not release(on, released, "lee", "again")
        assert not renew(on, released, UNTIL + HOUR)
        soon, days = ending(on, NOON + TICK, NOON)
        assert ([one.preservation_id for one in soon], days) == ([over, due], [])
        assert end_preservations(on, NOON) == 2
        assert end_preservations(on, NOON) == 0
        assert [
            (one.preservation_id, one.ended_by, one.end_reason, one.renewals, one.until_at) for one in preservations(on)
        ] == [
            (due, "platewatch", "its time is over", 0, NOON),
            (over, "platewatch", "its time is over", 0, NOON - TICK),
            (stands, None, None, 0, NOON + TICK),
            (released, "kim", "the case was closed", 0, UNTIL),
            (renewed, None, None, 1, UNTIL),
        ]
        assert [len(kept_reads(on, number)) for number in (over, due, stands, released, renewed)] == [0, 0, 1, 0, 1]
        assert not renew(on, over, UNTIL)
        assert ending(on, UNTIL + TICK, NOON)[0] == [preservations(on, number)[0] for number in (stands, renewed)]
        # Its pictures are to be deleted, once.
        pictures = on.execute("select image_key from ended_pictures order by 1").fetchall()
    read = sample_read(0)
    assert pictures == sorted([(read.plate_image_key,), (read.context_image_key,)])
    with database.transaction() as on:
        # What another request kept, too, and is to be deleted already.
        assert end_preservations(on, UNTIL) == 2
        assert [len(kept_reads(on, number)) for number in (stands, renewed)] == [0, 0]
        assert on.execute("select image_key from ended_pictures order by 1").fetchall() == pictures


def test_reads_that_end_are_counted_by_day_of_utc_with_what_is_kept_and_has_hits(database: Database) -> None:
    midnight = datetime(2026, 11, 20, tzinfo=UTC)
    ages = (-HOUR, -TICK, timedelta(0), HOUR, 2 * HOUR, 3 * HOUR)
    records = [ReadRecord(replace(sample_read(n, f"AAA{n}"), captured_at=midnight + age)) for n, age in enumerate(ages)]
    records[2] = replace(records[2], hits=(sample_hit(2), replace(sample_hit(2), hit_id=sample_id("hit", 98))))
    records[1] = replace(records[1], hits=(sample_hit(1),))
    Records(database).write(records)
    with database.transaction() as on:
        for _ in range(2):
            keep_reads(on, REQUEST, KeptReads(["AAA2", "AAA3", "AAA5"]))
        found = ending(on, NOON, midnight + 3 * HOUR)[1]
    assert found == [
        EndingReads(datetime(2026, 11, 19).date(), 2, 0, 1),
        EndingReads(datetime(2026, 11, 20).date(), 3, 2, 1),
    ]
