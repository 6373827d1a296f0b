"""A pass's pictures as they are kept: JPEG, and where the plate is in its own."""

from __future__ import annotations

from recognition.pictures.borders import PICTURE_MARGIN
from recognition.pictures.crops import window
from recognition.pictures.jpeg import encode_jpeg
from recognition.results import VehiclePass
from schemas.arrivals import MAX_PLATE_PICTURE_BYTES, Pictures
from schemas.settings import ImageSettings
from schemas.types import Box


def pass_pictures(vehicle_pass: VehiclePass, settings: ImageSettings) -> Pictures:
    """Return the pictures of a pass.

    Args:
        vehicle_pass: A pass with its pictures.
        settings: The section `images` of the configuration: qualities, and whether the whole frame is kept.
    """
    plate = encode_jpeg(vehicle_pass.plate_picture, settings.plate_jpeg_quality)
    if len(plate) > MAX_PLATE_PICTURE_BYTES:
        plate = encode_jpeg(vehicle_pass.plate_picture, min(settings.jpeg_quality, settings.plate_jpeg_quality))
    return Pictures(
        plate=plate,
        context=encode_jpeg(vehicle_pass.context_picture, settings.jpeg_quality) if settings.keep_context else None,
        plate_box=plate_in_picture(vehicle_pass),
    )


def plate_in_picture(vehicle_pass: VehiclePass) -> Box | None:
    """Return where the plate is in its own picture, which was cut out with a margin and at the frame's edge.

    Args:
        vehicle_pass: A pass with its pictures.

    Returns:
        The plate's box in pixels of `plate_picture`; None where the plate's place is not known.
    """
    picture, box = vehicle_pass.plate_picture, vehicle_pass.read.box
    if box is None:
        return None
    left, top, right, bottom = window(vehicle_pass.context_picture, box, PICTURE_MARGIN)
    if (bottom - top, right - left) != picture.shape[:2]:
        return None
    return Box(box.x1 - left, box.y1 - top, box.x2 - left, box.y2 - top)
