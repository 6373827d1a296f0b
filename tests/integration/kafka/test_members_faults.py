"""Two members as processes: one is killed in mid-batch, the database restarts, a list changes; the books agree."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

from schemas.ids import alert_id, hit_id
from storage.database import Database
from tests.integration.kafka.conftest import Broker, wait_until
from tests.integration.kafka.members import Group, passing
from tests.integration.storage.samples import activate, sample_entry

_RNG = random.Random(4)
LISTED = ["".join([*_RNG.choices("ACEHKMNPRTWXY", k=3), *_RNG.choices("0123456789", k=4)]) for _ in range(20)]
"""No one looks like another one."""
ADDED = "XYZ7777"


def _list(database: Database, plates: list[str]) -> None:
    activate(
        database,
        [sample_entry(number, plate, valid_from=None, valid_until=None) for number, plate in enumerate(plates)],
    )


def _restart(database: Database) -> None:
    """Have the server end, as an administrator does; whoever looks after it starts it again.

    How long that takes is the machine's: on a fast one nobody may have asked anything meanwhile.
    """
    with database.connection() as connection:
        (backend,) = connection.execute("select pg_backend_pid()").fetchone() or (0,)
    fields = Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()
    os.kill(int(fields[1]), signal.SIGINT)


def _has_partitions(group: Group, name: str, process: subprocess.Popen[str]) -> bool:
    assert process.poll() is None, group.log(name)
    return "partitions came" in group.log(name)


def test_no_read_is_lost_and_no_alert_doubled_whatever_happens(
    kafka_broker: Broker, database: Database, database_url: str, tmp_path: Path
) -> None:
    _list(database, LISTED)
    group = Group(kafka_broker, database, database_url, "platewatch.reads.faults.v1", tmp_path)
    innocent = [passing(f"A{number:05d}", f"gate-{number % 7}") for number in range(3000)]
    # Everybody passes twice at one place: the second time is a repeat.
    wanted = [passing(plate, "bridge", ago=9 - time) for time in (0, 5) for plate in LISTED]
    reads = list(innocent)
    for place, read in enumerate(wanted):
        reads.insert(place * 75, read)
    # Some come twice, as when an edge machine is not sure that they were taken.
    sent = [*reads, *reads[:100]]
    processes = {name: group.process(name) for name in ("one", "two")}
    try:
        wait_until(lambda: all(_has_partitions(group, name, process) for name, process in processes.items()))
        group.publish(sent[:2000])
        wait_until(lambda: group.stored() > 100)
        processes["one"].kill()
        # The other one has its partitions only when the broker misses it: meanwhile the list changes.
        _list(database, [*LISTED, ADDED])
        group.publish(sent[2000:])
        group.send_raw([b"{}"])
        started = group.ask("select pg_postmaster_start_time()")
        _restart(database)
        late = passing(ADDED, "bridge")
        time.sleep(1.0)
        group.publish([late])
        wait_until(lambda: group.committed() == len(sent) + 2)
        began = time.monotonic()
        processes["two"].send_signal(signal.SIGTERM)
        out, _ = processes["two"].communicate(timeout=90)
        assert time.monotonic() - began < 60
    finally:
        for process in processes.values():
            process.kill()
            process.communicate()
        group.close()
    assert processes["two"].returncode == 0, group.log("two")
    assert json.loads(out)["dead_letters"] == 1
    every = {read.read_id for read in (*reads, late)}
    assert {read_id for (read_id,) in group.ask("select read_id from reads")} == every
    kinds = Counter(kind for _, kind in group.alerts())
    assert kinds["alert"] == len(LISTED) + 1
    raised = group.ask("select convert_from(payload, 'UTF8')::jsonb -> 'entry' ->> 'plate' from outbox")
    assert {plate for (plate,) in raised if plate is not None} == {*LISTED, ADDED}
    # No alert but those that follow from the reads, each under its own id.
    entries = dict(group.ask("select plate, entry_id from hotlist_entries"))
    possible = {
        alert_id(hit_id(read.read_id, entries[read.plate]), kind)
        for read in (*wanted, late)
        for kind in ("alert", "update")
    }
    assert {one for one, _ in group.alerts()} <= possible
    assert group.ask("select pg_postmaster_start_time()") != started, "the database was not away"
