"""Opens the detector that the settings name."""

from __future__ import annotations

from recognition.detection.detector import DEFAULT_WEIGHTS, OnnxDetector, PlateDetector
from recognition.detection.ultralytics_backend import UltralyticsDetector
from schemas.settings import DetectorSettings


def open_detector(
    settings: DetectorSettings, threads: int, kind: type[OnnxDetector] = OnnxDetector, *, faint: bool = False
) -> PlateDetector:
    """Load the detector that the settings name.

    Args:
        settings: Backend, weights and limits. A `.pt` file goes to ultralytics with the backend `auto`, too.
        threads: Threads of the inference engine; 0: one per core.
        kind: What an ONNX network becomes.
        faint: Give detections down to the settings' `faint_confidence`, too.

    Raises:
        ConfigurationError: The weights are missing or of another kind, or the backend is not installed.
    """
    weights = settings.weights or DEFAULT_WEIGHTS
    least = min(settings.faint_confidence, settings.confidence) if faint else settings.confidence
    if settings.backend == "ultralytics" or (settings.backend == "auto" and weights.suffix == ".pt"):
        return UltralyticsDetector(weights, confidence=least, iou=settings.iou, image_size=settings.image_size)
    return kind(
        weights,
        confidence=settings.confidence,
        faint=least,
        iou=settings.iou,
        image_size=settings.image_size,
        threads=threads,
        backend=settings.backend,
    )
