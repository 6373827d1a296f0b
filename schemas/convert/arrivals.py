"""Arrivals between their in-process and their wire form.

What matching, settling and storing go by survives the way there and back unchanged. Pictures do not travel: the read
names them. Of another vendor's message what is longer than `MAX_VENDOR_TEXT` stays behind.
"""

from __future__ import annotations

import dataclasses
from datetime import timedelta

from schemas.arrivals import Arrival, Pictures, Receipt
from schemas.clocks import SourceClock
from schemas.convert.reads import box_from_event, box_to_event, read_from_event, read_to_event
from schemas.events.published import MAX_VENDOR_TEXT, PublishedRead, SourceClockEvent
from schemas.ids import published_read_id
from schemas.types import PlateRead


def arrival_to_event(arrival: Arrival) -> PublishedRead:
    """Return the wire form of an arrival, without its pictures and its receipt."""
    read = arrival.read
    event = read_to_event(read)
    report = read.report
    left_out = event.report is not None and event.report.vendor_hit_left_out
    return PublishedRead(
        message_id=published_read_id(read.read_id, read.revision, is_final=read.is_final),
        read=event,
        arrived_at=arrival.arrived_at,
        clock=_clock_to_event(arrival.clock),
        plate_box=box_to_event(arrival.pictures.plate_box),
        better_pictures_follow=arrival.better_pictures_follow,
        vendor_payload=None if report is None else _short(report.payload),
        vendor_hit=_short(report.hit) if report is not None and left_out else None,
    )


def arrival_from_event(event: PublishedRead, receipt: Receipt) -> Arrival:
    """Return the in-process form of an arrival, with no picture but the place of the plate in it.

    Args:
        event: The wire form.
        receipt: What is acknowledged once it is stored.
    """
    return Arrival(
        read=_whole(read_from_event(event.read), event),
        pictures=Pictures(plate_box=box_from_event(event.plate_box)),
        receipt=receipt,
        clock=_clock_from_event(event.clock),
        arrived_at=event.arrived_at,
        better_pictures_follow=event.better_pictures_follow,
    )


def without_vendor_texts(event: PublishedRead) -> PublishedRead:
    """Return an event whose vendor's message stays behind, for one that would be too large."""
    return event.model_copy(update={"vendor_payload": None, "vendor_hit": None})


def _whole(read: PlateRead, event: PublishedRead) -> PlateRead:
    """Return a read with its vendor's message, which travels beside it."""
    if read.report is None or (event.vendor_payload is None and event.vendor_hit is None):
        return read
    hit = read.report.hit if event.vendor_hit is None else event.vendor_hit
    return dataclasses.replace(read, report=dataclasses.replace(read.report, hit=hit, payload=event.vendor_payload))


def _short(text: str | None) -> str | None:
    return None if text is None or len(text) > MAX_VENDOR_TEXT else text


def _clock_to_event(clock: SourceClock) -> SourceClockEvent:
    return SourceClockEvent(
        ahead_seconds=_seconds(clock.ahead),
        behind_seconds=_seconds(clock.behind),
        is_told=clock.is_told,
        off_seconds=_seconds(clock.off),
        item_began=clock.item_began,
    )


def _clock_from_event(event: SourceClockEvent) -> SourceClock:
    return SourceClock(
        ahead=_span(event.ahead_seconds),
        behind=_span(event.behind_seconds),
        is_told=event.is_told,
        off=_span(event.off_seconds),
        item_began=event.item_began,
    )


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else span.total_seconds()


def _span(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
