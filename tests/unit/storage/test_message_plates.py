"""Plates are found in messages of any kind, and words and numbers beside them are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.remains.messages import plates_in, texts_in


@pytest.mark.parametrize(
    ("body", "plates"),
    [
        (b'{"results": [{"plate": "ABC1234"}, {"plate" : "xyz 9876"}]}', {"ABC1234", "XYZ9876"}),
        (b"<ANPR><licensePlate>KLM-4410</licensePlate></ANPR>", {"KLM4410"}),
        (b"<originalLicensePlate>\n KLM4410\n</originalLicensePlate>", {"KLM4410"}),
        (b"Events[0].TrafficCar.PlateNumber=ABC1234\r\nEvents[0].TrafficCar.PlateType=Normal\r\n", {"ABC1234"}),
        (b"plate=ABC1234&camera=3", {"ABC1234"}),
        (b"{'plateUTF8': 'QTR6152', 'plateConfidence': '0.93'}", {"QTR6152"}),
        (b'{"plate_index": 12345, "plate_region": "us-va", "plate_type": "unknown", "plates_found": "1"}', set()),
        (b'{"plate_crop_jpeg": "iVBORw0KGgoAAAANSUhEUgAA"}', set()),
        (b"", set()),
    ],
)
def test_what_is_called_a_plate_is_found(body: bytes, plates: set[str]) -> None:
    assert plates_in(body) == plates


@given(st.binary(max_size=300), st.sets(st.text("ABC123", min_size=5, max_size=7), max_size=4))
def test_any_bytes_are_looked_through(body: bytes, texts: set[str]) -> None:
    plates_in(body)
    assert texts_in(body, texts) <= texts
    for text in texts:
        assert texts_in(body + b" " + text.lower().encode() + b" ", texts) >= {text}
