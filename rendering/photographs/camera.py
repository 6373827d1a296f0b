"""What a camera makes of a plate: perspective, distance, darkness, infrared, blur, noise and compression."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from schemas.types import Image

__all__ = ["Corners", "blur_motion", "compress", "project", "see_infrared", "see_night"]

Corners = npt.NDArray[np.float32]

# How much of blue, green and red light an infrared-sensitive gray sees: dyes are paler the redder they are.
_INFRARED_SEEN: Final = (0.2, 0.32, 0.48)


def project(
    image: Image, rng: np.random.Generator, *, width: int, roll: float, yaw: float, pitch: float
) -> tuple[Image, Corners]:
    """Turn a plate in space and set it before a vehicle's body, with the margin a detector's box has.

    Args:
        image: uint8 (H, W, 3) BGR, frontal.
        rng: source of chance for margin and body color.
        width: of the plate in the picture before it is turned, in pixels.
        roll: angle in the picture's plane, degrees.
        yaw: angle about the vertical, degrees.
        pitch: angle about the horizontal, degrees.

    Returns:
        uint8 (h, w, 3) BGR, and the plate's corners in it, float32 (4, 2): upper left, upper right, lower right, lower
        left.
    """
    rows, columns = image.shape[:2]
    height = width * rows / columns
    corners = _turned(width, height, roll, yaw, pitch)
    margin = rng.uniform(0.02, 0.16, 4) * height
    low, high = corners.min(axis=0), corners.max(axis=0)
    corners += (margin[:2] - low).astype(np.float32)
    size = np.ceil(high - low + margin[:2] + margin[2:]).astype(int)
    source = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], dtype=np.float32)
    # Halving first keeps fine lines from breaking up where the plate becomes much smaller.
    shrunk, factor = image, columns / width
    while factor > 2:
        shrunk = cv2.resize(shrunk, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
        factor /= 2
    source *= np.array([shrunk.shape[1] / columns, shrunk.shape[0] / rows], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(source, corners)
    target = (int(size[0]), int(size[1]))
    body = _body(target, rng)
    warped = cv2.warpPerspective(shrunk, matrix, target, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    share = np.zeros((target[1], target[0]), dtype=np.uint8)
    cv2.fillConvexPoly(share, np.round(corners * 16).astype(np.int32), (255,), cv2.LINE_AA, 4)
    alpha = share.astype(np.float32)[..., None] / 255
    picture: Image = np.clip(body + (warped - body) * alpha, 0, 255).astype(np.uint8)
    return picture, corners


def see_night(image: Image, rng: np.random.Generator, severity: float) -> Image:
    """Take a picture in the dark: little light, a lamp's cast, bloom, a camera's gain and its noise.

    Args:
        image: uint8 (H, W, 3) BGR.
        rng: source of chance.
        severity: 0 for a lit street to 1 for a plate that a person just reads.

    Returns:
        uint8 (H, W, 3) BGR.
    """
    height, width = image.shape[:2]
    cast = np.array((rng.uniform(0.6, 1.0), rng.uniform(0.8, 1.0), 1.0), dtype=np.float32)
    level = (0.5 - 0.36 * severity) * rng.uniform(0.85, 1.15)
    lamp = cv2.resize(rng.uniform(0.55, 1.2, (2, 3)).astype(np.float32), (width, height))
    dark = image.astype(np.float32) * cast * (lamp * level)[..., None]
    dark += 0.25 * severity * cv2.GaussianBlur(dark, (0, 0), max(width / 25, 1.0))
    noise = rng.standard_normal(image.shape, dtype=np.float32) * (4 + 9 * severity)
    seen: Image = np.clip(dark + noise, 0, 255).astype(np.uint8)
    return seen


def see_infrared(image: Image, rng: np.random.Generator, severity: float) -> Image:
    """Take a picture by an infrared lamp: gray, the sheeting shining, the surroundings dark, light inks pale.

    Args:
        image: uint8 (H, W, 3) BGR.
        rng: source of chance.
        severity: 0 for a good exposure to 1 for an overexposed plate with pale characters.

    Returns:
        uint8 (H, W, 3) BGR, its channels equal.
    """
    gray = image.astype(np.float32) @ np.array(_INFRARED_SEEN, dtype=np.float32)
    width = image.shape[1]
    # Retroreflection is steep: light ground flares, ink stays.
    shining = 255 * (gray / 255) ** rng.uniform(0.9, 1.6) * (1.03 + 0.3 * severity) + 25 * severity
    shining += 0.3 * severity * cv2.GaussianBlur(shining, (0, 0), max(width / 40, 0.8))
    noise = rng.standard_normal(gray.shape, dtype=np.float32) * (3 + 6 * severity)
    seen = np.clip(shining + noise, 0, 255).astype(np.uint8)
    return cv2.merge([seen, seen, seen]).astype(np.uint8, copy=False)


def blur_motion(image: Image, rng: np.random.Generator, severity: float) -> Image:
    """Blur a picture by motion and by a lens out of focus.

    Args:
        image: uint8 (H, W, 3) BGR.
        rng: source of chance.
        severity: 0 for a little softness to 1 for a streak of a twentieth of the width.

    Returns:
        uint8 (H, W, 3) BGR.
    """
    width = image.shape[1]
    length = max(width * (0.012 + 0.038 * severity) * rng.uniform(0.7, 1.2), 1.5)
    angle = rng.normal(0, 20)
    size = int(np.ceil(length)) | 1
    kernel = np.zeros((size, size), dtype=np.float32)
    middle = (size - 1) / 2
    reach = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))]) * (length - 1) / 2
    ends = [tuple(int(value) for value in np.round((middle + sign * reach) * 16)) for sign in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], (1.0,), 1, cv2.LINE_AA, 4)
    kernel /= max(float(kernel.sum()), 1e-6)
    smeared = cv2.filter2D(image, -1, kernel, borderType=cv2.BORDER_REPLICATE)
    soft = cv2.GaussianBlur(smeared, (0, 0), width * (0.001 + 0.0035 * severity) + 0.3)
    return soft.astype(np.uint8, copy=False)


def compress(image: Image, quality: int) -> Image:
    """Pass a picture through JPEG.

    Args:
        image: uint8 (H, W, 3) BGR.
        quality: 1-100.

    Returns:
        uint8 (H, W, 3) BGR.
    """
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = cv2.imdecode(data, cv2.IMREAD_COLOR)
    return np.asarray(decoded, dtype=np.uint8)


def _turned(width: float, height: float, roll: float, yaw: float, pitch: float) -> Corners:
    """Return the corners of a plate turned about its middle, seen from four of its widths, float32 (4, 2)."""
    a, b, c = np.radians([roll, yaw, pitch])
    about_z = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
    about_y = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(c), -np.sin(c)], [0, np.sin(c), np.cos(c)]])
    flat = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]]) * (width / 2, height / 2, 0)
    turned = flat @ (about_z @ about_y @ about_x).T
    distance = 4 * width
    seen: Corners = (turned[:, :2] * (distance / (distance + turned[:, 2:]))).astype(np.float32)
    return seen


def _body(size: tuple[int, int], rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Return a vehicle's painted body around a plate, float32 (H, W, 3)."""
    paint = np.array((rng.integers(10, 235),) * 3, dtype=np.float32) + rng.normal(0, 8, 3).astype(np.float32)
    shade = cv2.resize(rng.uniform(0.5, 1.1, (2, 2)).astype(np.float32), size)
    body: Corners = np.clip(paint * shade[..., None], 0, 255).astype(np.float32)
    return body
