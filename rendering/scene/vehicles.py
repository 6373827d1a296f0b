"""Front and rear views of cars, SUVs, pickups and vans, drawn from a few measures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from rendering.scene.brush import Brush, Paint, box, shade
from schemas.types import Image

GLASS: Final = "2A3238"
DARK: Final = "17191B"

# Plates are drawn wider than their 0.305 m, so that an overview of two lanes shows them at a reader's usual size.
PLATE_METERS: Final = 0.42


@dataclass(frozen=True, slots=True)
class BodyShape:
    """Measures of a vehicle seen from the front or the rear, in meters.

    Attributes:
        width: of the body, without mirrors.
        height: of the roof.
        belt: height of the windows' lower edge.
        roof: half the roof's width.
        hood: height of the hood's front edge, or of the trunk lid's or tailgate's upper edge seen from behind.
        front_plate: height of the front plate's center.
        rear_plate: height of the rear plate's center.
    """

    width: float
    height: float
    belt: float
    roof: float
    hood: float
    front_plate: float
    rear_plate: float


SHAPES: Final[dict[str, BodyShape]] = {
    "sedan": BodyShape(1.80, 1.46, 0.98, 0.56, 0.80, 0.50, 0.80),
    "hatchback": BodyShape(1.74, 1.50, 1.00, 0.58, 0.82, 0.50, 0.72),
    "suv": BodyShape(1.88, 1.76, 1.14, 0.68, 0.98, 0.58, 0.92),
    "pickup": BodyShape(1.94, 1.82, 1.22, 0.66, 1.06, 0.62, 0.66),
    "van": BodyShape(1.90, 2.05, 1.16, 0.76, 0.98, 0.56, 0.80),
}


@dataclass(frozen=True, slots=True)
class VehicleView:
    """A drawn vehicle.

    Attributes:
        layer: float32 (H, W, 4) premultiplied BGR (0-255) and alpha (0-1), without its plate.
        plate: the same for the plate alone, so that night can light it otherwise.
        scale: pixels per meter.
        ground_row: row of the ground under the vehicle.
        lamps: x, y of headlights or tail lights, in meters.
    """

    layer: npt.NDArray[np.float32]
    plate: npt.NDArray[np.float32]
    scale: float
    ground_row: float
    lamps: tuple[tuple[float, float], ...]


def draw_vehicle(
    body: str,
    color: str,
    plate: Image,
    *,
    rear: bool,
    tilt: float,
    scale: float,
    lit: bool,
    plate_meters: float = PLATE_METERS,
    lift: float = 0.0,
) -> VehicleView:
    """Draw a vehicle with its plate.

    Args:
        body: a key of `SHAPES`.
        color: paint, RRGGBB.
        plate: uint8 (h, w, 3) BGR picture of the plate.
        rear: True for the rear view, False for the front.
        tilt: of the plate, in degrees.
        scale: pixels per meter.
        lit: whether its lamps are on.
        plate_meters: width of the plate.
        lift: meters by which the plate hangs higher than usual for the body.
    """
    shape = SHAPES[body]
    brush = Brush(shape.width + 0.9, shape.height + 0.12, 0.25, scale)
    half = shape.width / 2
    brush.fill(_ellipse(0, 0.02, half * 1.16, 0.13), (0, 0, 0), opacity=0.72, blur=0.05)
    _underside(brush, shape)
    _shell(brush, shape, color)
    plate_center = (0.0, (shape.rear_plate if rear else shape.front_plate) + lift)
    if rear:
        lamps = _rear(brush, body, shape, color, plate_center[1], lit)
    else:
        lamps = _front(brush, body, shape, color, plate_center[1], lit)
    plates = Brush(shape.width + 0.9, shape.height + 0.12, 0.25, scale)
    plates.stamp(plate, plate_center, plate_meters, tilt)
    return VehicleView(brush.layer, plates.layer, scale, brush.ground_row, lamps)


def _underside(brush: Brush, shape: BodyShape) -> None:
    half = shape.width / 2
    brush.fill(box(-half + 0.1, 0.14, half - 0.1, 0.42), (14, 14, 15), (6, 6, 6))
    tire = [(half - 0.29, 0.03), (half - 0.27, 0.0), (half - 0.06, 0.0), (half - 0.03, 0.04), (half - 0.03, 0.5),
            (half - 0.29, 0.5)]  # fmt: skip
    brush.mirrored(tire, (34, 34, 35), (15, 15, 16), smooth=1)
    for groove in (0.23, 0.17, 0.11):
        brush.mirrored(box(half - groove, 0.02, half - groove + 0.012, 0.4), (8, 8, 8), opacity=0.7)


def _shell(brush: Brush, shape: BodyShape, color: str) -> None:
    """Draw the body up to the belt, the greenhouse, the glass and the mirrors."""
    half, belt, height, roof = shape.width / 2, shape.belt, shape.height, shape.roof
    greenhouse = [
        (0, height),
        (roof * 0.8, height - 0.005),
        (roof, height - 0.05),
        (half - 0.09, belt),
        (0, belt - 0.1),
    ]
    brush.symmetric(greenhouse, shade(color, 1.25), shade(color, 0.6), smooth=2)
    glass_top = height - 0.12
    glass = [(0, glass_top), (roof * 0.86, glass_top - 0.01), (half - 0.19, belt + 0.02), (0, belt - 0.01)]
    brush.symmetric(glass, shade(GLASS, 1.7), shade(GLASS, 0.45), smooth=1)
    for side in (-1, 1):
        seat = _ellipse(side * half * 0.42, belt + 0.17, 0.13, 0.13)
        brush.fill(seat, shade(DARK, 0.7), opacity=0.55, blur=0.012)
    sheen = [(-roof * 0.75, glass_top - 0.02), (-roof * 0.2, glass_top - 0.02), (-half * 0.5, belt + 0.04),
             (-half * 0.85, belt + 0.04)]  # fmt: skip
    brush.fill(sheen, (235, 230, 222), (200, 198, 190), opacity=0.16, blur=0.02)
    mirror = [(half - 0.12, belt + 0.03), (half + 0.02, belt + 0.14), (half + 0.18, belt + 0.15),
              (half + 0.19, belt + 0.02), (half + 0.04, belt - 0.01)]  # fmt: skip
    brush.mirrored(mirror, shade(color, 1.1), shade(color, 0.5), smooth=2)
    lower = [(0, belt + 0.03), (half - 0.16, belt + 0.02), (half - 0.04, belt - 0.07), (half, belt * 0.72),
             (half, 0.42), (half - 0.02, 0.24), (half - 0.06, 0.21), (half - 0.3, 0.21), (0, 0.21)]  # fmt: skip
    brush.symmetric(lower, shade(color, 1.3), shade(color, 0.5), smooth=2)
    flank = [(half - 0.09, belt - 0.1), (half - 0.005, belt * 0.7), (half - 0.01, 0.45), (half - 0.09, 0.3)]
    brush.mirrored(flank, shade(color, 0.5), shade(color, 0.35), opacity=0.6, blur=0.03)


def _front(
    brush: Brush, body: str, shape: BodyShape, color: str, plate: float, lit: bool
) -> tuple[tuple[float, float], ...]:
    half, hood, belt = shape.width / 2, shape.hood, shape.belt
    lid = [(0, belt + 0.02), (half - 0.22, belt), (half - 0.12, hood + 0.03), (half * 0.5, hood), (0, hood + 0.015)]
    brush.symmetric(lid, shade(color, 1.55), shade(color, 1.02), smooth=2)
    crease = [(half * 0.42, belt - 0.01), (half * 0.46, belt - 0.01), (half * 0.52, hood), (half * 0.48, hood)]
    brush.mirrored(crease, shade(color, 0.7), opacity=0.5, blur=0.008)
    grille_low = plate + 0.15
    grille = [(0, hood - 0.03), (half * 0.52, hood - 0.04), (half * 0.46, grille_low), (0, grille_low - 0.01)]
    brush.symmetric(grille, (30, 30, 31), (12, 12, 12), smooth=1)
    for row in np.arange(grille_low + 0.03, hood - 0.05, 0.045):
        brush.fill(box(-half * 0.44, row, half * 0.44, row + 0.012), (120, 120, 122), (70, 70, 72), opacity=0.8)
    brush.fill(_ellipse(0, (hood + grille_low) / 2, 0.055, 0.045), (205, 205, 205), (120, 120, 120))
    lamp = [
        (half * 0.56, hood - 0.05),
        (half - 0.09, hood + 0.0),
        (half - 0.05, hood - 0.12),
        (half * 0.6, hood - 0.19),
    ]
    brush.mirrored(lamp, (40, 40, 42), (24, 24, 26), smooth=1)
    center = (half * 0.76, hood - 0.09)
    for side in (-1, 1):
        bright: Paint = (250, 252, 255) if lit else (214, 212, 208)
        brush.fill(_ellipse(side * center[0], center[1], 0.105, 0.066), bright, bright if lit else (120, 120, 122))
        brush.fill(_ellipse(side * (center[0] + 0.02), center[1], 0.04, 0.034), (255, 255, 255), opacity=0.9)
    brush.fill(box(-half + 0.06, plate + 0.125, half - 0.06, plate + 0.14), shade(color, 0.45), opacity=0.8, blur=0.006)
    intake = [(0, plate - 0.16), (half * 0.62, plate - 0.17), (half * 0.56, 0.26), (0, 0.25)]
    brush.symmetric(intake, (26, 26, 27), (9, 9, 9), smooth=1)
    brush.mirrored(_ellipse(half * 0.78, plate - 0.13, 0.065, 0.05), (70, 70, 72), (36, 36, 38))
    if body in ("pickup", "suv"):
        brush.fill(box(-half + 0.03, 0.25, half - 0.03, 0.31), (78, 80, 82), (32, 33, 34), smooth=1)
    _plate_holder(brush, plate, shade(DARK, 1.15))
    return ((-center[0], center[1]), center)


def _rear(
    brush: Brush, body: str, shape: BodyShape, color: str, plate: float, lit: bool
) -> tuple[tuple[float, float], ...]:
    half, hood, belt = shape.width / 2, shape.hood, shape.belt
    upright = body in ("suv", "van", "pickup")
    if body == "pickup":
        brush.symmetric([(0, hood + 0.04), (half - 0.2, hood + 0.04), (half - 0.2, 0.66), (0, 0.66)],
                        shade(color, 1.25), shade(color, 0.7))  # fmt: skip
        brush.fill(_ellipse(0, hood - 0.07, 0.1, 0.025), (30, 30, 32))
        brush.fill(box(-half + 0.05, 0.44, half - 0.05, 0.62), (188, 190, 192), (84, 86, 88), smooth=1)
    else:
        lid_low = plate - 0.2
        lid = [
            (0, belt + 0.01),
            (half - 0.24, belt - 0.01),
            (half - 0.2, hood),
            (half - 0.26, lid_low),
            (0, lid_low - 0.01),
        ]
        brush.symmetric(lid, shade(color, 1.4), shade(color, 0.72), smooth=1)
        seam: Paint = shade(color, 0.35)
        brush.fill(box(-half + 0.27, lid_low - 0.012, half - 0.27, lid_low), seam, opacity=0.8, blur=0.004)
        bumper = [(0, lid_low - 0.03), (half - 0.06, lid_low - 0.02), (half - 0.02, 0.44), (half - 0.1, 0.3), (0, 0.28)]
        brush.symmetric(bumper, shade(color, 1.1), shade(color, 0.5), smooth=2)
        brush.fill(box(-half + 0.2, 0.25, half - 0.2, 0.36), (34, 34, 35), (14, 14, 14), smooth=1)
        brush.mirrored(_ellipse(half * 0.6, 0.3, 0.055, 0.035), (160, 160, 160), (50, 50, 50))
    low = 0.74 if body == "pickup" else (shape.hood - 0.3 if upright else hood - 0.12)
    high = belt - 0.04 if upright else hood + 0.07
    inner = half - 0.17 if upright else half * 0.56
    lamp = [(inner, high - 0.02), (half - 0.05, high), (half - 0.03, low + 0.02), (inner + 0.03, low)]
    red: Paint = (60, 60, 250) if lit else (34, 30, 170)
    brush.mirrored(lamp, red, (30, 24, 150) if lit else (22, 18, 96), smooth=1)
    outer = half - 0.06
    reverse = [(inner + 0.04, low + 0.03), (outer, low + 0.04), (outer, low + 0.08), (inner + 0.04, low + 0.07)]
    brush.mirrored(reverse, (215, 215, 222), opacity=0.75)
    brush.fill(box(-0.14, shape.height - 0.115, 0.14, shape.height - 0.095), red, opacity=0.9)
    _plate_well(brush, plate, color)
    return ((-(inner + half) / 2, (low + high) / 2), ((inner + half) / 2, (low + high) / 2))


def _plate_holder(brush: Brush, height: float, paint: Paint) -> None:
    wide, tall = PLATE_METERS / 2 + 0.012, PLATE_METERS / 4 + 0.012
    brush.fill(box(-wide, height - tall, wide, height + tall), paint)


def _plate_well(brush: Brush, height: float, color: str) -> None:
    """Draw the recess that holds a rear plate, with the lamp strip above it."""
    wide, tall = PLATE_METERS / 2 + 0.06, PLATE_METERS / 4 + 0.045
    brush.fill(box(-wide, height - tall, wide, height + tall), shade(color, 0.3), shade(color, 0.62), smooth=1)
    brush.fill(
        box(-wide * 0.8, height + tall - 0.018, wide * 0.8, height + tall + 0.012), (150, 150, 152), (60, 60, 62)
    )


def _ellipse(x: float, y: float, half_width: float, half_height: float) -> list[tuple[float, float]]:
    angles = np.linspace(0, 2 * np.pi, 25)[:-1]
    return [(x + half_width * float(np.cos(a)), y + half_height * float(np.sin(a))) for a in angles]
