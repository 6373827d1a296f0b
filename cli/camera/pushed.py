"""What `platewatch camera check` shows of a camera that pushes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.common import console

if TYPE_CHECKING:
    from operations.cameras.pushed import PushedReport
    from schemas.settings import PushCamera


def pushed_record(report: PushedReport) -> dict[str, Any]:
    """Return it for programs."""
    state = report.state
    return {
        "works": True,
        "address": report.url,
        "frames": report.frames,
        "fps": report.frames / report.seconds,
        "dropped_frames": report.dropped,
        "damaged_frames": report.damaged,
        "clock_offset_seconds": state.clock_offset_seconds,
        "last_read_at": None if state.last_read_at is None else state.last_read_at.isoformat(),
    }


def show_pushed(report: PushedReport, camera: PushCamera) -> None:
    """Show it to a person."""
    state = report.state
    offset = state.clock_offset_seconds
    token = "none is asked for" if camera.token_sha256 is None else "asked for, and it shows the right one"
    for name, text in (
        ("posts to", report.url),
        ("token", token),
        (
            "pictures",
            f"{report.frames} came in {report.seconds:.0f} s, {report.dropped} dropped, {report.damaged} damaged",
        ),
        ("clock", "it does not say what time it has" if offset is None else f"{offset:+.2f} s from this machine's"),
        ("last read", "none" if state.last_read_at is None else f"{state.last_read_at.astimezone():%Y-%m-%d %H:%M:%S}"),
    ):
        console.print(f"{name + ':':<18}{text}", markup=False, highlight=False, soft_wrap=True)
