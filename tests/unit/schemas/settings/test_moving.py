"""Where a car's cameras are is said by its receiver alone; all other cameras say it themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.settings import Settings

PLACE = {"latitude": 36.8, "longitude": -76.3}
RECEIVER = {"type": "gpsd"}


def settings(gps: dict[str, Any] | None, mount: str | None, **place: float) -> Settings:
    camera: dict[str, Any] = {"id": "gate", "type": "image_folder", "path": Path("/srv/gate")} | place
    if mount is not None:
        camera["mount"] = mount
    return Settings.model_validate({"cameras": [camera]} | ({} if gps is None else {"gps": gps}))


@pytest.mark.parametrize("mount", ["vehicle", "permanent", "temporary", None])
@pytest.mark.parametrize("gps", [RECEIVER, None])
@pytest.mark.parametrize("place", [{}, PLACE])
def test_a_place_is_said_once(gps: dict[str, Any] | None, mount: str | None, place: dict[str, float]) -> None:
    if gps is not None and mount == "vehicle" and place:
        with pytest.raises(ValidationError, match=r"mounted on a vehicle, whose position is that of \[gps\]"):
            settings(gps, mount, **place)
    else:
        (camera,) = settings(gps, mount, **place).cameras
        assert (camera.latitude, camera.longitude) == (place.get("latitude"), place.get("longitude"))
