"""What is Frigate's own: its messages have no pictures, but it has them itself."""

from __future__ import annotations

import pytest

from tests.unit.ingest.vendors.messages import JPEG_TEXT, parsed

SEEN = {
    "type": "lpr",
    "id": "1777896000.1-abc",
    "plate": "QTR6152",
    "score": 0.9,
    "camera": "drive",
    "timestamp": 1.7e9,
}


def test_the_picture_of_an_object_is_asked_for_where_frigate_is() -> None:
    (read,) = parsed("frigate", SEEN, pictures_url="http://10.1.2.3:5000").reads
    (url,) = read.picture_urls
    assert (url.kind, url.url) == ("context", "http://10.1.2.3:5000/api/events/1777896000.1-abc/snapshot.jpg")
    assert parsed("frigate", SEEN).reads[0].picture_urls == ()
    assert parsed("frigate", SEEN | {"snapshot": JPEG_TEXT}, pictures_url="http://a").reads[0].picture_urls == ()


@pytest.mark.parametrize("event", ["../../config", "..", "a/b", "a?b", "a" * 65, "", None, 5])
def test_no_other_thing_of_its_can_be_asked_for(event: object) -> None:
    (read,) = parsed("frigate", SEEN | {"id": event}, pictures_url="http://a").reads
    assert all(url.url == "http://a/api/events/5/snapshot.jpg" for url in read.picture_urls)


@pytest.mark.parametrize(
    ("more", "direction", "speed", "kind"),
    [
        ({"average_estimated_speed": 36.0, "velocity_angle": 90}, "east", 10.0, None),
        ({"average_estimated_speed": 36.0, "label": "car"}, None, 10.0, "car"),
        ({"label": "license_plate", "velocity_angle": 180}, "south", None, None),
        ({"velocity_angle": 0}, None, None, None),
    ],
)
def test_how_a_vehicle_moved_and_what_it_is(
    more: dict[str, object], direction: str | None, speed: float | None, kind: str | None
) -> None:
    (read,) = parsed("frigate", SEEN | more).reads
    moved, vehicle = read.movement, read.vehicle
    assert (None if moved is None else (moved.lane, moved.direction, moved.speed)) == (
        None if direction is None and speed is None else (None, direction, speed)
    )
    assert (vehicle and vehicle.vehicle_class) == kind
