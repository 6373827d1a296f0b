"""A live camera's frame."""

from __future__ import annotations

from datetime import datetime

from ingest.streams.pictures import LivePicture
from schemas.types import Frame, Gray, Image


class LiveFrame(Frame):
    """A frame whose colors are made when they are looked at.

    `arrived_at` is when it came by this machine's clock, `source_time` when it was captured by the camera's own, None
    where that is not known; `captured_at` is one of them.

    Args:
        camera_id: Whose it is.
        source_item: The connection that it came by, which no other one is called.
        frame_number: From 0 within that.
        captured_at: What counts as its time.
        picture: What it shows.
        arrived_at: By this machine's clock.
        source_time: By the camera's.
    """

    __slots__ = ("_image", "_picture", "arrived_at", "source_time")

    _image: Image | None
    _picture: LivePicture
    arrived_at: datetime
    source_time: datetime | None

    def __init__(
        self,
        camera_id: str,
        source_item: str,
        frame_number: int,
        captured_at: datetime,
        picture: LivePicture,
        *,
        arrived_at: datetime,
        source_time: datetime | None = None,
    ) -> None:
        # The base is frozen.
        for name, value in (
            ("camera_id", camera_id),
            ("source_item", source_item),
            ("frame_number", frame_number),
            ("captured_at", captured_at),
            ("arrived_at", arrived_at),
            ("source_time", source_time),
            ("_picture", picture),
            ("_image", None),
        ):
            object.__setattr__(self, name, value)

    @property
    def image(self) -> Image:
        """The picture in colors, made at the first look.

        Raises:
            UnreadableMedia: It is damaged.
        """
        if self._image is None:
            object.__setattr__(self, "_image", self._picture.image())
        assert self._image is not None  # noqa: S101 - for the type checker
        return self._image

    @property
    def is_converted(self) -> bool:
        """Whether somebody looked at its colors."""
        return self._image is not None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self._picture.size

    @property
    def preview(self) -> Gray:
        """Its brightness, maybe smaller."""
        return self._picture.preview()

    @property
    def makes_its_image(self) -> bool:
        """True: see `Frame`."""
        return True
