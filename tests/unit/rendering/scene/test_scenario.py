"""Who drives through the demo's clip, and when."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from rendering.plates.designs import DESIGNS
from rendering.plates.standard import random_serial
from rendering.scene.scenario import FAR, NEAR, demo_scenario, distance
from rendering.scene.scenery import RoadView
from rendering.scene.vehicles import PLATE_METERS, SHAPES


def test_the_clip_holds_what_the_demo_has_to_show() -> None:
    scenario = demo_scenario()
    expected = [vehicle.expected for vehicle in scenario.vehicles]
    assert len(scenario.vehicles) >= 9
    assert 600 <= scenario.frame_count <= 750
    assert expected.count("exact") == 3
    assert expected.count("none") >= 3
    assert {expected.count(kind) for kind in ("probable", "partial", "other_state")} == {1}
    assert {vehicle.night for vehicle in scenario.vehicles} == {True, False}
    assert {entry.hotlist for entry in scenario.listed} == {"ncic", "missing", "regional"}


def test_serials_are_of_the_formats_their_states_issue() -> None:
    for vehicle in demo_scenario().vehicles:
        shapes = {
            "".join("A" if character.isalpha() else "9" for character in random_serial(vehicle.jurisdiction, rng))
            for rng in (np.random.default_rng(seed) for seed in range(30))
        }
        assert "".join("A" if character.isalpha() else "9" for character in vehicle.serial) in shapes
        assert vehicle.jurisdiction in DESIGNS


def test_expectations_follow_from_plates_and_lists() -> None:
    for vehicle in demo_scenario().vehicles:
        if vehicle.listed is None:
            assert vehicle.expected == "none"
            continue
        same_state = vehicle.jurisdiction == f"US-{vehicle.listed.state}"
        same_text = vehicle.listed.plate == vehicle.looks_like
        fits = all(wanted in ("?", seen) for wanted, seen in zip(vehicle.listed.plate, vehicle.looks_like, strict=True))
        found = {
            (True, True, True): "exact",
            (True, False, True): "partial",
            (True, False, False): "probable",
            (False, True, True): "other_state",
        }
        assert found[same_state, same_text, fits] == vehicle.expected


def test_every_plate_is_large_enough_long_enough() -> None:
    view = RoadView(1280, 720)
    scenario = demo_scenario()
    for vehicle in scenario.vehicles:
        shape = SHAPES[vehicle.body]
        height = shape.front_plate if vehicle.direction == "approaching" else shape.rear_plate
        widths = []
        for frame in range(vehicle.enter_frame, vehicle.leave_frame):
            meters = distance(vehicle, frame / scenario.fps)
            scale = view.scale_at(meters)
            if view.ground_row(meters) - height * scale + PLATE_METERS * scale / 4 < view.height:
                widths.append(PLATE_METERS * scale)
        assert min(widths) < 45
        assert 130 < max(widths) < 210
        assert sum(width >= 70 for width in widths) >= 24


def test_vehicles_keep_to_the_road_and_their_distance() -> None:
    scenario = demo_scenario()
    for frame in range(0, scenario.frame_count, 5):
        for lane in ("left", "right"):
            places = sorted(
                distance(vehicle, frame / scenario.fps)
                for vehicle in scenario.vehicles
                if vehicle.lane == lane and vehicle.enter_frame <= frame < vehicle.leave_frame
            )
            assert all(NEAR - 1 <= place <= FAR + 30 for place in places)
            assert all(behind - ahead > 12 for ahead, behind in pairwise(places))
