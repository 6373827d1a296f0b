"""Who drives through the demo's traffic clip, when, and which of them are on a hotlist.

This is the truth behind the clip. Only the drawing, the demo's hotlists and tests use it; the recognizer gets pixels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

from rendering.plates.standard import WornCharacter

HotlistName = Literal["ncic", "missing", "regional"]
Expectation = Literal["exact", "probable", "partial", "other_state", "none"]

CLIP_SECONDS: Final = 46.0
NIGHT_SECONDS: Final = 23.0

# Distances along the road, in meters from the camera.
FAR: Final = 175.0
NEAR: Final = 12.0


@dataclass(frozen=True, slots=True)
class ListedVehicle:
    """An entry of one of the demo's hotlists.

    Attributes:
        hotlist: the list it is on.
        plate: as listed; `?` stands for an unknown character.
        state: two letters.
        category: value of `schemas.types.Category`.
        code: NCIC file code on the extract ("V"), message key on the missing-person list ("EME"), else "".
        year: model year, or 0 when not known.
        make: NCIC make code.
        model: NCIC model code.
        style: NCIC style code.
        color: NCIC color code.
    """

    hotlist: HotlistName
    plate: str
    state: str
    category: str
    code: str
    year: int
    make: str
    model: str
    style: str
    color: str


@dataclass(frozen=True, slots=True)
class DrivenVehicle:
    """A vehicle of the clip.

    Attributes:
        number: from 1, in order of appearance.
        serial: the plate it truly carries, without separators.
        jurisdiction: such as "US-VA".
        looks_like: what the worn plate is mostly read as; equal to `serial` unless its paint is worn.
        worn: the worn character, or None.
        body: a key of `rendering.scene.vehicles.SHAPES`.
        paint: RRGGBB.
        direction: "approaching" shows its front, "receding" its rear.
        lane: "left" (towards the camera) or "right" (away from it), as seen in the picture.
        start: second at which it comes over the crest or passes under the camera.
        enter_frame: first frame in which any of it may be seen; day and night are cut hard, nothing crosses the cut.
        leave_frame: first frame in which it is gone.
        night: whether it drives in the dark half.
        expected: the tier a user should see for it; "other_state" is the listed text on another state's plate: a
            probable hit where the reader tells the state, an exact one (state not read) where it does not.
        listed: the entry it should be found under, or None.
    """

    number: int
    serial: str
    jurisdiction: str
    looks_like: str
    worn: WornCharacter | None
    body: str
    paint: str
    direction: Literal["approaching", "receding"]
    lane: Literal["left", "right"]
    start: float
    enter_frame: int
    leave_frame: int
    night: bool
    expected: Expectation
    listed: ListedVehicle | None


@dataclass(frozen=True, slots=True)
class TrafficScenario:
    """The clip: its measures and everything that drives through it.

    Attributes:
        seed: of everything that is left to chance.
        size: width, height in pixels.
        fps: frames per second.
        frame_count: frames in the clip.
        night_from: first frame of the night.
        vehicles: in order of appearance.
        listed: the hotlist entries that the clip is about, those of other vehicles left out.
    """

    seed: int
    size: tuple[int, int]
    fps: int
    frame_count: int
    night_from: int
    vehicles: tuple[DrivenVehicle, ...]
    listed: tuple[ListedVehicle, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    serial: str
    jurisdiction: str
    body: str
    paint: str
    start: float
    night: bool
    expected: Expectation = "none"
    listed: ListedVehicle | None = None
    worn: WornCharacter | None = None


_STOLEN: Final = ListedVehicle("ncic", "UKW4183", "VA", "stolen_vehicle", "V", 2019, "HOND", "ACC", "4D", "SIL")
_MISSING: Final = ListedVehicle(
    "missing", "RJD2760", "NC", "endangered_person", "EME", 2016, "FORD", "ESC", "UT", "BLU"
)
_WORN: Final = ListedVehicle("ncic", "TXB4927", "VA", "stolen_vehicle", "V", 2014, "FORD", "F15", "PK", "WHI")
_REGIONAL: Final = ListedVehicle("regional", "4DK7391", "MD", "wanted_person", "", 2021, "DODG", "CHA", "4D", "RED")
_PARTIAL: Final = ListedVehicle("missing", "VGM2??6", "VA", "child_abduction", "EMI", 2018, "TOYT", "RAV", "UT", "GRY")
_ELSEWHERE: Final = ListedVehicle("ncic", "HJR6142", "PA", "stolen_vehicle", "V", 2011, "CHEV", "MAL", "4D", "BLK")

# Worn so far that the shipped reader sees an 8 and still gives the B a few percent: the fused odds of 8 over B are 12
# to one with ONNX Runtime and 22 to one with OpenVINO. Less wear is read as a B, more as an 8 beyond doubt.
_WORN_B: Final = WornCharacter(2, "8", 0.765, faint=0.6)

# Vehicles that come towards the camera show their front plate, so they are from states that issue two plates.
_APPROACHING: Final = (
    _Plan("UKW4183", "US-VA", "sedan", "B9BDC1", -4.6, False, "exact", _STOLEN),
    _Plan("TXB4927", "US-VA", "pickup", "E6E6E2", 2.8, False, "probable", _WORN, _WORN_B),
    _Plan("4DK7391", "US-MD", "sedan", "7E1D22", 9.6, False, "exact", _REGIONAL),
    _Plan("VGM2986", "US-VA", "suv", "6B7076", 16.5, True, "partial", _PARTIAL),
    _Plan("JCN8350", "US-VA", "hatchback", "2C5A86", 24.0, True),
    _Plan("KFA7304", "US-NY", "van", "DADAD5", 31.2, True),
)
_RECEDING: Final = (
    _Plan("LMT5306", "US-PA", "hatchback", "3A5F46", 2.6, False),
    _Plan("RJD2760", "US-NC", "suv", "27436B", 12.0, False, "exact", _MISSING),
    _Plan("HJR6142", "US-OH", "sedan", "232528", 27.0, True, "other_state", _ELSEWHERE),
    _Plan("CRV6624", "US-GA", "pickup", "8C8F93", 35.2, True),
)

# Speed in m/s at the crest and near the camera, where a speed table slows traffic; in between it falls with distance.
_FAR_SPEED: Final = 18.0
_NEAR_SPEED: Final = 7.5
_SLOW_WITHIN: Final = 34.0
_SLOWING: Final = (_FAR_SPEED - _NEAR_SPEED) / (150.0 - _SLOW_WITHIN)  # m/s per meter
_SLOWING_SECONDS: Final = math.log(_FAR_SPEED / _NEAR_SPEED) / _SLOWING
_TRAVEL_SECONDS: Final = _SLOWING_SECONDS + (_SLOW_WITHIN - NEAR) / _NEAR_SPEED


def demo_scenario(
    *, seed: int = 7, size: tuple[int, int] = (1280, 720), fps: int = 15, frames: int | None = None
) -> TrafficScenario:
    """Lay out the clip.

    Args:
        seed: of everything that is left to chance; the vehicles themselves are fixed.
        size: width, height in pixels.
        fps: frames per second.
        frames: cut the clip after so many; None for all of it.
    """
    total = round(CLIP_SECONDS * fps)
    night_from = round(NIGHT_SECONDS * fps)
    planned = [(plan, True) for plan in _APPROACHING] + [(plan, False) for plan in _RECEDING]
    planned.sort(key=lambda pair: pair[0].start)
    vehicles = []
    for number, (plan, approaching) in enumerate(planned, start=1):
        first, last = (night_from, total) if plan.night else (0, night_from)
        enter = max(math.ceil(plan.start * fps), first)
        leave = min(math.floor((plan.start + _TRAVEL_SECONDS) * fps) + 1, last)
        vehicles.append(_driven(number, plan, enter, leave, approaching=approaching))
    return TrafficScenario(
        seed=seed,
        size=size,
        fps=fps,
        frame_count=total if frames is None else min(frames, total),
        night_from=night_from,
        vehicles=tuple(vehicles),
        listed=tuple(vehicle.listed for vehicle in vehicles if vehicle.listed is not None),
    )


def distance(vehicle: DrivenVehicle, second: float) -> float:
    """Return the meters from the camera to the vehicle at a moment of the clip; outside NEAR..FAR it is gone."""
    elapsed = second - vehicle.start
    if vehicle.direction == "receding":  # the same course backwards
        elapsed = _TRAVEL_SECONDS - elapsed
    if elapsed < _SLOWING_SECONDS:
        return _SLOW_WITHIN + (_FAR_SPEED * math.exp(-_SLOWING * elapsed) - _NEAR_SPEED) / _SLOWING
    return _SLOW_WITHIN - _NEAR_SPEED * (elapsed - _SLOWING_SECONDS)


def _driven(number: int, plan: _Plan, enter: int, leave: int, *, approaching: bool) -> DrivenVehicle:
    looks_like = plan.serial
    if plan.worn is not None:
        looks_like = plan.serial[: plan.worn.index] + plan.worn.resembles + plan.serial[plan.worn.index + 1 :]
    return DrivenVehicle(
        number=number,
        serial=plan.serial,
        jurisdiction=plan.jurisdiction,
        looks_like=looks_like,
        worn=plan.worn,
        body=plan.body,
        paint=plan.paint,
        direction="approaching" if approaching else "receding",
        lane="left" if approaching else "right",
        start=plan.start,
        enter_frame=enter,
        leave_frame=leave,
        night=plan.night,
        expected=plan.expected,
        listed=plan.listed,
    )
