"""Drives of a car past rendered traffic, and the books that it keeps of them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from schemas.events.published import PublishedRead
from schemas.settings import Settings, load_settings
from storage.car.file import CAR_FILE, open_car_file
from tests.unit.alerts.samples import AGENCY

BEGAN = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
"""When the first clip was filmed."""
LISTED = "UKW4183,LMT5306"


@dataclass(frozen=True, slots=True)
class Books:
    """What a drive left: reads by id with their newest revision, what is to go home, hits, messages, pictures."""

    reads: frozenset[tuple[str, bool, int]]
    uploads: frozenset[str]
    hits: frozenset[tuple[str, str, str]]
    alerts: tuple[tuple[str, str], ...]
    pictures: frozenset[str]


def text(value: bytes | None) -> str:
    return "" if value is None else str(UUID(bytes=value))


@dataclass(frozen=True, slots=True)
class Drive:
    """A car with its configuration and its data directory."""

    config: Path

    @property
    def settings(self) -> Settings:
        return load_settings(self.config, data_dir=self.config.parent / "data")

    @property
    def file(self) -> Path:
        return self.settings.data_dir / CAR_FILE

    def start(self, then: str = "end") -> subprocess.Popen[str]:
        inherited = {name: value for name, value in os.environ.items() if name != "PLATEWATCH_DATA_DIR"}
        return subprocess.Popen(
            [sys.executable, "-m", "tests.integration.car.drive", str(self.config), LISTED, then],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=inherited,
            cwd=Path(__file__).parents[3],
        )

    def finish(self) -> None:
        """Drive to the end of the clips."""
        process = self.start()
        _, told = process.communicate(timeout=400)
        assert process.returncode == 0, told

    def come_home(self, books: Books) -> None:
        """Drive to the end, as far as the books of another drive, and stay until everything is at home."""
        process = self.start("on")
        try:
            deadline = time.monotonic() + 400
            while self.waiting() != (0, 0) or self.books().reads != books.reads:
                assert process.poll() is None, process.communicate()
                assert time.monotonic() < deadline, (self.waiting(), self.books().reads ^ books.reads)
                time.sleep(0.2)
        finally:
            process.kill()
            process.communicate()

    def books(self) -> Books:
        file = open_car_file(self.file)
        with file.translated():
            reads = file.execute("select read_id, is_final, revision from reads").fetchall()
            uploads = file.execute("select upload_id from uploads").fetchall()
            hits = file.execute("select hit_id, outcome, alert_id from hits").fetchall()
            alerts = file.execute("select alert_id, status from alerts order by alert_id").fetchall()
            pictures = file.execute("select key from pictures").fetchall()
        file.close()
        return Books(
            frozenset((text(read), bool(final), revision) for read, final, revision in reads),
            frozenset(upload for (upload,) in uploads),
            frozenset(
                (str(UUID(bytes=hit)), outcome, str(alert and UUID(bytes=alert))) for hit, outcome, alert in hits
            ),
            tuple((text(alert), status) for alert, status in alerts),
            frozenset(key for (key,) in pictures),
        )

    def sent_home(self) -> list[PublishedRead]:
        """What waits for the server, in its order."""
        file = open_car_file(self.file)
        with file.translated():
            rows = file.execute("select body from uploads where kind = 'read' order by number").fetchall()
        file.close()
        return [PublishedRead.model_validate_json(body) for (body,) in rows]

    def waiting(self) -> tuple[int, int]:
        """How many records and pictures are not at home."""
        file = open_car_file(self.file)
        with file.translated():
            (records,) = file.execute("select count(*) from uploads where state = 'waiting'").fetchone()
            refused = file.execute("select distinct reason from uploads where state = 'refused'").fetchall()
            (pictures,) = file.execute("select count(*) from pictures where is_done = 0").fetchone()
        file.close()
        assert not refused, refused
        return records, pictures

    def pictures_on_disk(self) -> set[str]:
        folder = self.settings.data_dir / "images"
        return {str(path.relative_to(folder)) for path in folder.rglob("*.jpg")}


def make_drive(
    folder: Path, clips: Path, second_reader: str = "off", *, in_a_hurry: bool = False, home: str = ""
) -> Drive:
    """Configure a car in a folder whose front camera's clips lie in another one.

    Args:
        folder: Made if it does not exist.
        clips: The camera's folder.
        second_reader: Whether alerts wait for one; that takes a while to load.
        in_a_hurry: Early alerts do not, as in a car unless it is told.
        home: Lines of [patrol] that say where its server is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_track(folder / "track.gpx")
    config = folder / "car.toml"
    # However busy the machine is, an alert waits for its second reading: it is part of what is compared.
    waiting = "second_reader_timeout_seconds = 60\n"
    if not in_a_hurry:
        waiting += "second_reader_early_seconds = 60\n"
    config.write_text(
        f'data_dir = "data"\nagency_id = "{AGENCY}"\n[patrol]\ncar = "unit-12"\n{home}'
        f'[alerts]\nsecond_reader = "{second_reader}"\n{waiting}'
        f'[gps]\ntype = "gpx"\npath = "track.gpx"\n'
        f'[[cameras]]\nid = "unit-12-front"\ntype = "image_folder"\npath = "{clips}"\nmount = "vehicle"\n'
    )
    return Drive(config)


def write_track(path: Path) -> None:
    """A track northward at 10 m/s through the times of the clips, a point a second."""
    points = "".join(
        f'<trkpt lat="{36.8354 + 0.00009 * second:.6f}" lon="-76.2983"><time>'
        f"{(BEGAN + timedelta(seconds=second)):%Y-%m-%dT%H:%M:%SZ}</time></trkpt>"
        for second in range(-5, 600)
    )
    path.write_text(
        '<?xml version="1.0"?><gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1">'
        f"<trk><trkseg>{points}</trkseg></trk></gpx>"
    )
