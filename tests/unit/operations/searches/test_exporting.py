"""Reads leave in the form that was asked for, and in no other."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest

from operations.searches import pictures
from operations.searches.exporting import text_of
from operations.searches.finding import Page
from schemas.export_forms import ExportForm
from schemas.settings import Settings
from tests.unit.alerts.samples import sample_read


def test_each_form_is_its_own() -> None:
    read = sample_read()
    page = Page((read,))
    told = {form: text_of(form, page) for form in ExportForm}
    assert len(set(told.values())) == len(ExportForm)
    (row,) = csv.DictReader(io.StringIO(told[ExportForm.CSV]))
    assert (row["plate"], row["read_id"]) == (read.plate, str(read.read_id))
    features = json.loads(told[ExportForm.GEOJSON])
    assert (features["type"], features["features"][0]["id"]) == ("FeatureCollection", str(read.read_id))
    (document,) = json.loads(told[ExportForm.JSON])
    assert (document["plate"], document["read_id"]) == (read.plate, str(read.read_id))
    assert read.plate in "".join(ElementTree.fromstring(told[ExportForm.ONVIF]).itertext())


JPEG = b"\xff\xd8\xff"


def test_pictures_of_the_newest_hundred_are_shown_and_none_that_is_no_picture_or_too_large(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = {f"{number}.jpg": JPEG for number in range(101)}
    kept |= {"1.jpg": b"GIF89a", "2.jpg": JPEG.ljust(256 * 1024, b"x"), "3.jpg": JPEG.ljust(256 * 1024 + 1, b"x")}
    store: Any = SimpleNamespace(load=kept.__getitem__)
    monkeypatch.setattr(pictures, "ImageStore", lambda _: store)
    monkeypatch.setattr(pictures, "is_key_of", lambda *_: True)
    reads = [dataclasses.replace(sample_read(number), plate_image_key=f"{number}.jpg") for number in range(101)]
    shown = pictures.plates_of(Settings(), reads)
    assert set(shown) == {read.read_id for number, read in enumerate(reads[:100]) if number not in (1, 3)}
    # The scene may be as large as a camera makes it.
    kept["0.jpg"] = JPEG.ljust(12 << 20, b"x")
    assert pictures.pictures_of(Settings(), reads[0]).plate == kept["0.jpg"]
    kept["0.jpg"] += b"x"
    assert pictures.pictures_of(Settings(), reads[0]).plate is None
