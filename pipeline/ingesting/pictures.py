"""Reads whose pictures have to be fetched first, beside those that have theirs: a slow host delays only its own."""

from __future__ import annotations

import dataclasses
import logging
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import httpx

from ingest.picture_urls import fetch_picture
from ingest.vendors.adapter import PictureUrl
from ingest.vendors.arrivals import ReportedArrival
from ingest.vendors.parts.pictures import kept_picture
from pipeline.recording.queue import ArrivalQueue
from pipeline.stages.retry import Stopped
from schemas.arrivals import Arrival, HandedOver, Receipt
from schemas.errors import InvalidInput
from schemas.settings import IngestSource

log = logging.getLogger(__name__)

AT_ONCE = 4
MOST_WAITING = 64
"""Messages whose pictures are being fetched; the next one waits, and all after it."""
SKIP_SECONDS = 60.0
"""A host that gave nothing is not asked again for so long: its reads go on without pictures."""
MOST_URLS = 8


class UrlPictures:
    """Hands reads over, with the pictures that their URLs give.

    Args:
        arrivals: To the recorder.
    """

    def __init__(self, arrivals: ArrivalQueue) -> None:
        self._arrivals = arrivals
        self._pool = ThreadPoolExecutor(AT_ONCE, "picture-urls")
        self._room = threading.Semaphore(MOST_WAITING)
        self._skipped: dict[str, float] = {}

    def hand_over(self, found: Sequence[ReportedArrival], source: IngestSource, receipt: Receipt) -> None:
        """Hand a message's reads over, at once where nothing has to be fetched.

        Raises:
            Stopped: The run was stopped while the recorder's queue was full.
        """
        if not any(one.urls for one in found):
            self._put(found, receipt)
            return
        while not self._room.acquire(timeout=0.2):
            if self._arrivals.is_stopped:
                raise Stopped("fetching pictures")
        self._pool.submit(self._fetch, found, source, receipt)

    def close(self) -> None:
        """Fetch nothing more: messages that were not handed over come again at the next start."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _fetch(self, found: Sequence[ReportedArrival], source: IngestSource, receipt: Receipt) -> None:
        try:
            self._put([self._with_pictures(one, source) for one in found], receipt)
        except Stopped:
            log.debug("stopped while pictures were fetched; the message comes again")
        except Exception:
            log.exception("a message's reads could not be handed over; it comes again at the next start")
        finally:
            self._room.release()

    def _put(self, found: Sequence[ReportedArrival], receipt: Receipt) -> None:
        for one in found:
            for note in one.notes:
                log.info("a picture was left out: %s", note)
            self._arrivals.put(Arrival(one.read, one.pictures, receipt, one.clock, one.arrived_at))
        self._arrivals.put(HandedOver(receipt))

    def _with_pictures(self, one: ReportedArrival, source: IngestSource) -> ReportedArrival:
        pictures = one.pictures
        for url in one.urls[:MOST_URLS]:
            known = pictures.plate if url.kind == "plate" else pictures.context
            if known is not None or (picture := self._picture(url, source)) is None:
                continue
            if url.kind == "plate":
                pictures = dataclasses.replace(pictures, plate=picture)
            else:
                pictures = dataclasses.replace(pictures, context=picture)
        return dataclasses.replace(one, pictures=pictures)

    def _picture(self, url: PictureUrl, source: IngestSource) -> bytes | None:
        host = _host(url.url)
        if time.monotonic() < self._skipped.get(host, 0.0):
            return None
        try:
            return kept_picture(fetch_picture(url.url, source.permitted_hosts), url.kind)
        except InvalidInput as error:
            self._skipped[host] = time.monotonic() + SKIP_SECONDS
            if len(self._skipped) > 1000:
                self._skipped.clear()
            log.warning("source %s: a read goes on without its picture: %s", source.id, error)
            return None


def _host(url: str) -> str:
    try:
        return httpx.URL(url).host
    except (httpx.InvalidURL, ValueError, TypeError):
        return ""
