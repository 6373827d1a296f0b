"""A fetched source's own thread: connects, stores what comes, and connects again after every failure."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from ingest.pulling.outlet import Ended, Outlet
from ingest.pulling.puller import Puller
from ingest.pulling.telling import PullState
from ingest.streams.failures import StreamFailed
from ingest.streams.pauses import LOGIN_PAUSE_SECONDS, Pauses
from schemas.errors import PlatewatchError
from schemas.settings import IngestSource

log = logging.getLogger(__name__)


class PullReader:
    """Fetches one source's messages in a thread of its own.

    Args:
        source: Whose.
        make: Makes what fetches them.
        data_dir: Where the inbox is.
        largest: Bytes that a message may have.
        login_pause_seconds: Pause after a wrong password.
    """

    def __init__(
        self,
        source: IngestSource,
        make: Callable[[], Puller],
        data_dir: Path,
        largest: int,
        *,
        login_pause_seconds: float = LOGIN_PAUSE_SECONDS,
    ) -> None:
        self._stop = threading.Event()
        self._outlet = Outlet(source, data_dir, largest, self._stop)
        self._make = make
        self._puller: Puller | None = None
        self._pauses = Pauses(login_pause_seconds)
        # A daemon: a device that does not answer must not keep a stopped run alive.
        self._thread = threading.Thread(target=self._run, name=f"pull-{source.id}", daemon=True)

    @property
    def state(self) -> PullState:
        """How it is now."""
        return self._outlet.telling.state

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Tell the thread to end, without waiting."""
        self._stop.set()

    def join(self, seconds: float) -> None:
        """Wait for the thread to end, at most so long."""
        self._thread.join(seconds)

    @property
    def is_over(self) -> bool:
        """Whether the thread has ended."""
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                began = time.monotonic()
                failure = self._pull_once()
                if self._stop.is_set():
                    return
                self._outlet.telling.failed(failure)
                self._stop.wait(self._pauses.next(failure, time.monotonic() - began))
        finally:
            self._outlet.close()

    def _pull_once(self) -> StreamFailed:
        """Fetch until the connection ends; return why it did."""
        try:
            self._puller = self._puller or self._make()
            self._puller.pull(self._outlet)
        except StreamFailed as failure:
            return failure
        except Ended:
            return StreamFailed("ended")
        except PlatewatchError as error:
            return StreamFailed(str(error))
        except Exception as error:
            # One device's surprise ends no other.
            log.debug("a source could not be fetched", exc_info=True)
            return StreamFailed(
                f"could not be fetched for an unexpected reason ({type(error).__name__}); please report this"
            )
        return StreamFailed("ended the connection")
