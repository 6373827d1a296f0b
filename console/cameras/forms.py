"""What somebody types of a camera, as the operations take it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from console.typed import decimal_of
from operations.added.adding import DESCRIBED, NewCamera
from schemas.settings import CameraSettings, ReaderPlace

_Text = Annotated[str, Field(max_length=500)]
_NUMBERS = ("latitude", "longitude", "heading", "max_fps")


class PlaceForm(BaseModel):
    """Where a camera stands, how it is put up, and by whose leave. All as it was typed."""

    model_config = ConfigDict(frozen=True)

    name: _Text = ""
    street: _Text = ""
    latitude: _Text = ""
    longitude: _Text = ""
    heading: _Text = ""
    mount: _Text = ""
    permit: _Text = ""
    permit_until: _Text = ""
    live_view: _Text = ""

    def details(self) -> dict[str, Any]:
        """Return it as settings; what was left empty is None.

        Raises:
            InvalidInput: Something is no number.
        """
        found: dict[str, Any] = {}
        for name in PlaceForm.model_fields:
            text = str(getattr(self, name)).strip()
            found[name] = decimal_of(text, name) if name in _NUMBERS else text or None
        # A box that is ticked forbids; nothing of it is said where it is not.
        found["live_view"] = False if found["live_view"] else None
        return {name: value for name, value in found.items() if name in DESCRIBED}

    @classmethod
    def of(cls, place: CameraSettings | ReaderPlace | None) -> PlaceForm:
        """Return what is known, to be changed."""
        known: Mapping[str, Any] = {} if place is None else place.model_dump(mode="json")
        values = {name: "" if known.get(name) is None else str(known[name]) for name in cls.model_fields}
        return cls(**(values | {"live_view": "forbidden" if known.get("live_view") is False else ""}))


class CameraForm(PlaceForm):
    """A camera that is to be added."""

    camera_id: _Text = ""
    url: Annotated[str, Field(max_length=2000)] = ""
    user: _Text = ""
    password: Annotated[str, Field(max_length=500, repr=False)] = ""
    udp: _Text = ""
    unverified: _Text = ""
    anyway: _Text = ""
    do: _Text = ""
    """Which button was pressed: check, or add."""

    def camera(self) -> NewCamera:
        """Return it for the operations.

        Raises:
            InvalidInput: Something is no number.
        """
        said = {name: value for name, value in self.details().items() if value is not None}
        if self.udp and self.url.strip().lower().startswith("rtsp"):
            said["transport"] = "udp"
        if self.unverified:
            said["verify"] = False
        return NewCamera(self.camera_id.strip(), self.url.strip(), self.user.strip(), self.password, said)
