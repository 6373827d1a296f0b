"""Make the README's pictures from a finished demo: python docs/make_images.py demo-data."""

from __future__ import annotations

import re
import sys
from io import StringIO
from pathlib import Path

import cv2
from rich.console import Console

from cli.alerts.tables import alert_table
from recognition.pictures.annotate import annotate
from recognition.recognizer import Recognizer
from schemas.events import Alert
from schemas.settings import load_settings
from storage.alerts.raised import AlertLog
from storage.database import open_database

IMAGES = Path(__file__).parent / "images"
FRAME = 98
"""A frame of the demo's clip with two vehicles near enough to read."""


def main() -> None:
    """Write the annotated frame and the alert table."""
    settings = load_settings(None, data_dir=Path(sys.argv[1]))
    IMAGES.mkdir(exist_ok=True)
    capture = cv2.VideoCapture(str(settings.data_dir / "demo/traffic.mp4"))
    capture.set(cv2.CAP_PROP_POS_FRAMES, FRAME)
    found, frame = capture.read()
    capture.release()
    if not found:
        sys.exit(f"{settings.data_dir}: no clip there; run the demo first")
    reads = Recognizer(settings.recognition).read_picture(frame)
    cv2.imwrite(str(IMAGES / "annotated-frame.jpg"), annotate(frame, reads), [cv2.IMWRITE_JPEG_QUALITY, 85])
    with open_database(settings) as database:
        alerts = [Alert.model_validate(stored.payload) for stored in AlertLog(database).latest(6)[::-1]]
    console = Console(record=True, width=150, file=StringIO())
    console.print(alert_table(alerts))
    picture = console.export_svg(title="platewatch demo: alerts")
    # Rich would have whoever looks at it load a font from elsewhere.
    (IMAGES / "alerts.svg").write_text(re.sub(r"@font-face \{.*?\}", "", picture, flags=re.DOTALL))


if __name__ == "__main__":
    main()
