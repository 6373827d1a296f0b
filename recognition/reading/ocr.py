"""What stands on a plate: fast-plate-ocr's networks with every slot's whole distribution kept and calibrated."""

from __future__ import annotations

import importlib
from collections.abc import Sequence

import numpy as np

from recognition.pictures.crops import as_color, crop
from recognition.reading.calibration import ReaderCalibration
from recognition.reading.network import load_network
from recognition.reading.readings import CombinedReading, calibrated, to_results, weigh_up
from recognition.reading.second_look import ROW_MARGINS, further_views, in_one_row, may_have_two_rows
from schemas.settings import OcrSettings
from schemas.types import Box, Image, OcrResult

_MAX_BATCH = 32


class PlateOcr:
    """Reads plate crops. Threads may share it.

    Args:
        settings: Local weights or the name of a hub model, the crops' margins, and when a second look is taken.
        threads: Threads of the inference engine; 0: one per core.
        calibration: Instead of the one that stands beside the weights.

    Raises:
        ConfigurationError: Weights, plate config or calibration are missing, corrupt or do not fit one another, or the
            hub model cannot be downloaded.

    Source: https://github.com/ankandrew/fast-plate-ocr
    """

    def __init__(self, settings: OcrSettings, threads: int, calibration: ReaderCalibration | None = None) -> None:
        self._network = load_network(settings, threads, calibration)
        self._config = self._network.config
        self._resize = importlib.import_module("fast_plate_ocr.core.process").resize_image
        self._margins = settings.margins or (0.0,)
        self.sure_enough: float = settings.second_look
        """Confidence from which a plate needs no second look (0-1)."""
        self.name: str = self._network.name
        """The model's name, for the record of who made a read."""
        self.calibration: ReaderCalibration = self._network.calibration
        """How far its readings can be believed, alone and together."""

    def read(self, crops: Sequence[Image]) -> list[OcrResult]:
        """Read crops as they are, without calibration: what the network says.

        Args:
            crops: uint8, BGR (H, W, 3), with transparency (H, W, 4), or gray (H, W); sizes may differ.

        Returns:
            One result per crop.

        Raises:
            InvalidInput: A crop is no picture; see `as_color`.
        """
        pictures = [as_color(picture) for picture in crops]
        results: list[OcrResult] = []
        for start in range(0, len(pictures), _MAX_BATCH):
            batch = np.stack([self._preprocess(picture) for picture in pictures[start : start + _MAX_BATCH]])
            slots, alphabet, pad = self._config.max_plate_slots, self._config.alphabet, self._config.pad_char
            results.extend(to_results(self._network.run(batch), slots, alphabet, pad))
        return results

    def read_plates(self, plates: Sequence[tuple[Image, Box]], *, second_look: bool = False) -> list[OcrResult]:
        """Read plates in pictures, each at every margin of the settings, with calibrated probabilities.

        Args:
            plates: Pictures as `read` takes them, each with a plate's box in its pixels.
            second_look: Read plates below the settings' confidence in five further ways, as pays where there is but one
                picture of each. Nearly square ones below it are read as two rows in any case.

        Returns:
            One result per plate. Its confidence is the probability that the text is right, the letter O and the digit
            0 taken as one, and its distributions are scaled so that they give the text that probability.

        Raises:
            InvalidInput: A picture is none, or a box has no finite corners.
        """
        ready = [(as_color(picture), box) for picture, box in plates]
        readings = self._read_views([[crop(picture, box, m) for m in self._margins] for picture, box in ready])
        results = [self._calibrated(views) for views in readings]
        unsure = [index for index, result in enumerate(results) if result.confidence < self.sure_enough]
        if second_look:
            further = self._read_views([further_views(*ready[index]) for index in unsure])
            for index, views in zip(unsure, further, strict=True):
                results[index] = self._calibrated([*readings[index], *views])
        square = [index for index in unsure if may_have_two_rows(ready[index][1])]
        rows = self._read_views([[in_one_row(*ready[index], margin) for margin in ROW_MARGINS] for index in square])
        for index, views in zip(square, rows, strict=True):
            # The plate as it is wins a tie.
            results[index] = max((results[index], self._calibrated(views)), key=lambda result: result.confidence)
        return results

    def read_combined(self, plates: Sequence[tuple[Image, Box]], *, second_look: bool) -> list[CombinedReading]:
        """Return what `read_plates` calibrates, for those who fit the calibration.

        Args:
            plates: As `read_plates` takes them.
            second_look: Take the second look at every plate, however sure the first is.
        """
        views = [[crop(picture, box, margin) for margin in self._margins] for picture, box in plates]
        if second_look:
            views = [[*first, *further_views(*plate)] for first, plate in zip(views, plates, strict=True)]
        return [weigh_up(readings) for readings in self._read_views(views)]

    def _read_views(self, views: Sequence[Sequence[Image]]) -> list[list[OcrResult]]:
        """Read several crops of every plate in common batches."""
        readings = iter(self.read([view for of_plate in views for view in of_plate]))
        return [[next(readings) for _ in of_plate] for of_plate in views]

    def _calibrated(self, readings: Sequence[OcrResult]) -> OcrResult:
        """Combine readings of one plate and give the result the probability that such results have."""
        return calibrated(weigh_up(readings), self.calibration.plate)

    def _preprocess(self, picture: Image) -> Image:
        color = self._config.image_color_mode == "rgb"
        # fast-plate-ocr's networks take RGB, or one gray channel with the weights of ITU-R BT.601.
        ready = picture[..., ::-1] if color else np.rint(picture @ np.array([0.114, 0.587, 0.299])).astype(np.uint8)
        resized: Image = self._resize(
            np.ascontiguousarray(ready),
            self._config.img_height,
            self._config.img_width,
            image_color_mode=self._config.image_color_mode,
            keep_aspect_ratio=self._config.keep_aspect_ratio,
            interpolation_method=self._config.interpolation,
            padding_color=self._config.padding_color,
        )
        return resized.reshape(self._config.img_height, self._config.img_width, self._config.num_channels)
