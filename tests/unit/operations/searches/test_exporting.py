"""Reads leave in the form that was asked for, and in no other."""

from __future__ import annotations

import csv
import io
import json
from xml.etree import ElementTree

from operations.searches.exporting import text_of
from operations.searches.finding import Page
from schemas.export_forms import ExportForm
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
