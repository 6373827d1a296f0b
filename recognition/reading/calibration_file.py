"""The small file beside a reader's weights that says how far its probabilities can be believed."""

from __future__ import annotations

import functools
import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from recognition.reading.calibration import PlateConfidence, Presence, ReaderCalibration, TrackTempering
from schemas.errors import ConfigurationError

_LIMITS = {
    "plate": {"intercept": (-20.0, 20.0), "sureness": (0.0, 20.0), "agreement": (0.0, 20.0)},
    "track": {"exponent": (0.0, 1.0), "doubt": (0.0, 0.5), "most": (1.0, 100.0)},
    "presence": {
        "intercept": (-20.0, 20.0),
        "detection": (0.0, 20.0),
        "reading": (0.0, 20.0),
        "letters": (-20.0, 0.0),
    },
}
"""Numbers outside these are no calibration: a negative weight would call a surer read less likely to be right."""


def calibration_path(weights: Path) -> Path:
    """Return where the calibration of weights stands: their name with `.calibration.json`."""
    return weights.with_suffix(".calibration.json")


def weights_digest(weights: Path) -> str:
    """Return the SHA-256 of a file, by which a calibration knows its weights."""
    return hashlib.sha256(weights.read_bytes()).hexdigest()


@functools.cache
def load_calibration(weights: Path) -> ReaderCalibration:
    """Load the calibration of weights; it is read once in a process.

    Args:
        weights: The reader's network.

    Returns:
        Its calibration; one that changes nothing where there is no file.

    Raises:
        ConfigurationError: The file cannot be read, lacks a number, or was made for other weights.
    """
    path = calibration_path(weights)
    if not path.is_file():
        return ReaderCalibration()
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path}: cannot be read ({error}); {_ADVICE}") from error
    if not isinstance(document, dict):
        raise ConfigurationError(f"{path}: holds no JSON object; {_ADVICE}")
    if document.get("weights_sha256") != weights_digest(weights):
        raise ConfigurationError(f"{path}: made for other weights than {weights.name}; {_ADVICE}")
    return ReaderCalibration(
        PlateConfidence(**_numbers(path, document, "plate")),
        TrackTempering(**_numbers(path, document, "track")),
        Presence(**_numbers(path, document, "presence")),
    )


_ADVICE = "make it with `python -m recognition.training.calibration.calibrate`, or remove it"


def _numbers(path: Path, document: Mapping[str, Any], section: str) -> dict[str, float]:
    given = document.get(section)
    numbers: dict[str, float] = {}
    for name, (least, most) in _LIMITS[section].items():
        value = given.get(name) if isinstance(given, dict) else None
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise ConfigurationError(f"{path}: {section}.{name} is {value!r}, expected a number; {_ADVICE}")
        if not least <= value <= most:
            raise ConfigurationError(f"{path}: {section}.{name} is {value}, expected {least:g} to {most:g}; {_ADVICE}")
        numbers[name] = float(value)
    return numbers


def write_calibration(weights: Path, calibration: ReaderCalibration, made: Mapping[str, Any]) -> Path:
    """Write the calibration of weights beside them.

    Args:
        weights: The reader's network.
        calibration: What was fitted.
        made: How and from what, and what was measured; for people.

    Returns:
        The file.
    """
    document = {
        "weights": weights.name,
        "weights_sha256": weights_digest(weights),
        "plate": asdict(calibration.plate),
        "track": asdict(calibration.track),
        "presence": asdict(calibration.presence),
        "made": dict(made),
    }
    path = calibration_path(weights)
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return path
