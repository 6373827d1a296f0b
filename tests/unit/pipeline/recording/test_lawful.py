"""What the law does not let be collected is gone before anything else is done with an arrival."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pipeline.recording.lawful import lawful
from policy.collection import Attribute, CollectionRule
from schemas.arrivals import Arrival, Pictures
from schemas.types import Movement, PlateRead, VehicleDescription
from tests.unit.matcher.samples import read
from tests.unit.samples import NoReceipt

SEEN = read(
    "ABC1234",
    plate_image_key="a/plate.jpg",
    context_image_key="a/context.jpg",
    vehicle=VehicleDescription(make="FORD"),
    movement=Movement("2", "north", 12.0),
)


def arrival() -> Arrival:
    return Arrival(SEEN, Pictures(plate=b"plate", context=b"context"), NoReceipt("gate"), better_pictures_follow=True)


@pytest.mark.parametrize(
    ("attributes", "gone"),
    [
        ("any", {}),
        ((Attribute.PICTURES, Attribute.VEHICLE, Attribute.MOVEMENT), {}),
        ((Attribute.PICTURES,), {"vehicle": None, "movement": None}),
        ((Attribute.VEHICLE, Attribute.MOVEMENT), {"plate_image_key": None, "context_image_key": None}),
        ((), {"plate_image_key": None, "context_image_key": None, "vehicle": None, "movement": None}),
    ],
)
def test_an_arrival_has_what_may_be_collected_and_no_more(attributes: Any, gone: dict[str, None]) -> None:
    rule = CollectionRule.model_construct(attributes=attributes)
    came = arrival()
    kept = lawful(came, cast(Any, SimpleNamespace(kept=rule.kept, collection=rule)))
    expected: PlateRead = dataclasses.replace(SEEN, **gone)  # type: ignore[arg-type]
    pictures = Pictures() if "plate_image_key" in gone else came.pictures
    assert kept == dataclasses.replace(came, read=expected, pictures=pictures)
