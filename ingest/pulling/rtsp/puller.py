"""A camera's metadata, of which the documents that say something of a plate are stored."""

from __future__ import annotations

import re
import time

from ingest.pulling.outlet import Ended, Outlet
from ingest.pulling.rtsp.documents import Documents
from ingest.pulling.rtsp.repeats import Repeats
from ingest.pulling.rtsp.session import Session
from ingest.streams.failures import StreamFailed
from schemas.settings import RtspPull
from storage.spool.messages import Message

LOOK_SECONDS = 0.2
GATHER_SECONDS = 0.25
"""A plate in view is said again with each frame: what comes within so long is stored together."""
AT_ONCE = 100

# In plain text, or in an encoding of two bytes.
_PLATE = re.compile(rb"p\0?l\0?a\0?t\0?e|a\0?n\0?p\0?r", re.IGNORECASE)


class MetadataPuller:
    """Reads one camera.

    Args:
        settings: The camera.
    """

    def __init__(self, settings: RtspPull) -> None:
        self._settings = settings

    def pull(self, outlet: Outlet) -> None:
        """Store what comes; see `Puller`."""
        with Session(self._settings) as session:
            track = session.play()
            outlet.telling.connected()
            documents = Documents(track.payload_type, outlet.largest, is_packed=track.is_packed)
            taken: list[Message] = []
            try:
                self._read(session, documents, taken, outlet)
            finally:
                _store(taken, outlet)
        raise Ended

    def _read(self, session: Session, documents: Documents, taken: list[Message], outlet: Outlet) -> None:
        came = stored = time.monotonic()
        repeats = Repeats()
        damaged = 0
        while not outlet.is_stopped:
            for packet in session.packets(LOOK_SECONDS):
                came = time.monotonic()
                document = None if packet is None else documents.feed(packet)
                if document is not None and _PLATE.search(document) and repeats.is_news(document, came):
                    taken.append(outlet.message(document, "application/xml"))
                elif document is not None:
                    outlet.telling.counted(other=1)
            for _ in range(documents.damaged - damaged):
                outlet.refuse("a part of it was lost, or it is larger than ingest.max_body_megabytes")
            damaged = documents.damaged
            now = time.monotonic()
            if now - stored >= GATHER_SECONDS or len(taken) >= AT_ONCE:
                stored = now
                _store(taken, outlet)
            if now - came > self._settings.stall_seconds:
                seconds = self._settings.stall_seconds
                raise StreamFailed(f"sent nothing for {seconds:g} s, though it is connected", is_stall=True)


def _store(taken: list[Message], outlet: Outlet) -> None:
    messages = taken.copy()
    taken.clear()
    if messages:
        outlet.store(messages)
