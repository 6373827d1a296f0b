"""Whoever adds a field to alerts decides here whether other agencies see it; until then they do not."""

from __future__ import annotations

from schemas.events import Alert
from schemas.events.hits import HitEvent
from schemas.events.reads import PlateReadEvent
from sharing import cutting

NOT_FOR_OTHERS = {"report", "plate_image_key", "context_image_key", "track_number"}
PLACE_OR_PICTURES = {"camera_id", "location", "movement", "vehicle", "box", "frame_count"}


def test_every_field_of_a_read_is_decided() -> None:
    assert set(PlateReadEvent.model_fields) == {*cutting._READ, *NOT_FOR_OTHERS, *PLACE_OR_PICTURES}


def test_every_field_of_a_hit_and_of_an_alert_is_decided() -> None:
    assert set(HitEvent.model_fields) == {*cutting._HIT, "vehicle"}
    assert set(Alert.model_fields) | {"confirmation"} == {*cutting._ALERT, "read", "clone", "plate_picture"}
