"""What lies on a plate or before it: mud, dust, drops, glare, a strap or a hitch. Pictures in, pictures out."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from schemas.types import Image

__all__ = ["add_dirt", "add_glare", "add_obstacle", "add_water"]

Share = npt.NDArray[np.float32]


def add_dirt(image: Image, rng: np.random.Generator, severity: float) -> Image:
    """Cover a plate with dust, patches of mud and spatter.

    Args:
        image: uint8 (H, W, 3) BGR.
        rng: source of chance.
        severity: 0 for a little dust to 1 for mud that a person reads through with pains.

    Returns:
        uint8 (H, W, 3) BGR.
    """
    height, width = image.shape[:2]
    mud = rng.uniform((30, 45, 60), (90, 110, 130)).astype(np.float32)
    patches = _clouds((height, width), rng, cells=9)
    # Road dirt is thrown up from below.
    slope = np.linspace(-0.12, 0.2, height, dtype=np.float32)[:, None]
    cover = np.clip((patches + slope - (0.86 - 0.36 * severity)) * 5, 0, 0.55 + 0.35 * severity)
    cover = np.maximum(cover, 0.1 + 0.3 * severity * _clouds((height, width), rng, cells=4))
    spatter = np.zeros((height, width), dtype=np.uint8)
    for _ in range(int(10 + 70 * severity)):
        center = (int(rng.integers(width)), int(rng.integers(height)))
        cv2.circle(spatter, center, int(rng.integers(1, max(2, height // 45) + 1)), (255,), -1, cv2.LINE_AA)
    cover = np.maximum(cover, spatter.astype(np.float32) / 255 * (0.4 + 0.5 * severity))
    return _blend(image, mud, cover)


def add_glare(image: Image, rng: np.random.Generator, severity: float) -> Image:
    """Let the sun or a flash burn a part of the plate out and veil the rest.

    Args:
        image: uint8 (H, W, 3) BGR.
        rng: source of chance.
        severity: 0 for a veil to 1 for a spot in which the characters only just show.

    Returns:
        uint8 (H, W, 3) BGR.
    """
    height, width = image.shape[:2]
    x, y = np.meshgrid(np.linspace(0, 2, width, dtype=np.float32), np.linspace(0, 1, height, dtype=np.float32))
    center = rng.uniform((0.3, 0.15), (1.7, 0.85))
    angle, reach = rng.uniform(0, np.pi), rng.uniform(0.35, 0.6)
    along = (x - center[0]) * np.cos(angle) + (y - center[1]) * np.sin(angle)
    across = -(x - center[0]) * np.sin(angle) + (y - center[1]) * np.cos(angle)
    spot = np.exp(-((along / reach) ** 2) - (across / (reach * rng.uniform(0.35, 0.8))) ** 2)
    veil = 0.1 + 0.2 * severity
    share = np.clip(veil + (0.35 + 0.5 * severity) * spot, 0, 0.93).astype(np.float32)
    return _blend(image, np.array((250, 252, 255), dtype=np.float32), share)


def add_water(image: Image, rng: np.random.Generator, severity: float) -> Image:
    """Put drops and streaks of water on the plate, which bend what is behind them, and the haze of spray before it.

    Args:
        image: uint8 (H, W, 3) BGR.
        rng: source of chance.
        severity: 0 for a few drops to 1 for a plate in heavy rain.

    Returns:
        uint8 (H, W, 3) BGR.
    """
    height, width = image.shape[:2]
    relief = np.zeros((height, width), dtype=np.float32)
    for _ in range(int(12 + 60 * severity)):
        center = (int(rng.integers(width)), int(rng.integers(height)))
        radius = int(rng.integers(2, max(3, height // 18) + 1))
        cv2.circle(relief, center, radius, (1.0,), -1, cv2.LINE_AA)
        if rng.random() < 0.3:
            end = (center[0] + int(rng.integers(-2, 3)), center[1] + int(rng.integers(height // 8, height // 3)))
            cv2.line(relief, center, end, (0.7,), max(radius // 2, 1), cv2.LINE_AA)
    relief = cv2.GaussianBlur(relief, (0, 0), max(height / 90, 0.8)).astype(np.float32, copy=False)
    bend = 4.0 + 8.0 * severity
    across = cv2.Sobel(relief, cv2.CV_32F, 1, 0, ksize=3) * bend
    down = cv2.Sobel(relief, cv2.CV_32F, 0, 1, ksize=3) * bend
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    bent = cv2.remap(image, x + across, y + down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    shine = np.clip(-across - down, 0, 3) * 0.06
    haze = 0.08 + 0.22 * severity
    return _blend(
        bent.astype(np.uint8, copy=False),
        np.array((205, 205, 200), dtype=np.float32),
        np.clip(haze + shine, 0, 0.8).astype(np.float32),
    )


def add_obstacle(image: Image, rng: np.random.Generator, severity: float) -> Image:
    """Cover edges of the plate with a frame, and a part of it with a strap, a hitch or a twig.

    Args:
        image: uint8 (H, W, 3) BGR.
        rng: source of chance.
        severity: 0 for a thick frame to 1 for one that cuts into the serial, and a bar across it.

    Returns:
        uint8 (H, W, 3) BGR.
    """
    height, width = image.shape[:2]
    covered = image.copy()
    tone = (int(rng.integers(15, 90)),) * 3
    top = round(height * rng.uniform(0.12, 0.16 + 0.1 * severity))
    bottom = round(height * rng.uniform(0.14, 0.2 + 0.12 * severity))
    side = round(width * rng.uniform(0.01, 0.025 + 0.02 * severity))
    covered[:top], covered[height - bottom :] = tone, tone
    covered[:, :side], covered[:, width - side :] = tone, tone
    kind = rng.random()
    if kind < 0.35 * (0.5 + severity):  # a hitch's ball before the lower edge
        center = (round(width * rng.uniform(0.3, 0.7)), height - bottom // 2)
        cv2.circle(covered, center, round(height * (0.12 + 0.12 * severity)), (70, 72, 74), -1, cv2.LINE_AA)
    elif kind < 0.7:  # a strap or a twig across
        start = (round(width * rng.uniform(0, 1)), 0)
        end = (round(width * rng.uniform(0, 1)), height)
        thick = max(round(width * (0.006 + 0.014 * severity)), 1)
        cv2.line(covered, start, end, tuple(int(value) for value in rng.integers(20, 90, 3)), thick, cv2.LINE_AA)
    return covered


def _clouds(shape: tuple[int, int], rng: np.random.Generator, *, cells: int) -> Share:
    """Return smooth noise from 0 to 1, float32 (H, W)."""
    coarse = rng.random((cells, cells * 2), dtype=np.float32)
    fine = rng.random((cells * 4, cells * 8), dtype=np.float32)
    size = (shape[1], shape[0])
    noise = 0.7 * cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC)
    noise += 0.3 * cv2.resize(fine, size, interpolation=cv2.INTER_LINEAR)
    clipped: Share = np.clip(noise, 0, 1).astype(np.float32)
    return clipped


def _blend(image: Image, color: npt.NDArray[np.float32], share: Share) -> Image:
    mixed = image + (color - image) * share[..., None]
    return np.clip(mixed, 0, 255).astype(np.uint8)
