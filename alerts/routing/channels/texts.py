"""An alert in words, for mail and for the log."""

from __future__ import annotations

from alerts.routing.channels.outcome import Sending
from schemas.events import AlertType
from schemas.wording import list_text


def mail_subject(sending: Sending) -> str:
    """Return a mail's subject, with the plate only where the rule says so."""
    alert = sending.alert
    kind = {AlertType.UPDATE: "UPDATE", AlertType.CANCEL: "CANCELED"}.get(alert.type, "Alert")
    parts = [f"{kind} {sending.number}: {_category(sending)}", _line(alert.read.camera_id)]
    if sending.with_plate:
        parts.insert(1, _line(alert.entry.plate))
    if sending.unit:
        parts.append(f"for {_line(sending.unit)}")
    return ", ".join(parts)


def mail_lines(sending: Sending) -> list[str]:
    """Return a mail's lines, with what names the vehicle only where the rule says so."""
    alert = sending.alert
    lines = [
        f"{_category(sending)}, {alert.hit.tier.value}, {alert.confirmation.words}",
        f"camera {_line(alert.read.camera_id)}, {alert.read.captured_at.astimezone().isoformat(' ', 'seconds')}",
        f"list {_line(list_text(alert))}",
    ]
    if sending.with_plate:
        state = f" {alert.entry.jurisdiction}" if alert.entry.jurisdiction else ""
        lines += [f"listed {_line(alert.entry.plate)}{state}", _line(alert.hit.explanation)]
        if alert.reason:
            lines.append(_line(alert.reason))
    if alert.type is AlertType.CANCEL:
        lines.insert(0, "TAKEN BACK: do not act on this alert any more.")
    return [*lines, "", alert.notice, "", f"platewatch alerts show {sending.number}"]


def log_line(sending: Sending) -> str:
    """Return an alert for the log, without its plate."""
    alert, unit = sending.alert, f" for {_line(sending.unit)}" if sending.unit else ""
    return (
        f"{alert.type.value} {sending.number}{unit}: {_category(sending)}, {alert.hit.tier.value}, camera "
        f"{_line(alert.read.camera_id)}, {alert.confirmation.status.replace('_', ' ')}"
    )


def _category(sending: Sending) -> str:
    return sending.alert.entry.category.value.replace("_", " ")


def _line(text: str) -> str:
    """Return text of lists and cameras as part of one line."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
