"""A live camera's own thread: connects, hands the newest picture on, and connects again after every failure."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

from ingest.streams.connection import Caught, Connect, Connection
from ingest.streams.dating import PATIENCE_SECONDS, Dating, as_time
from ingest.streams.failures import StreamFailed
from ingest.streams.frame import LiveFrame
from ingest.streams.pauses import LOGIN_PAUSE_SECONDS, Pauses
from ingest.streams.slot import NewestSlot
from ingest.streams.telling import ReaderState, StateKeeper
from schemas.settings import PushCamera, StreamCamera


class LiveReader:
    """Reads one camera in a thread of its own.

    Args:
        camera: Its settings.
        connect: Makes a connection to it.
        once: End with the first stream's end, in place of connecting again.
        login_pause_seconds: Pause after a wrong password.
    """

    def __init__(
        self,
        camera: StreamCamera,
        connect: Connect,
        *,
        once: bool = False,
        login_pause_seconds: float = LOGIN_PAUSE_SECONDS,
    ) -> None:
        self.frames: NewestSlot[LiveFrame] = NewestSlot()
        """The newest picture; closed when there will be no more."""
        self._camera = camera
        self._connect = connect
        self._once = once
        self._pauses = Pauses(login_pause_seconds)
        self._stop = threading.Event()
        self._state = StateKeeper()
        self._skip_until = 0.0
        # A daemon: a camera that does not answer must not keep a stopped run alive.
        self._thread = threading.Thread(target=self._run, name=f"stream-{camera.id}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Tell the thread to end, without waiting: in a stall it needs as long as the stall may last."""
        self._stop.set()
        self.frames.close()

    def join(self, seconds: float) -> None:
        """Wait for the thread to end, at most so long."""
        self._thread.join(seconds)

    @property
    def is_over(self) -> bool:
        """Whether no more pictures will come."""
        return not self._thread.is_alive()

    @property
    def state(self) -> ReaderState:
        """How it is now."""
        return self._state.now(self.frames.replaced_count)

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                began = time.monotonic()
                failure = self._read_once()
                if self._stop.is_set():
                    return
                self._state.failed(str(failure))
                if self._once and (failure.is_login or self._ends_here()):
                    return
                self._stop.wait(self._pauses.next(failure, time.monotonic() - began))
        finally:
            self.frames.close()

    def _ends_here(self) -> bool:
        """Whether a run until all is done has had what there is: a stream to its end, or none in three tries."""
        return self._state.connections > 0 or self._pauses.failures >= 2

    def _read_once(self) -> StreamFailed:
        """Read a connection to its end; return why it ended."""
        connection = self._connect()
        try:
            self._hand_on(connection)
        except StreamFailed as failure:
            return failure
        except Exception as error:  # noqa: BLE001 - a library's surprise about one camera ends no other
            return StreamFailed(
                f"could not be read for an unexpected reason ({type(error).__name__}); please report this"
            )
        return StreamFailed("ended the stream")

    def _hand_on(self, connection: Connection) -> None:
        # A picture that is pushed comes with its time or without one: there is nothing to wait for.
        dating = Dating(self._camera.clock, 0.0 if isinstance(self._camera, PushCamera) else PATIENCE_SECONDS)
        sequence: str | None = None
        last: datetime | None = None
        size, number, damaged, replaced = (0, 0), 0, 0, 0
        for caught in connection.pictures(self._stop):
            self._state.spent(connection.damaged - damaged, connection.replaced - replaced)
            number += connection.replaced - replaced
            damaged, replaced = connection.damaged, connection.replaced
            moment = None if self._is_too_many(caught) else dating.date(caught)
            if sequence is None:
                self._state.connected(connection.facts)
            if moment is None:
                self._state.skipped(caught)
                continue
            if sequence is None or caught.picture.size != size or (last is not None and moment <= last):
                sequence, number, size = f"live {datetime.now(UTC).isoformat()}", 0, caught.picture.size
            self._state.caught(caught, is_by_camera=dating.is_by_camera)
            self.frames.put(self._frame(sequence, number, moment, caught), caught.message)
            number, last = number + 1, moment

    def _is_too_many(self, caught: Caught) -> bool:
        """Return whether a picture is above the camera's `max_fps`."""
        if self._camera.max_fps is None:
            return False
        if caught.arrived_at < self._skip_until:
            return True
        every = 1.0 / self._camera.max_fps
        # From the place where it was due, so that 25 a second become 10 and not 8.3.
        self._skip_until = max(self._skip_until + every, caught.arrived_at)
        return False

    def _frame(self, sequence: str, number: int, moment: datetime, caught: Caught) -> LiveFrame:
        return LiveFrame(
            self._camera.id,
            sequence,
            number,
            moment,
            caught.picture,
            arrived_at=as_time(caught.arrived_at),
            source_time=None if caught.source_time is None else as_time(caught.source_time),
        )
