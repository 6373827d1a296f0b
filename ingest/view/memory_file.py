"""What a camera usually sees, kept over restarts: a camera that is moved while nothing runs is noticed all the same."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ingest.view.features import COLUMNS, ROWS
from ingest.view.usual import Usual, ViewMemory
from services.private_files import make_private_folder, save_private

log = logging.getLogger(__name__)

FOLDER = "views"
"""In the data directory: a file per camera."""

_FIELDS = COLUMNS * ROWS


class _View(BaseModel):
    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    structure: Annotated[list[float], Field(min_length=_FIELDS, max_length=_FIELDS)]
    sharpness: float
    seen: int


class _Memory(BaseModel):
    model_config = ConfigDict(frozen=True)

    by_day: list[_View]
    by_night: list[_View]
    lit_hours: dict[Annotated[int, Field(ge=0, le=23)], set[int]]


def load_memory(path: Path) -> ViewMemory:
    """Return what is kept of a camera, or an empty memory where nothing is, or what is there cannot be used.

    Args:
        path: The camera's file.
    """
    try:
        kept = _Memory.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return ViewMemory()
    except (OSError, ValidationError) as error:
        log.warning("%s: what the camera usually sees cannot be read (%s) and is learned anew", path, _first(error))
        return ViewMemory()
    return ViewMemory(
        [_usual(view) for view in kept.by_day],
        [_usual(view) for view in kept.by_night],
        {hour: set(days) for hour, days in kept.lit_hours.items()},
    )


def save_memory(path: Path, memory: ViewMemory) -> None:
    """Keep what a camera usually sees.

    Raises:
        OSError: It cannot be written; what was kept before still is.
    """
    make_private_folder(path.parent)
    document = {
        "by_day": [_document(view) for view in memory.by_day],
        "by_night": [_document(view) for view in memory.by_night],
        # Two days tell as much as all of them.
        "lit_hours": {hour: sorted(days)[-2:] for hour, days in memory.lit_hours.items()},
    }
    save_private(path, json.dumps(document, separators=(",", ":")).encode())


def _usual(view: _View) -> Usual:
    return Usual(np.asarray(view.structure, np.float32), view.sharpness, view.seen)


def _document(view: Usual) -> dict[str, object]:
    structure = [round(float(value), 5) for value in view.structure]
    return {"structure": structure, "sharpness": round(view.sharpness, 6), "seen": view.seen}


def _first(error: OSError | ValidationError) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return error.errors(include_url=False, include_input=False)[0]["msg"]
