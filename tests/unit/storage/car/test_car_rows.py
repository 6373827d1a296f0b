"""What a car's files refuse, whoever writes them."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from storage.car.answers import AnswerBook
from storage.car.file import open_car_file
from storage.car.outcomes import OutcomeBook
from storage.spool.spool import Spool

FILES: dict[str, Callable[[Path], Any]] = {
    "car": open_car_file,
    "answers": AnswerBook,
    "outcomes": OutcomeBook,
    "messages": Spool,
}
ROWS = {
    "uploads": ("car", "kind, upload_id, captured_us, body", "'read', 'u', 1, x'00'", "'picture', 'u', 2, x'01'"),
    "pictures": ("car", "key, read_id, captured_us, size", "'k', x'01', 1, 9", "'k', x'02', 2, 8"),
    "alerts": (
        "car",
        "alert_id, hit_id, read_id, captured_us, tier, status, payload",
        "x'01', x'01', x'01', 1, 'exact', 'open', '{}'",
        "x'01', x'02', x'02', 2, 'strict', 'closed', '[]'",
    ),
    "reads": (
        "car",
        "read_id, is_final, revision, captured_us, camera_id, canonical, confidence",
        "x'01', 1, 0, 1, 'front', 'ABC', 0.9",
        "x'01', 0, 1, 2, 'rear', 'DEF', 0.8",
    ),
    "hits": (
        "car",
        "hit_id, read_id, entry_id, captured_us, tier, score, outcome",
        "x'01', x'01', x'01', 1, 'exact', 9.0, 'alerted'",
        "x'01', x'02', x'02', 2, 'strict', 8.0, 'silent'",
    ),
    "chains": (
        "car",
        "alert_id, hit_id, entry_id, camera_id, opened_us, tier, score, confidence, has_picture, has_second_reading,"
        " plates, suspected_cameras",
        "x'01', x'01', x'01', 'front', 1, 'exact', 9.0, 0.9, 1, 0, '[]', '[]'",
        "x'01', x'02', x'02', 'rear', 2, 'strict', 8.0, 0.8, 0, 1, '[1]', '[1]'",
    ),
    "answers": ("answers", "answer_id, said_at, body", "'a', 1.0, '{}'", "'a', 2.0, '[]'"),
    "outcomes": ("outcomes", "answer_id, state, why, at", "'a', 'taken', '', 1.0", "'a', 'refused', 'x', 2.0"),
    "messages": (
        "messages",
        "source, received_us, content_type, headers, path, body",
        "'s', 1, 't', '{}', '', x'00'",
        "",
    ),
}
"""A row of each table of a car's files, and another one that must not stand beside it."""
NUMBERED = ("uploads", "pictures", "alerts", "answers", "outcomes", "messages")


@pytest.mark.parametrize("table", ROWS)
def test_nothing_stands_in_a_cars_file_twice_or_by_half_and_no_number_is_given_again(
    table: str, tmp_path: Path
) -> None:
    """What is sent home is known by its number: one that is given again would be taken for what went before."""
    name, columns, first, second = ROWS[table]
    FILES[name](tmp_path / "file").close()
    with contextlib.closing(sqlite3.connect(tmp_path / "file", isolation_level=None)) as file:
        insert = f"insert into {table} ({columns}) values ({first})"
        file.execute(insert)
        if second:
            with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
                file.execute(f"insert into {table} ({columns}) values ({second})")
        for column in columns.split(", "):
            with pytest.raises(sqlite3.IntegrityError, match="NOT NULL"):
                file.execute(f"update {table} set {column} = null")
        if table in NUMBERED:
            file.execute(f"update {table} set number = 7")
            file.execute(f"update sqlite_sequence set seq = 7 where name = '{table}'")
            file.execute(f"delete from {table}")
            assert file.execute(f"{insert} returning number").fetchone() == (8,)
        assert file.execute("pragma user_version").fetchone() == (1,)
