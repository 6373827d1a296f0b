"""Puts a reader's weights where a department keeps its own, and takes them back."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from schemas.errors import ConfigurationError

NAME, PREVIOUS = "plate-ocr", "plate-ocr.previous"
_CALIBRATION = ".calibration.json"
_SUFFIXES = (".yaml", ".onnx", _CALIBRATION)


def installed_weights(folder: Path) -> Path:
    """Return where installed weights stand in a folder."""
    return folder / f"{NAME}.onnx"


def install(candidate: Path, folder: Path) -> Path:
    """Install weights with their plate config and calibration; what was installed is kept beside them.

    Args:
        candidate: ONNX file; the others stand beside it.
        folder: Where to; made where it is missing.

    Returns:
        The installed ONNX file.

    Raises:
        ConfigurationError: The folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if installed_weights(folder).exists():
            _copy(folder / NAME, folder / PREVIOUS)
        _copy(candidate.with_suffix(""), folder / NAME)
    except OSError as error:
        raise ConfigurationError(f"{folder}: {error.strerror}; give a folder that can be written") from error
    return installed_weights(folder)


def roll_back(folder: Path) -> Path:
    """Put the weights back that the last installation replaced.

    A second call undoes the first.

    Args:
        folder: Where weights are installed.

    Returns:
        The ONNX file that is in use again.

    Raises:
        ConfigurationError: There are none to go back to, or the folder cannot be written.
    """
    if not (folder / f"{PREVIOUS}.onnx").is_file():
        raise ConfigurationError(
            f"{folder}: holds no earlier weights; to go back to those that ship with Platewatch, "
            "remove recognition.ocr.weights from the configuration"
        )
    aside = folder / f"{NAME}.replaced"
    try:
        _copy(folder / NAME, aside)
        _copy(folder / PREVIOUS, folder / NAME)
        _copy(aside, folder / PREVIOUS)
        for suffix in _SUFFIXES:
            _named(aside, suffix).unlink(missing_ok=True)
    except OSError as error:
        raise ConfigurationError(f"{folder}: {error.strerror}; give a folder that can be written") from error
    return installed_weights(folder)


def _named(stem: Path, suffix: str) -> Path:
    return stem.with_name(stem.name + suffix)


def _copy(source: Path, target: Path) -> None:
    """Copy a set of files, each written aside and renamed, so that no reader ever finds half a file.

    The calibration, which fits one network only, goes before that network is replaced and comes after it.
    """
    _named(target, _CALIBRATION).unlink(missing_ok=True)
    for suffix in _SUFFIXES:
        origin, goal = _named(source, suffix), _named(target, suffix)
        if not origin.is_file():
            goal.unlink(missing_ok=True)
            continue
        partial = _named(target, f"{suffix}.partial")
        shutil.copyfile(origin, partial)
        with partial.open("rb") as stream:
            os.fsync(stream.fileno())
        partial.replace(goal)
