"""Pictures on their way home: in pieces, from the byte on that the server has."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping

from schemas.errors import InvalidInput, TransientError
from services.http.home import Home, NotTaken
from storage.car.uploads import Uploads
from storage.reads.images import ImageStore

log = logging.getLogger(__name__)

PIECE_BYTES = 256 << 10
HELD_SECONDS = 60.0
_MEDIA_TYPE = "application/offset+octet-stream"
_TUS = {"tus-resumable": "1.0.0"}


class PictureSender:
    """Sends the oldest picture that waits.

    Args:
        home: The server.
        uploads: What waits for the server, pictures among it.
        images: Where they lie.
    """

    def __init__(self, home: Home, uploads: Uploads, images: ImageStore) -> None:
        self._home = home
        self._uploads = uploads
        self._images = images
        self._begun: str | None = None
        self._held_until = 0.0

    def send(self) -> bool:
        """Send a picture; return whether one waited and may go now.

        Raises:
            TransientError: The server is not reached, or cannot take it now; the next try goes on where it was.
            CarRevoked: The car was revoked.
        """
        if time.monotonic() < self._held_until:
            return False
        found = self._uploads.pictures(1)
        if not found:
            return False
        key = found[0].key
        try:
            data = self._images.load(key)
        except InvalidInput:
            log.warning("a picture that was to go home is not there any more: %s", key)
            self._uploads.picture_done(key)
            return True
        try:
            self._send(key, data)
        except NotTaken as error:
            if error.status in (403, 405):
                # The server's to put right: whose camera it is, or its version.
                log.warning("pictures wait in the car: %s", error)
                self._held_until = time.monotonic() + HELD_SECONDS
                return False
            log.error("the server never takes a picture, which is given up: %s: %s", key, error)
        self._begun = None
        self._uploads.picture_done(key)
        return True

    def _send(self, key: str, data: bytes) -> None:
        offset = self._offset(key) if self._begun == key else 0
        self._begun = key
        while offset < len(data):
            piece = data[offset : offset + PIECE_BYTES]
            headers = {
                **_TUS,
                "content-type": _MEDIA_TYPE,
                "upload-offset": str(offset),
                "upload-length": str(len(data)),
            }
            try:
                answer = self._home.ask("PATCH", f"pictures/{key}", piece, headers=headers)
            except NotTaken as error:
                if error.status != 409:
                    raise
                before, offset = offset, _offset_in(error.headers)
                if offset == before:
                    raise TransientError(f"the server does not go on with a picture: {error}") from error
            else:
                before, offset = offset, _offset_in(answer.headers)
                if offset <= before:
                    raise TransientError("the server takes no more of a picture, though it says that it does")

    def _offset(self, key: str) -> int:
        return _offset_in(self._home.ask("HEAD", f"pictures/{key}", headers=_TUS).headers)


def _offset_in(headers: Mapping[str, str]) -> int:
    text = headers.get("upload-offset", "")
    if not (text.isascii() and text.isdigit()):
        raise TransientError("the server does not say how far a picture is")
    return int(text)
