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
