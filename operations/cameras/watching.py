"""What a camera sees now, for a person with a reason: few at a time, for a short while, each written down before."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterator
from typing import Final

from ingest.streams.connecting import connector
from ingest.streams.failures import StreamFailed
from ingest.streams.frame import LiveFrame
from ingest.streams.reader import LiveReader
from operations.added.cameras import PulledLive, with_added
from operations.reasons import check_reason
from policy.collection import Attribute
from policy.decisions import open_policy
from recognition.pictures.small import small_picture
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput, TransientError
from schemas.settings import MjpegCamera, RtspCamera, Settings
from storage.audit.writer import write_audit
from storage.database import Database

CONNECT_SECONDS: Final = 20.0
CLAIM_SECONDS: Final = 20.0
"""How long a view waits for the browser that asked for it."""
VIDEO: Final = "H.264"
"""What browsers play as it is."""
LET_GO_SECONDS: Final = 5.0
"""How long a connection may take to end before the video's is made: cameras have few."""
WIDTH: Final = 640
QUALITY: Final = 65
PICTURES_A_SECOND: Final = 4.0


class LiveView:
    """One view of one camera, with a connection of its own. Made by `LiveViews`.

    Args:
        camera: The camera.
        actor: Whose it is.
        seconds: How long it may last once pictures come.
    """

    def __init__(self, camera: PulledLive, actor: Actor, seconds: float) -> None:
        self.camera_id = camera.id
        self.name = actor.name
        self.ticket = secrets.token_urlsafe(24)
        self.seconds = seconds
        self.has_begun = False
        self._camera = camera
        self._reader = LiveReader(camera, connector(camera))
        self._first: LiveFrame | None = None
        self._ends_at = time.monotonic() + CONNECT_SECONDS + CLAIM_SECONDS + seconds
        self._closed = threading.Event()

    @property
    def is_over(self) -> bool:
        """Whether its time is over, or it was ended."""
        return self._closed.is_set() or time.monotonic() >= self._ends_at

    @property
    def has_ended(self) -> bool:
        """Whether its camera was let go."""
        return self._closed.is_set()

    @property
    def is_video(self) -> bool:
        """Whether browsers can play what the camera sends, as it is; known once the first picture came."""
        facts = self._reader.state.facts
        return isinstance(self._camera, RtspCamera) and facts is not None and facts.codec == VIDEO

    def open(self) -> None:
        """Connect, and wait for the first picture.

        Raises:
            StreamFailed: None comes; why, in one line without secrets.
        """
        self._reader.start()
        deadline = time.monotonic() + CONNECT_SECONDS
        while time.monotonic() < deadline and not self._closed.is_set():
            self._first = self._reader.frames.take(0.2)
            if self._first is not None:
                self._ends_at = time.monotonic() + self.seconds + CLAIM_SECONDS
                return
            problem = self._reader.state.problem
            if problem is not None:
                raise StreamFailed(problem)
        raise StreamFailed(f"no picture came within {CONNECT_SECONDS:g} s, though it answers")

    def begin(self) -> None:
        """Have its time run from now."""
        self.has_begun = True
        self._ends_at = time.monotonic() + self.seconds

    def picture(self, timeout: float) -> bytes | None:
        """Return the newest picture as JPEG, made small; None where none comes in time."""
        frame, self._first = self._first or self._reader.frames.take(timeout), None
        if frame is None or self.is_over:
            return None
        try:
            return small_picture(frame.image, WIDTH, QUALITY)
        except InvalidInput:
            return None  # damaged; the next one comes

    def video(self) -> Iterator[bytes]:
        """Yield the camera's video as fragmented MP4, neither decoded nor encoded anew, until the time is over.

        Raises:
            StreamFailed: There is none, or it comes no more; why, in one line without secrets.
        """
        # It takes a while to import: only who plays videos pays for it.
        from ingest.streams.remuxing import fragments

        self._reader.stop()
        self._reader.join(LET_GO_SECONDS)
        if not isinstance(self._camera, RtspCamera):
            raise StreamFailed("sends pictures, and no video")
        for chunk in fragments(self._camera, self._closed):
            if self.is_over:
                return
            yield chunk

    def close(self) -> None:
        """End it; a connection that does not answer ends by itself."""
        self._closed.set()
        self._reader.stop()


class LiveViews:
    """The views of a server. Threads share it.

    Args:
        settings: The configuration: how many at once, and for how long.
    """

    def __init__(self, settings: Settings) -> None:
        self._most = settings.console.live_views
        self._seconds = settings.console.live_seconds
        self._lock = threading.Lock()
        self._views: dict[str, LiveView] = {}

    def ask(self, actor: Actor, database: Database, settings: Settings, camera_id: str, reason: str) -> LiveView:
        """Begin to see what a camera sees; who does not come for the pictures lets them go.

        Args:
            actor: Who asks.
            database: An open database.
            settings: The configuration.
            camera_id: The camera.
            reason: Why, in words; stands in the audit.

        Raises:
            InvalidInput: There is no such camera, the law or its settings do not let it be shown, or the reason says
                nothing.
            TransientError: Too many look at this moment, or no picture comes.
            DatabaseUnavailable: The server is down; nothing is shown.
        """
        details = {"camera": camera_id, "reason": reason, "seconds": self._seconds}
        record = AuditRecord(actor, Action.WATCH_CAMERA, details)
        camera = watchable(actor, database, settings, camera_id)
        check_reason(database, record, reason)
        view = LiveView(camera, actor, self._seconds)
        self._take_place(view)
        try:
            # Before the first picture: it has to stand there whatever comes.
            write_audit(database, record)
            view.open()
        except BaseException:
            self.end(view)
            raise
        return view

    def claim(self, actor: Actor, camera_id: str, ticket: str) -> LiveView:
        """Return the view that somebody asked for, once.

        Raises:
            InvalidInput: There is none of theirs, or not any more.
        """
        with self._lock:
            view = self._views.get(ticket)
            if view is None or view.is_over or view.has_begun or (view.name, view.camera_id) != (actor.name, camera_id):
                raise InvalidInput("this view is over; ask for another one")
            view.begin()
        return view

    def shows_video(self, actor: Actor, camera_id: str, ticket: str) -> bool:
        """Return whether a view that somebody asked for can be played as video."""
        with self._lock:
            view = self._views.get(ticket)
        return view is not None and (view.name, view.camera_id) == (actor.name, camera_id) and view.is_video

    def end(self, view: LiveView) -> None:
        """Let others have the place."""
        view.close()
        with self._lock:
            self._views.pop(view.ticket, None)

    def close(self) -> None:
        """End all of them."""
        with self._lock:
            views, self._views = list(self._views.values()), {}
        for view in views:
            view.close()

    def _take_place(self, view: LiveView) -> None:
        with self._lock:
            for old in [one for one in self._views.values() if one.is_over]:
                old.close()
                del self._views[old.ticket]
            if len(self._views) >= self._most:
                raise TransientError(
                    f"{self._most} people see what cameras see at this moment, which is the most (console.live_views); "
                    f"try again in {self._seconds:g} seconds"
                    if self._most
                    else "nobody may see here what cameras see now (console.live_views is 0)"
                )
            self._views[view.ticket] = view
        self._look_again(view, CONNECT_SECONDS + CLAIM_SECONDS)

    def _look_again(self, view: LiveView, seconds: float) -> None:
        timer = threading.Timer(seconds, self._end_in_time, (view,))
        timer.daemon = True
        timer.start()

    def _end_in_time(self, view: LiveView) -> None:
        """End a view whose browser never came, or went without a word: its camera is not to be read for nobody."""
        if view.has_begun and not view.is_over:
            self._look_again(view, self._seconds)
        else:
            self.end(view)


def watchable(actor: Actor, database: Database, settings: Settings, camera_id: str) -> PulledLive:
    """Return a camera that may be shown now.

    Raises:
        InvalidInput: There is none, or neither law nor its settings let it be shown; says which.
        DatabaseUnavailable: The server is down.
    """
    cameras = with_added(settings, database).cameras if actor.agency_id == settings.agency_id else ()
    camera = next((one for one in cameras if one.id == camera_id), None)
    if camera is None:
        raise InvalidInput(f"there is no camera '{camera_id}'")
    problem = why_hidden(settings, camera)
    if problem is not None or not isinstance(camera, RtspCamera | MjpegCamera):
        raise InvalidInput(f"camera '{camera_id}' is not shown live: {problem}")
    return camera


def why_hidden(settings: Settings, camera: object) -> str | None:
    """Return why a camera is not shown live; None: it may be."""
    if not isinstance(camera, RtspCamera | MjpegCamera):
        return "only cameras that are connected to by RTSP or HTTP can be"
    if not camera.live_view:
        return "its settings forbid it (live_view = false), as where the law or the place does"
    policy = open_policy(settings)
    if not policy.collection.permits(Attribute.PICTURES):
        return f"the law ({policy.profile.title}) lets no pictures be collected"
    return None


def forbidden_places(settings: Settings) -> tuple[str, ...]:
    """Return at which places the law lets nothing be collected, in its words: a person has to see to it."""
    return open_policy(settings).collection.not_at
