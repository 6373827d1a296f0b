"""The last means against a run that does not end, whatever a server, a share or a library waits for."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

log = logging.getLogger(__name__)

STOP_SECONDS = 13.0
"""How long a run may take to end once it was told to. Service managers and people lose patience after that; nothing is
lost by ending it then, for what was not acknowledged comes again, and the local servers end with this process."""


@contextmanager
def ends_in_time(stop: threading.Event, seconds: float = STOP_SECONDS) -> Iterator[None]:
    """End this process when what runs inside this context has not ended in time after `stop` was set.

    Args:
        stop: Tells the run to end.
        seconds: How long it may take then.
    """
    ended = threading.Event()

    def watch() -> None:
        stop.wait()
        if not ended.wait(seconds):
            busy = sorted(t.name for t in threading.enumerate() if t is not threading.current_thread())
            log.error(
                "the run did not end within %.0f s and is broken off; nothing recorded is lost; still at work: %s",
                seconds,
                ", ".join(busy),
            )
            logging.shutdown()
            os._exit(os.EX_TEMPFAIL)  # something did not answer, and no setting has to be changed

    threading.Thread(target=watch, name="deadline", daemon=True).start()
    try:
        yield
    finally:
        ended.set()
