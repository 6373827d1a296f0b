"""Messages that were stored are there, in their order, for another process too, and then gone with their bytes."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.errors import ConfigurationError, StorageFull, TransientError
from storage.spool import group_writer
from storage.spool.group_writer import GroupWriter, Ticket
from storage.spool.messages import Message, Waiting
from storage.spool.spool import Spool

AT = datetime(2026, 1, 31, 6, 0, 0, 123456, tzinfo=UTC)


def message(text: str, source: str = "gate") -> Message:
    return Message(source, AT, text.encode(), "application/json", {"user-agent": "reader"}, "events/1")


def test_messages_come_back_as_they_were_in_their_order_and_stay_until_discarded(tmp_path: Path) -> None:
    with Spool(tmp_path / "inbox" / "messages.sqlite") as spool, Spool(spool.path, durable=False) as other:
        spool.add([message("one"), message("two", "bridge"), message("three")])
        taken = other.take(0, 10)
        assert [one.message for one in taken] == [message("one"), message("two", "bridge"), message("three")]
        assert [one.message.body for one in other.take(taken[0].number, 1)] == [b"two"]
        other.discard([taken[0].number, taken[1].number])
        assert {source: one.count for source, one in spool.waiting().items()} == {"gate": 1}
        assert spool.waiting()["gate"].oldest_at == AT
        spool.add([message("four")])
        # A number is never given twice: whoever remembers the last one that it took misses nothing.
        assert [one.message.body for one in other.take(taken[2].number, 10)] == [b"four"]
        # The room that messages take is free once they are gone, whatever the file's size.
        few = spool.used_bytes()
        spool.add([message("x" * 500_000)])
        assert 480_000 < spool.used_bytes() - few < 600_000
        other.discard([other.take(0, 10)[-1].number])
        assert abs(spool.used_bytes() - few) < 20_000
        # Who only deletes does not wait for the disk.
        kept = [one._file.execute("pragma synchronous").fetchone()[0] for one in (spool, other)]
        assert kept == [2, 1]
    with pytest.raises(ConfigurationError, match="cannot be used"):
        spool.waiting()  # is closed


def test_what_came_before_a_moment_ends_and_the_oldest_that_waits_is_known(tmp_path: Path) -> None:
    tick, epoch = timedelta(microseconds=1), datetime(1970, 1, 1, tzinfo=UTC)
    with Spool(tmp_path / "m.sqlite") as spool:
        for number, moment in enumerate((AT + tick, AT - tick, AT, epoch)):
            spool.add([Message(f"gate-{number % 2}", moment, b"%d" % number)])
        assert spool.waiting() == {"gate-0": Waiting(2, AT), "gate-1": Waiting(2, epoch)}
        assert spool.end(AT) == 2
        assert [one.message for one in spool.take(0, 9)] == [
            Message("gate-0", AT + tick, b"0"),
            Message("gate-0", AT, b"2"),
        ]
        assert spool.end(AT) == 0
        assert spool.waiting() == {"gate-0": Waiting(2, AT)}


def test_no_more_bytes_are_taken_at_a_time_than_asked(tmp_path: Path) -> None:
    with Spool(tmp_path / "m.sqlite") as spool:
        spool.add([message("x" * 1000) for _ in range(10)])
        assert len(spool.take(0, 10, most_bytes=2500)) == 3
        assert [len(spool.take(0, 10, most_bytes=most)) for most in (2999, 3000, 3001, 1)] == [3, 3, 4, 1]


def test_nobody_else_may_read_it_and_what_was_discarded_leaves_no_bytes(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        with Spool(tmp_path / "inbox" / "m.sqlite") as spool:
            spool.add([message("PLATE7XYZ" * 100)])
            files = list(spool.path.parent.iterdir())
            assert len(files) >= 2
            assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
            assert stat.S_IMODE(spool.path.parent.stat().st_mode) == 0o700
            assert any(b"PLATE7XYZ" in file.read_bytes() for file in files)
            spool.discard([spool.take(0, 1)[0].number])
            assert spool.compact()
            assert not any(b"PLATE7XYZ" in file.read_bytes() for file in spool.path.parent.iterdir())
    finally:
        os.umask(old)


def test_what_a_killed_process_has_stored_is_there(tmp_path: Path) -> None:
    path = tmp_path / "m.sqlite"
    code = (
        "import sys; from pathlib import Path; from datetime import UTC, datetime\n"
        "from storage.spool.spool import Spool; from storage.spool.messages import Message\n"
        "spool = Spool(Path(sys.argv[1])); n = 0\n"
        "while True:\n"
        "    spool.add([Message('gate', datetime.now(UTC), b'%d' % n)]); print(n, flush=True); n += 1\n"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        acknowledged = [int(process.stdout.readline()) for _ in range(20)]
        process.send_signal(signal.SIGKILL)
        acknowledged += [int(line) for line in process.stdout.read().split()]
    with Spool(path) as spool:
        bodies = [int(one.message.body) for one in spool.take(0, 100_000)]
    assert bodies[: len(acknowledged)] == acknowledged


def test_a_file_of_a_newer_platewatch_or_a_damaged_one_is_refused(tmp_path: Path) -> None:
    with Spool(tmp_path / "m.sqlite"):
        pass
    connection = sqlite3.connect(tmp_path / "m.sqlite")
    connection.execute("pragma user_version = 99")
    connection.close()
    with pytest.raises(ConfigurationError, match="newer Platewatch"):
        Spool(tmp_path / "m.sqlite")
    (tmp_path / "n.sqlite").write_bytes(b"no database" * 1000)
    with pytest.raises(ConfigurationError, match="move it away"):
        Spool(tmp_path / "n.sqlite")


def test_a_new_file_is_opened_although_another_process_is_making_it(tmp_path: Path) -> None:
    path = tmp_path / "m.sqlite"
    first = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    first.execute("begin immediate")
    first.execute("create table being_made (x)")
    leaving = threading.Timer(0.3, first.close)
    leaving.start()
    with Spool(path) as spool:
        assert spool.waiting() == {}
    leaving.join()


def test_a_full_disk_refuses_a_message_and_what_was_stored_stays(tmp_path: Path) -> None:
    with Spool(tmp_path / "m.sqlite") as spool:
        spool.add([message("kept")])
        spool._file.execute("pragma max_page_count = 20")  # what SQLite says of a full disk
        with pytest.raises(StorageFull, match="no space left"):
            spool.add([message("x" * 500_000)])
        assert [one.message.body for one in spool.take(0, 10)] == [b"kept"]


def test_many_senders_share_a_wait_for_the_disk_and_each_is_told(tmp_path: Path) -> None:
    batches: list[Sequence[Ticket]] = []
    done = threading.Event()

    def settled(tickets: Sequence[Ticket]) -> None:
        batches.append(tickets)
        if sum(map(len, batches)) == 500:
            done.set()

    writer = GroupWriter(tmp_path / "m.sqlite", settled)
    for number in range(500):
        writer.submit(message(str(number)), number)
    assert done.wait(20)
    writer.close()
    assert [ticket.waiter for batch in batches for ticket in batch] == list(range(500))
    assert not any(ticket.error for batch in batches for ticket in batch)
    assert len(batches) < 250
    with Spool(tmp_path / "m.sqlite") as spool:
        assert [one.message.body for one in spool.take(0, 1000)] == [b"%d" % number for number in range(500)]


@pytest.mark.parametrize(("count", "size"), [(3, 1000), (1000, 10)])
def test_what_goes_to_the_disk_at_a_time_has_a_most_of_messages_and_of_bytes(
    count: int, size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_writer, "MOST_AT_ONCE", count)
    monkeypatch.setattr(group_writer, "BYTES_AT_ONCE", size)
    batches: list[int] = []
    done, begun = threading.Event(), threading.Event()

    def settled(tickets: Sequence[Ticket]) -> None:
        begun.wait(60)  # so that all the others wait
        batches.append(len(tickets))
        if sum(batches) == 21:
            done.set()

    writer = GroupWriter(tmp_path / "m.sqlite", settled)
    for _ in range(21):
        writer.submit(message("12345"))
    begun.set()
    assert done.wait(60)
    writer.close()
    most = min(count, size // 5)
    assert max(batches) == most
    assert len(batches) >= 21 // most


def test_one_message_that_cannot_be_stored_does_not_take_others_with_it(tmp_path: Path) -> None:
    told: list[Ticket] = []
    gate = threading.Event()

    def settled(tickets: Sequence[Ticket]) -> None:
        told.extend(tickets)
        gate.wait(10)

    writer = GroupWriter(tmp_path / "m.sqlite", settled, longest=4)
    writer.submit(message("first"))
    while not told:
        gate.wait(0.01)
    writer.submit(message("good"))
    writer.submit(Message("gate", AT, "no bytes"))  # type: ignore[arg-type]
    writer.submit(message("good too"))
    writer.submit(message("last"))
    with pytest.raises(TransientError, match="wait for the disk"):
        writer.submit(message("too many"))
    gate.set()
    writer.close()
    assert [ticket.error is None for ticket in told] == [True, True, False, True, True]
