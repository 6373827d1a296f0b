"""The alert table that people see."""

from __future__ import annotations

import dataclasses
import io

from rich.console import Console
from rich.table import Table

from cli.alerts.tables import alert_table
from schemas.convert import read_to_event
from schemas.events import AlertType
from schemas.types import Movement, VehicleDescription
from tests.unit.alerts.samples import sample_alert, sample_read


def _print(*tables: Table, width: int = 160) -> list[str]:
    console = Console(file=io.StringIO(), width=width)
    for table in tables:
        console.print(table)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return text.splitlines()


def test_the_table_says_what_an_officer_needs() -> None:
    header, row = _print(alert_table([sample_alert()]), width=240)
    assert header.split() == ["Time", "Camera", "Seen", "Listed", "Tier", "Why", "List"]
    for part in (
        "gate",
        "VNV4527 VA",
        "exact",
        "stolen vehicle: plate and state are equal",
        "ncic, 3 h old",
        "confirmed by nobody yet",
    ):
        assert part in row


def test_rows_printed_one_by_one_line_up() -> None:
    together = _print(alert_table([sample_alert(1), sample_alert(2, "A1")]))
    apart = _print(alert_table([sample_alert(1)]), alert_table([sample_alert(2, "A1")], header=False))
    assert together == apart


def test_text_from_lists_is_not_taken_for_markup() -> None:
    alert = sample_alert()
    hostile = alert.model_copy(update={"hit": alert.hit.model_copy(update={"explanation": "[red]x[/] [/nope]"})})
    assert "[red]x[/] [/nope]" in _print(alert_table([hostile]))[1]


def test_states_stand_in_a_column_of_their_own() -> None:
    header, row = _print(alert_table([sample_alert()], states=["waiting"]), width=300)
    assert header.endswith("State".ljust(len(header) - header.index("State")))
    assert row.rstrip().endswith("waiting")


def test_a_cancel_says_so_instead_of_what_the_plate_was_listed_for() -> None:
    taken_back = {"type": AlertType.CANCEL, "reason": "entry withdrawn by lee at 2026-11-23T01:00:00Z (recovered)"}
    row = " ".join(_print(alert_table([sample_alert().model_copy(update=taken_back)]))[1:])
    assert "CANCELED: entry withdrawn by lee at" in row
    assert "2026-11-23T01:00:00Z (recovered)" in row
    assert "VNV4527 VA" in row
    assert "stolen vehicle" not in row


def test_an_update_says_what_is_new_before_what_the_plate_is_listed_for() -> None:
    update = {"type": AlertType.UPDATE, "reason": "exact instead of probable"}
    row = _print(alert_table([sample_alert().model_copy(update=update)]), width=240)[1]
    assert "UPDATED (exact instead of probable): stolen vehicle: plate and state are equal" in row


def test_what_else_the_reader_says_is_there_in_words() -> None:
    read = dataclasses.replace(
        sample_read(),
        confidence=0.7,
        confidence_is_known=False,
        movement=Movement("2", "approaching", 21.0),
        vehicle=VehicleDescription(make="Ford", model="F-150", color="red"),
    )
    rows = _print(alert_table([sample_alert().model_copy(update={"read": read_to_event(read)})]), width=300)
    assert "seen: red Ford F-150, approaching, lane 2, 47 mph" in rows[1]
    seen = rows[0].index("Seen")
    assert " ".join(" ".join(row[seen : seen + 12] for row in rows[1:]).split()) == "VNV4527 VA, confidence unknown"
    assert not any("70" in row for row in rows)


def test_nothing_is_said_of_what_is_not_known() -> None:
    read = dataclasses.replace(sample_read(), vehicle=None)
    rows = _print(alert_table([sample_alert().model_copy(update={"read": read_to_event(read)})]), width=240)
    assert "seen:" not in " ".join(rows)
    assert "unknown" not in " ".join(rows)
