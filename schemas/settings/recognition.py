"""How plates are found, read and followed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.settings.section import FilePath, Section


class DetectorSettings(Section):
    """Plate detector."""

    backend: Literal["auto", "onnxruntime", "openvino", "ultralytics"] = "auto"
    """Inference engine; auto: ONNX Runtime, or OpenVINO where it is installed and faster."""
    weights: FilePath | None = None
    """ONNX model (or `.pt` for ultralytics); default: the weights that ship with Platewatch."""
    confidence: Annotated[float, Field(gt=0, lt=1)] = 0.22
    """Least confidence of a detection that is a plate whatever is read there."""
    faint_confidence: Annotated[float, Field(gt=0, lt=1)] = 0.05
    """Detections from this to `confidence` are plates where what is read there says so; `confidence` or more:
    none is."""
    iou: Annotated[float, Field(gt=0, lt=1)] = 0.5
    """Overlap above which two detections are one plate."""
    image_size: Annotated[int, Field(ge=160, le=1920, multiple_of=32)] = 640
    """Longest side, in pixels, of the picture that the detector sees."""


class OcrSettings(Section):
    """Plate reader (fast-plate-ocr)."""

    weights: FilePath | None = None
    """ONNX model; default: the weights that ship with Platewatch."""
    config: FilePath | None = None
    """The model's plate config (YAML); default: the weights' name with `.yaml`."""
    hub_model: str | None = None
    """Name of a fast-plate-ocr hub model, downloaded at its first use."""
    margins: tuple[float, ...] = (0.05, 0.15)
    """A crop is read once per margin (share of the box's height) and the readings are added up."""
    second_look: Annotated[float, Field(ge=0, le=1)] = 0.95
    """A plate in a single picture is read in further ways (turned, more contrast, two rows) below this confidence."""


class TrackingSettings(Section):
    """How frames become vehicle passes."""

    detect_every: Annotated[int, Field(ge=1, le=30)] = 2
    """Detect on every n-th frame of a video at most, on every one that comes more than 0.12 s after the one before; the
    tracker bridges the others."""
    motion_gate: bool = True
    """Detect only where something changed, and less often where only known plates move (on or off)."""
    relaxed_look_seconds: Annotated[float, Field(gt=0, le=2)] = 0.4
    """Time between detections where only known plates move, or what carries none."""
    forced_look_seconds: Annotated[float, Field(gt=0, le=60)] = 2.0
    """Detect after this time even where nothing changed."""
    sure_confidence: Annotated[float, Field(gt=0, le=1)] = 0.99
    """A plate is not read any more once three readings agree with this confidence."""
    early_reads: bool = True
    """Report a text that is sure while its vehicle is in view; the finished pass revises it under the same id."""
    early_confidence: Annotated[float, Field(gt=0, le=1)] = 0.97
    """A text is reported early from this confidence on."""
    max_gap_seconds: Annotated[float, Field(gt=0)] = 1.0
    """A track that was not seen for this long is over; frames further apart are linked by the plates' texts."""
    min_frames: Annotated[int, Field(ge=1)] = 2
    """A video's track with fewer detections is noise; where fewer frames fit in a second, so many are enough."""
    min_confidence: Annotated[float, Field(ge=0, le=1)] = 0.3
    """A fused read below this confidence is dropped and counted."""
    min_plate_width: Annotated[int, Field(ge=1)] = 24
    """Narrower plates, in pixels, are not read."""


class RecognitionSettings(Section):
    """Frame to PlateRead."""

    detector: DetectorSettings = DetectorSettings()
    ocr: OcrSettings = OcrSettings()
    tracking: TrackingSettings = TrackingSettings()
    threads: Annotated[int, Field(ge=0)] = 0
    """Threads of the inference engines; 0: one per core."""
    read_state: bool = True
    """Name the state of US plates."""
