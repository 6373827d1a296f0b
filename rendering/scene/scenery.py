"""The empty road that the demo's fixed camera looks along, by day and by night."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from schemas.types import Image

Field = npt.NDArray[np.float32]

# The camera: a telephoto lens on a low pole, for a picture 720 pixels high.
_FOCAL: Final = 6000.0  # pixels
_CAMERA_HEIGHT: Final = 2.3  # meters over the road
_HORIZON: Final = 96.0  # row
CREST: Final = 150.0  # meters: the road drops out of sight behind it

LANE_OFFSET: Final = 1.15  # meters from the middle of the road to the middle of a lane
_ROAD_HALF: Final = 2.75


@dataclass(frozen=True, slots=True)
class RoadView:
    """The camera's geometry: where points of the road fall in the picture.

    Attributes:
        width: of the picture in pixels.
        height: of the picture in pixels.
    """

    width: int
    height: int

    @property
    def unit(self) -> float:
        """Pixels of this picture per pixel of the reference picture."""
        return self.height / 720

    def scale_at(self, meters: float) -> float:
        """Return pixels per meter at a distance."""
        return _FOCAL * self.unit / meters

    def ground_row(self, meters: float) -> float:
        """Return the picture row of the road's surface at a distance; beyond the crest it sinks out of sight."""
        nearer = min(meters, CREST)
        beyond = max(meters - CREST, 0.0)
        return _HORIZON * self.unit + _CAMERA_HEIGHT * self.scale_at(nearer) + 2.2 * self.unit * beyond

    def column(self, meters: float, offset: float) -> float:
        """Return the picture column of a point `offset` meters right of the road's middle."""
        return self.width / 2 + offset * self.scale_at(meters)

    @property
    def crest_row(self) -> int:
        """The row where the road ends."""
        return round(self.ground_row(CREST))


def draw_day(view: RoadView, rng: np.random.Generator) -> Image:
    """Draw the road by day: uint8 (height, width, 3) BGR."""
    picture = _sky(view, rng)
    _trees(picture, view, rng)
    crest = view.crest_row
    picture[crest:] = _ground(view, crest, rng)
    _roadside(picture, view)
    day: Image = np.clip(picture, 0, 255).astype(np.uint8)
    return day


def draw_night(view: RoadView, day: Image, rng: np.random.Generator) -> Image:
    """Darken the day's picture, light it by a few lamps and the camera's own infrared lamp."""
    gray = cv2.cvtColor(day, cv2.COLOR_BGR2GRAY).astype(np.float32)
    dim = day.astype(np.float32) * 0.3 + gray[..., None] * 0.7
    rows, columns = np.mgrid[0 : view.height, 0 : view.width].astype(np.float32)
    lamp = np.exp(
        -(((columns - view.width * 0.5) / (view.width * 0.42)) ** 2) - ((rows / view.height - 0.9) / 0.55) ** 2
    )
    light = 0.1 + 0.32 * lamp
    light[: view.crest_row] = 0.05
    night = dim * light[..., None] * np.array([1.08, 1.0, 0.96], dtype=np.float32) + 7
    for share, size in ((0.07, 7.0), (0.93, 8.0), (0.28, 2.6), (0.73, 2.2)):
        x, y = view.width * share, view.unit * (26 if size > 5 else 122)
        reach = (columns - x) ** 2 + (rows - y) ** 2
        glow = (
            np.exp(-reach / (2 * (size * view.unit) ** 2)) * 190
            + np.exp(-reach / (2 * (size * 7 * view.unit) ** 2)) * 34
        )
        night += glow[..., None] * np.array([0.82, 0.95, 1.0], dtype=np.float32)
    night += cv2.resize(rng.standard_normal((36, 64)).astype(np.float32), (view.width, view.height))[..., None]
    dark: Image = np.clip(night, 0, 255).astype(np.uint8)
    return dark


def _noise(shape: tuple[int, int], cells: float, rng: np.random.Generator) -> Field:
    """Return smooth noise, about -1..1, with so many cells across its height."""
    rows = max(int(cells), 2)
    columns = max(int(cells * shape[1] / shape[0]), 2)
    coarse = rng.standard_normal((rows, columns)).astype(np.float32)
    return cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC).astype(np.float32, copy=False)


def _sky(view: RoadView, rng: np.random.Generator) -> Field:
    shape = (view.height, view.width)
    rows = np.linspace(0, 1, view.height, dtype=np.float32)[:, None, None] * 4
    picture = np.array([224, 196, 164], np.float32) * (1 - rows) + np.array([236, 226, 214], np.float32) * rows
    picture = np.broadcast_to(picture, (*shape, 3)).copy()
    clouds = np.clip(0.8 * _noise(shape, 9, rng) + 0.5 * _noise(shape, 34, rng) + 0.25 * _noise(shape, 90, rng), 0, 2)
    picture += (244 - picture) * clouds[..., None].astype(np.float32) * 0.35
    return picture


def _trees(picture: Field, view: RoadView, rng: np.random.Generator) -> None:
    """Draw three rows of trees behind the crest, the farther the paler, with a gap where the road goes through."""
    shape = picture.shape[:2]
    base = view.crest_row + 4
    columns = np.arange(view.width)
    aside = np.abs(columns - view.width / 2) / view.width
    rows = np.arange(view.height)[:, None]
    for tone, rise, low in (((150, 158, 140), 46, 0.55), ((92, 112, 84), 62, 0.35), ((44, 66, 46), 92, 0.1)):
        wave = _noise((64, view.width), 6, rng)[20] + 0.5 * _noise((64, view.width), 22, rng)[20]
        top = base - view.unit * (rise * (low + np.minimum(aside * 2.6, 1.1)) + 11 * wave)
        ragged = top[None, :] + 5 * view.unit * _noise(shape, 120, rng)
        cover = (rows > ragged) & (rows < base + 30)
        leaves = 1 + 0.16 * _noise(shape, 50, rng) + 0.2 * _noise(shape, 190, rng)
        depth = np.clip(1.12 - (rows - top[None, :]) / (view.unit * 150), 0.6, 1.12)
        shaded = np.array(tone, np.float32) * (leaves * depth)[..., None].astype(np.float32)
        picture[cover] = shaded[cover]


def _ground(view: RoadView, crest: int, rng: np.random.Generator) -> Field:
    """Draw verge, asphalt and markings by looking up the road's own coordinates for every pixel below the crest."""
    rows = np.arange(crest, view.height, dtype=np.float32)[:, None]
    columns = np.arange(view.width, dtype=np.float32)[None, :]
    per_meter = (rows - _HORIZON * view.unit) / _CAMERA_HEIGHT
    along = np.broadcast_to(_FOCAL * view.unit / per_meter, (rows.size, view.width)).astype(np.float32)
    across = ((columns - view.width / 2) / per_meter).astype(np.float32)
    grain = rng.standard_normal((512, 512)).astype(np.float32)
    coarse = _noise((512, 512), 40, rng)
    fine = _sample(grain, across * 60, along * 8)
    patches = _sample(coarse, across * 14, along * 3)
    grass = (
        np.array([66, 112, 96], np.float32)
        * (1 + 0.13 * fine + 0.16 * _sample(coarse, across * 40, along * 9))[..., None]
    )
    tracks = np.exp(-(((np.abs(across) - LANE_OFFSET) ** 2 - 0.42) ** 2) / 0.09)
    asphalt = np.array([112, 112, 110], np.float32) * (1 + 0.06 * fine + 0.07 * patches - 0.07 * tracks)[..., None]
    edge = np.abs(across) + 0.04 * patches
    picture = np.where((edge < _ROAD_HALF + 0.35)[..., None], asphalt, grass)
    gravel = (edge > _ROAD_HALF) & (edge < _ROAD_HALF + 0.35)
    picture[gravel] = picture[gravel] * 1.12 + 8
    worn = np.clip(0.82 + 0.25 * patches, 0.35, 1)[..., None]
    soft = 0.6 / per_meter  # half a pixel, so that far lines fade and do not flicker
    yellow, white = (70, 176, 206), (214, 216, 216)
    for center, width, tone in ((0.09, 0.05, yellow), (-0.09, 0.05, yellow), (2.5, 0.06, white), (-2.5, 0.06, white)):
        cover = np.clip((width + soft - np.abs(across - center)) / (2 * soft), 0, 1)[..., None] * worn
        picture = picture * (1 - cover) + np.array(tone, np.float32) * cover
    haze = np.clip((along - 40) / 260, 0, 0.4)[..., None]
    return (picture * (1 - haze) + np.array([206, 200, 190], np.float32) * haze).astype(np.float32)


def _sample(texture: Field, x: Field, y: Field) -> Field:
    columns, rows = np.broadcast_arrays(x, y)
    return cv2.remap(
        texture, np.mod(columns, 511).astype(np.float32), np.mod(rows, 511).astype(np.float32), cv2.INTER_LINEAR
    ).astype(np.float32, copy=False)


def _roadside(picture: Field, view: RoadView) -> None:
    """Set a guardrail on the right and poles on both sides."""
    for meters in np.arange(CREST - 4, 20, -4.0):
        scale = view.scale_at(meters)
        x, y = view.column(meters, 3.5), view.ground_row(meters)
        _stroke(picture, (x, y), (x, y - 0.7 * scale), 0.09 * scale, (104, 108, 110))
    for low, high, tone in ((0.42, 0.72, (150, 154, 156)), (0.52, 0.6, (112, 116, 118))):
        rail = [(view.column(meters, 3.45), view.ground_row(meters) - lift * view.scale_at(meters))
                for lift, reach in ((low, 1), (high, -1)) for meters in (CREST, 18.0)[::reach]]  # fmt: skip
        cv2.fillPoly(picture, [np.round(np.array(rail) * 16).astype(np.int32)], tone, cv2.LINE_AA, 4)
    for meters, offset, height in ((140.0, -7.4, 9.0), (120.0, 7.8, 9.0), (90.0, -5.6, 8.0), (78.0, 6.2, 8.0)):
        scale = view.scale_at(meters)
        x, y = view.column(meters, offset), view.ground_row(meters)
        _stroke(picture, (x, y), (x, y - height * scale), 0.16 * scale, (86, 90, 92))


def _stroke(
    picture: Field, start: tuple[float, float], end: tuple[float, float], width: float, tone: tuple[int, int, int]
) -> None:
    points = [(round(x * 16), round(y * 16)) for x, y in (start, end)]
    cv2.line(picture, points[0], points[1], tone, max(round(width), 1), cv2.LINE_AA, 4)
