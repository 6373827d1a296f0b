"""Turns a picture of a plate into what a camera and a detector make of it: inexact boxes, blur, dark, dirt."""

from __future__ import annotations

import cv2
import numpy as np

from recognition.training.examples.reader_format import IMAGE_HEIGHT, IMAGE_WIDTH
from schemas.types import Image

MARGINS = (-0.03, 0.25)  # of the box's height, outwards; a detector's boxes are that inexact
WIDTHS = (44, 200)  # pixels of the plate in the camera's picture
SMALL_WIDTHS = (40, 80)  # of the share of plates that are far away

Corners = tuple[float, float, float, float]


def fit(image: Image) -> Image:
    """Resize a BGR crop to the reader's input, as fast-plate-ocr does.

    Args:
        image: uint8 (H, W, 3) BGR.

    Returns:
        uint8 (64, 128, 3) RGB.
    """
    resized = cv2.resize(image, (IMAGE_WIDTH, IMAGE_HEIGHT), interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(resized[:, :, ::-1]).astype(np.uint8, copy=False)


def bordered(image: Image, margin: float) -> Image:
    """Widen a tight crop by repeating its edge pixels, the stand-in for the margin that a detector's crop would have.

    Args:
        image: uint8 (H, W, 3).
        margin: Share of the height added on each side; 0 leaves the crop as it is.

    Returns:
        uint8, larger by twice the margin on both axes.
    """
    width = round(image.shape[0] * margin)
    larger = cv2.copyMakeBorder(image, width, width, width, width, cv2.BORDER_REPLICATE)
    return larger.astype(np.uint8, copy=False)


def augment(image: Image, box: Corners, rng: np.random.Generator) -> Image:
    """Photograph a plate once more, worse.

    Args:
        image: uint8 (H, W, 3) BGR: the plate with whatever of its surroundings there is.
        box: The plate in it: x1, y1, x2, y2 in pixels.
        rng: Source of chance.

    Returns:
        uint8 (64, 128, 3) RGB, the reader's input.
    """
    return fit(photographed(_frame(image, box, rng), rng))


def photographed(shot: Image, rng: np.random.Generator) -> Image:
    """Take a crop, already of the size that it has in the camera's picture, in worse light, dirty, blurred or noisy.

    Args:
        shot: uint8 (H, W, 3) BGR; may be changed.
        rng: Source of chance.

    Returns:
        uint8 (H, W, 3) BGR.
    """
    shot = _light(shot, rng) if rng.random() < 0.94 else _hard_light(shot, rng)
    if rng.random() < 0.15:
        _dirty(shot, rng)
    shot = _blur(shot, rng)
    if rng.random() < 0.5:
        sigma = rng.uniform(1, 9) * (2.5 if rng.random() < 0.1 else 1.0)
        channels = 1 if rng.random() < 0.5 else 3
        noise = rng.standard_normal((*shot.shape[:2], channels), dtype=np.float32) * np.float32(sigma)
        shot = np.clip(shot + noise, 0, 255).astype(np.uint8)
    if rng.random() < 0.15:
        shot = cv2.cvtColor(cv2.cvtColor(shot, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR).astype(np.uint8, copy=False)
    if rng.random() < 0.5:
        shot = _recompressed(shot, int(rng.integers(25, 95)))
    return shot


def _recompressed(image: Image, quality: int) -> Image:
    _, code = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(code, cv2.IMREAD_COLOR), dtype=np.uint8)


def _frame(image: Image, box: Corners, rng: np.random.Generator) -> Image:
    """Cut the box with random margins, tilt and perspective, at a random distance."""
    x1, y1, x2, y2 = box
    margin = rng.uniform(*MARGINS) + rng.uniform(-0.06, 0.06, 4)
    margin = np.clip(margin, *MARGINS) * (y2 - y1)
    left, top, right, bottom = x1 - margin[0], y1 - margin[1], x2 + margin[2], y2 + margin[3]
    widths = SMALL_WIDTHS if rng.random() < 0.3 else WIDTHS
    plate_width = float(np.exp(rng.uniform(*np.log(widths))))
    scale = plate_width / max(x2 - x1, 1.0)
    aspect = rng.uniform(0.85, 1.18)
    width = max(round((right - left) * scale), 16)
    height = max(round((bottom - top) * scale * aspect), 8)
    corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], dtype=np.float32)
    if scale < 0.6:  # shrinking by a warp alone would alias
        image = cv2.resize(image, None, fx=scale * 1.4, fy=scale * 1.4, interpolation=cv2.INTER_AREA).astype(np.uint8)
        corners *= np.float32(scale * 1.4)
    target = _tilted(width, height, rng)
    matrix = cv2.getPerspectiveTransform(corners, target)
    if rng.random() < 0.4:
        return cv2.warpPerspective(image, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE).astype(np.uint8)
    surroundings = _surroundings(image, width, height, rng)
    return cv2.warpPerspective(
        image, matrix, (width, height), dst=surroundings, borderMode=cv2.BORDER_TRANSPARENT
    ).astype(np.uint8)


def _tilted(width: int, height: int, rng: np.random.Generator) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], dtype=np.float64) - 0.5
    angle = np.radians(rng.normal(0, 3.0))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    size = np.array([width, height])
    points = (square * size) @ turn.T
    points[:, 0] += points[:, 1] * rng.normal(0, 0.06)
    points += rng.normal(0, 0.018, (4, 2)) * size
    shift = rng.uniform(-0.02, 0.02, 2) * size
    return np.asarray(points + size / 2 + shift, dtype=np.float32)


def _surroundings(image: Image, width: int, height: int, rng: np.random.Generator) -> Image:
    """Paint what shows beside the plate: bodywork of one color, often darker at the lower edge."""
    if rng.random() < 0.3:
        blurred = cv2.blur(cv2.resize(image, (12, 8), interpolation=cv2.INTER_AREA), (3, 3))
        return cv2.resize(blurred, (width, height)).astype(np.uint8)
    level = rng.uniform(5, 235)
    upper = level + rng.normal(0, 12, 3)
    lower = upper * rng.uniform(0.3, 1.1)
    ramp = np.linspace(0, 1, height)[:, None, None] ** rng.uniform(0.5, 3)
    rows = np.clip(upper * (1 - ramp) + lower * ramp, 0, 255)
    return np.repeat(rows, width, axis=1).astype(np.uint8)


def _light(image: Image, rng: np.random.Generator) -> Image:
    """Change exposure, contrast and color; sometimes glare, shadow, night or a negative (light figures on dark)."""
    light = image.astype(np.float32)
    mean = float(light.mean())
    contrast = rng.uniform(0.45, 1.35)
    brightness = rng.normal(0, 22)
    if rng.random() < 0.12:  # night: dark and flat, or an infrared camera's washed-out plate
        contrast, brightness = rng.uniform(0.2, 0.6), rng.uniform(-60, 70)
    light = (light - mean) * np.float32(contrast) + np.float32(mean + brightness)
    if rng.random() < 0.5:
        light *= rng.uniform(0.82, 1.15, 3).astype(np.float32)
    height, width = image.shape[:2]
    if rng.random() < 0.2:
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        reach = rng.uniform(0.15, 0.5) * width
        columns, rows = np.meshgrid(np.arange(width, dtype=np.float32) - x, np.arange(height, dtype=np.float32) - y)
        spot = np.exp(-(columns**2 + (rows * rng.uniform(0.7, 2)) ** 2) / (2 * reach**2)).astype(np.float32)
        light += spot[..., None] * np.float32(rng.uniform(-90, 150))
    if rng.random() < 0.15:
        corners = rng.uniform(0.45, 1.25, (2, 2)).astype(np.float32)
        light *= cv2.resize(corners, (width, height))[..., None]
    if rng.random() < 0.03:
        light = 255 - light
    return np.clip(light, 0, 255).astype(np.uint8)


def _hard_light(image: Image, rng: np.random.Generator) -> Image:
    """Show the plate as hard light or none does: washed out, at night, in infrared, or in haze."""
    light = image.astype(np.float32) / 255
    kind = int(rng.integers(4))
    if kind == 0:  # light figures on a light ground, or sun on the sheeting
        light = 1 - (1 - light) * np.float32(rng.uniform(0.15, 0.5))
    elif kind == 1:  # night: little light, and what there is falls off to one side
        light = light ** np.float32(rng.uniform(1.2, 2.2)) * np.float32(rng.uniform(0.12, 0.45))
        light *= np.linspace(1, rng.uniform(0.4, 1), image.shape[1], dtype=np.float32)[:: rng.choice((-1, 1)), None]
    elif kind == 2:  # an infrared camera sees one gray, in which colored inks pale
        weights = rng.dirichlet((1.0, 1.0, 2.5)).astype(np.float32)
        gray = (light @ weights)[..., None] ** np.float32(rng.uniform(0.5, 1.2))
        light = np.repeat(gray * np.float32(rng.uniform(0.5, 1.1)), 3, axis=2)
    else:  # haze
        level = np.float32(rng.uniform(0.2, 0.8))
        light = level + (light - level) * np.float32(rng.uniform(0.12, 0.35))
    light += rng.standard_normal(image.shape[:2], dtype=np.float32)[..., None] * np.float32(rng.uniform(0, 0.025))
    return np.clip(light * 255, 0, 255).astype(np.uint8)


def _dirty(image: Image, rng: np.random.Generator) -> None:
    """Lay a few soft specks of mud or snow over the picture, in place."""
    height, width = image.shape[:2]
    layer = image.copy()
    tone = rng.uniform(30, 230, 3).tolist()
    for _ in range(int(rng.integers(1, 7))):
        center = (int(rng.integers(width)), int(rng.integers(height)))
        radius = max(int(rng.uniform(0.01, 0.06) * width), 1)
        cv2.circle(layer, center, radius, tone, -1, cv2.LINE_AA)
    opacity = rng.uniform(0.3, 0.75)
    image[:] = cv2.addWeighted(layer, opacity, image, 1 - opacity, 0)


def _blur(image: Image, rng: np.random.Generator) -> Image:
    """Defocus, or smear along a line as a moving car does, in proportion to the plate's size."""
    width = image.shape[1]
    chance = rng.random()
    if chance < 0.35:
        return cv2.GaussianBlur(image, (0, 0), rng.uniform(0.003, 0.013) * width + 0.2).astype(np.uint8, copy=False)
    if chance < 0.55:
        length = max(int(rng.uniform(0.01, 0.05) * width), 2)
        angle = rng.normal(0, 25)
        line = np.zeros((length * 2 + 1, length * 2 + 1), dtype=np.float32)
        dx, dy = length * np.cos(np.radians(angle)) / 2, length * np.sin(np.radians(angle)) / 2
        start, end = (round(length - dx), round(length - dy)), (round(length + dx), round(length + dy))
        cv2.line(line, start, end, (1.0,), 1)
        return cv2.filter2D(image, -1, line / line.sum(), borderType=cv2.BORDER_REPLICATE).astype(np.uint8, copy=False)
    return image
