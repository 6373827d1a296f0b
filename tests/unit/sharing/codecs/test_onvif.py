"""An ONVIF metadata stream of our reads: in the schema's order, and read by our own adapter as it was written."""

from __future__ import annotations

import dataclasses
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.convert import read_to_event
from schemas.types import Location, Movement, PlateRead, VehicleDescription
from sharing.codecs.onvif import metadata_stream
from tests.unit.alerts.samples import sample_read
from tests.unit.ingest.vendors.messages import parsed

SPACE = "{http://www.onvif.org/ver10/schema}"
ORDER = ("Transformation", "Shape", "Color", "Class", "Extension", "GeoLocation", "VehicleInfo", "LicensePlateInfo",
         "HumanFace", "HumanBody", "ImageRef", "Image")  # fmt: skip
"""Of Appearance's elements, in metadatastream.xsd."""


def told(read: PlateRead) -> dict[str, Any]:
    return read_to_event(read).model_dump(mode="json")


def full_read(**changes: Any) -> PlateRead:
    read = dataclasses.replace(
        sample_read(),
        jurisdiction="US-VA",
        jurisdiction_confidence=0.75,
        location=Location(36.83, -76.29),
        vehicle=VehicleDescription(make="Ford", model="F-150", vehicle_class="pickup"),
        movement=Movement(speed=12.5),
    )
    return dataclasses.replace(read, **changes)


def test_our_own_adapter_reads_what_was_written() -> None:
    reads = [full_read(), full_read(plate="KWX0815", jurisdiction=None, jurisdiction_confidence=None)]
    found_reads = parsed("onvif", metadata_stream(told(read) for read in reads), "application/xml").reads
    for read, found in zip(reads, found_reads, strict=True):
        assert (found.plate, found.camera, found.captured_at) == (read.plate, read.camera_id, read.captured_at)
        assert found.confidence == pytest.approx(read.confidence, abs=1e-6)
        assert found.jurisdiction == read.jurisdiction
        assert found.location == read.location
        assert found.movement is not None
        assert found.movement.speed == 12.5
        assert found.vehicle is not None
        assert (found.vehicle.make, found.vehicle.model, found.vehicle.vehicle_class) == ("Ford", "F-150", "Truck")


def test_what_the_schema_demands_is_there_in_its_order() -> None:
    stream = ElementTree.fromstring(metadata_stream([told(full_read())]))
    frame = stream.find(f"{SPACE}VideoAnalytics/{SPACE}Frame")
    assert frame is not None
    assert frame.get("UtcTime", "").endswith("Z")
    vehicle, plate = frame.findall(f"{SPACE}Object")
    assert plate.get("Parent") == vehicle.get("ObjectId") != plate.get("ObjectId")
    assert vehicle.get("Parent") is None
    for each in (vehicle, plate):
        names = [one.tag.removeprefix(SPACE) for one in each[0]]
        assert names == sorted(names, key=ORDER.index)
    info = vehicle.find(f"{SPACE}Appearance/{SPACE}VehicleInfo")
    assert info is not None
    assert [one.tag.removeprefix(SPACE) for one in info] == ["Type", "Brand", "Model"]


def test_a_vehicle_of_no_class_that_onvif_has_says_nothing_of_its_make() -> None:
    for unknown in (None, "hovercraft"):
        vehicle = VehicleDescription(make="Ford", vehicle_class=unknown)
        assert b"VehicleInfo" not in metadata_stream([told(full_read(vehicle=vehicle))])


def test_an_unknown_confidence_is_not_told_and_half_a_place_neither() -> None:
    text = metadata_stream([told(full_read(confidence_is_known=False, location=None))]).decode()
    assert "Likelihood" in text  # that of the state
    assert "<tt:PlateNumber>" in text
    assert "GeoLocation" not in text


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_makes_xml(camera: str, make: str) -> None:
    read = full_read(vehicle=VehicleDescription(make=make, vehicle_class="car"))
    event = told(read) | {"camera_id": camera}
    ElementTree.fromstring(metadata_stream([event]))


def test_a_plate_is_told_with_where_it_is_from_and_how_sure_each_is() -> None:
    stream = ElementTree.fromstring(metadata_stream([told(full_read(confidence=0.5))]))
    (info,) = stream.iter(f"{SPACE}LicensePlateInfo")
    found = {one.tag.removeprefix(SPACE): (one.text, one.get("Likelihood")) for one in info}
    assert found == {
        "PlateNumber": ("VNV4527", "0.5"),
        "CountryCode": ("US", None),
        "IssuingEntity": ("Virginia", "0.75"),
    }
    (place,) = stream.iter(f"{SPACE}GeoLocation")
    assert (place.get("lat"), place.get("lon")) == ("36.83", "-76.29")
    frame = stream.find(f"{SPACE}VideoAnalytics/{SPACE}Frame")
    assert frame is not None
    assert (frame.get("Source"), frame.get("UtcTime")) == ("gate", "2026-11-20T18:30:00Z")


def test_objects_of_a_stream_have_numbers_of_their_own() -> None:
    stream = ElementTree.fromstring(metadata_stream([told(full_read()), told(full_read())]))
    numbers = [(one.get("ObjectId"), one.get("Parent")) for one in stream.iter(f"{SPACE}Object")]
    assert numbers == [("1", None), ("2", "1"), ("3", None), ("4", "3")]
    assert stream.tag == f"{SPACE}MetadataStream"
    assert metadata_stream([]).startswith(b"<?xml version='1.0' encoding='utf-8'?>\n<tt:MetadataStream")
