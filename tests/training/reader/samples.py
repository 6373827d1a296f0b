"""Readers drawn by chance, and plates drawn for them."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
import torch

from recognition.training.examples.augment import fit
from recognition.training.examples.synthetic import draw_us
from recognition.training.reader.model import PlateReader
from schemas.types import Image


def random_reader(seed: int) -> PlateReader:
    """Make a reader whose every weight, biases and scales too, is drawn by chance."""
    torch.manual_seed(seed)
    reader = PlateReader()
    with torch.no_grad():
        for tensor in reader.parameters():
            tensor.add_(torch.randn_like(tensor) * 0.1)
    return reader


def pictures(count: int, seed: int = 0) -> Image:
    """Draw readable plates, as the reader's inputs."""
    return np.stack([fit(draw_us(np.random.default_rng((seed, number)), ())[0]) for number in range(count)])


def write_labels(folder: Path) -> Path:
    """Write ten drawn crops and their label file: six to train with, four to measure with."""
    rows = []
    for number in range(10):
        image, text = draw_us(np.random.default_rng(number + 50), ())
        cv2.imwrite(str(folder / f"{number}.jpg"), image)
        rows.append((f"{number}.jpg", text, "BR" if number % 3 == 0 else "US-VA", "val" if number > 5 else "train"))
    path = folder / "labels.csv"
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows([("image", "text", "jurisdiction", "split"), *rows])
    return path
