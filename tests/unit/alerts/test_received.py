"""What a subscriber remembers."""

from __future__ import annotations

import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from uuid import UUID, uuid4

import pytest

from alerts.received import ReceivedAlerts, RefusedAlert, UnreadableMessage
from schemas.errors import ConfigurationError, StorageFull, TransientError

SEEN_DAYS = 30

MESSAGE = UnreadableMessage("topic", 0, 7, "invalid json", b"\xff{")


def test_what_was_handed_out_is_known_after_a_restart(tmp_path: Path) -> None:
    alert_id = uuid4()
    with ReceivedAlerts(tmp_path / "new" / "r.sqlite3", "group") as received:
        assert not received.is_seen(alert_id)
        received.remember(alert_id)
        received.remember(alert_id)
    with ReceivedAlerts(tmp_path / "new" / "r.sqlite3", "group") as received:
        assert received.is_seen(alert_id)


def test_groups_of_one_data_directory_do_not_share_what_they_saw(tmp_path: Path) -> None:
    alert_id = uuid4()
    with ReceivedAlerts(tmp_path / "r", "one") as one, ReceivedAlerts(tmp_path / "r", "two") as two:
        one.remember(alert_id)
        one.keep_unreadable(MESSAGE)
        assert not two.is_seen(alert_id)
        assert two.unreadable() == []


def test_an_unreadable_message_is_kept_once_with_its_bytes(tmp_path: Path) -> None:
    with ReceivedAlerts(tmp_path / "r", "group") as received:
        assert received.keep_unreadable(MESSAGE)
        assert not received.keep_unreadable(MESSAGE)
        assert received.unreadable() == [MESSAGE]


def test_memory_does_not_grow_for_ever_nor_keep_plates_too_long(tmp_path: Path) -> None:
    alert_id, now = uuid4(), datetime.now(UTC)
    with ReceivedAlerts(tmp_path / "r", "group") as received:
        received.remember(alert_id)
        received.keep_unreadable(MESSAGE)
        received.forget_old(now + timedelta(days=22))
        assert received.is_seen(alert_id)
        assert received.unreadable() == []
        received.forget_old(now + timedelta(days=SEEN_DAYS, hours=1))
        assert not received.is_seen(alert_id)


def test_a_file_that_is_not_its_own_is_named(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite3"
    path.write_bytes(b"not a database" * 100)
    with pytest.raises(ConfigurationError, match=r"r\.sqlite3: cannot be used \(file is not a database\)"):
        ReceivedAlerts(path, "group")
    with pytest.raises(ConfigurationError, match="cannot be opened"):
        ReceivedAlerts(tmp_path, "group")


def test_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with ReceivedAlerts(tmp_path / "new" / "r", "group") as received:
            received.remember(UUID(int=1))
            kept = [tmp_path / "new", *(tmp_path / "new").iterdir()]
            assert len(kept) == 4  # the write-ahead log and its index, too
            assert all(path.stat().st_mode & 0o077 == 0 for path in kept)
    finally:
        os.umask(before)


def test_a_file_that_others_could_read_is_closed(tmp_path: Path) -> None:
    (tmp_path / "r").touch(mode=0o644)
    with ReceivedAlerts(tmp_path / "r", "group"):
        assert (tmp_path / "r").stat().st_mode & 0o077 == 0


def test_members_that_start_at_once_share_a_new_file(tmp_path: Path) -> None:
    """SQLite refuses at once, without waiting, who makes a file shared while another one does."""
    for attempt in range(20):
        path, together = tmp_path / f"{attempt}.sqlite3", Barrier(6)
        with ThreadPoolExecutor(6) as members:

            def start(_member: int, path: Path = path, together: Barrier = together) -> None:
                together.wait()
                with ReceivedAlerts(path, "neighbor") as received:
                    received.remember(UUID(int=7))

            list(members.map(start, range(6)))


def test_what_was_refused_is_listed_once_in_the_order_of_the_topic(tmp_path: Path) -> None:
    first = RefusedAlert("a", 0, 9, UUID(int=3), "category sex_offender: not permitted")
    refused = [first, RefusedAlert("a", 1, 2, UUID(int=2), "?"), RefusedAlert("b", 0, 1, UUID(int=1), "?")]
    with ReceivedAlerts(tmp_path / "r", "one") as one, ReceivedAlerts(tmp_path / "r", "two") as two:
        for message in reversed(refused):
            assert one.keep_refused(message)
        assert not one.keep_refused(RefusedAlert("a", 0, 9, UUID(int=3), "another reason"))
        assert two.keep_refused(first)
        assert (one.refused(), two.refused()) == (refused, [first])
        for place in ((1, 3), (0, 7), (0, 5)):
            one.keep_unreadable(UnreadableMessage("topic", *place, "invalid json", None))
        assert [(message.partition, message.offset) for message in one.unreadable()] == [(0, 5), (0, 7), (1, 3)]


def test_each_thing_is_forgotten_in_its_time(tmp_path: Path) -> None:
    """What was seen or refused as long as it may come again; what was not understood, with what it holds, sooner."""
    began = datetime.now(UTC)
    with ReceivedAlerts(tmp_path / "r", "group") as received:
        received.remember(UUID(int=1))
        received.keep_refused(RefusedAlert("a", 0, 1, UUID(int=2), "?"))
        received.keep_unreadable(MESSAGE)

        def kept(after: timedelta) -> tuple[int, int, int]:
            received.forget_old(began + after)
            return received.is_seen(UUID(int=1)), len(received.refused()), len(received.unreadable())

        soon = timedelta(minutes=10)
        assert kept(timedelta(days=21)) == (1, 1, 1)
        assert kept(timedelta(days=21) + soon) == (1, 1, 0)
        assert kept(timedelta(days=30)) == (1, 1, 0)
        assert kept(timedelta(days=30) + soon) == (0, 0, 0)


@pytest.mark.parametrize(
    ("code", "kind", "says"),
    [
        (sqlite3.SQLITE_FULL, StorageFull, "no space left for the received alerts"),
        (sqlite3.SQLITE_BUSY, TransientError, "another process keeps it busy"),
        (sqlite3.SQLITE_CORRUPT, ConfigurationError, r"cannot be used \(oh\); move it away to begin anew"),
    ],
)
def test_what_is_wrong_with_the_file_is_told_apart(tmp_path: Path, code: int, kind: type[Exception], says: str) -> None:
    """Retried, freed or moved away: each of them is another person's to do."""

    class Failing:
        def execute(self, statement: str, values: object) -> None:
            error = sqlite3.OperationalError("oh")
            error.sqlite_errorcode = code
            raise error

    with ReceivedAlerts(tmp_path / "r.sqlite3", "group") as received:
        # Each alert is on the disk before the broker is told that it was handed out.
        assert received._connection.execute("pragma synchronous").fetchone() == (2,)
        real, received._connection = received._connection, Failing()  # type: ignore[assignment]
        for call in (lambda: received.remember(UUID(int=1)), lambda: received.is_seen(UUID(int=1))):
            with pytest.raises(kind, match=rf"r\.sqlite3: {says}"):
                call()
        received._connection = real
