"""What the demo's patrol car drives along, and the settings of the car and of the server it comes home to."""

from __future__ import annotations

import csv
import os
import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cli.common import errors
from cli.demo.ports import free_port
from schemas.settings import Settings

if TYPE_CHECKING:
    from rendering.street.scenes import StreetScene
    from storage.database import Database

CAR: Final = "unit-12"
CAMERA: Final = "unit-12-front"
LIST: Final = "street"
_SEED: Final = 3
_SECONDS: Final = 8.0
_LISTED: Final = (2, 5)
"""The vehicles of the street that are listed, by their place in it."""
_START: Final = (36.8302, -76.3079)
_DEGREES_PER_SECOND: Final = 0.00008
"""Northward, about as fast as the street is driven."""


def street(settings: Settings) -> tuple[Path, StreetScene]:
    """Return the drive's clip, drawn at the first time, which ended just now."""
    from rendering.street.filming import film_to
    from rendering.street.scenes import street_scene

    scene = street_scene("curb", _SEED, seconds=_SECONDS)
    clip = settings.data_dir / "demo" / "street.mp4"
    if not clip.exists():
        half = clip.with_name("street.part.mp4")
        film_to(half, scene)
        half.replace(clip)
        errors.print(f"rendered {clip.name}: a drive of {_SECONDS:.0f} s past parked cars")
    began = time.time() - _SECONDS
    os.utime(clip, (began, began))
    return clip, scene


def list_vehicles(settings: Settings, database: Database, scene: StreetScene) -> None:
    """Have two vehicles of the street on a list, under cases of this drive alone: what alerted before is over."""
    from hotlists.importing.importer import ImportOptions
    from operations.actors import service_actor
    from operations.hotlists.importing import import_list

    path, now = settings.data_dir / "demo" / "street.csv", datetime.now(UTC)
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("plate", "state", "category", "case_number"))
        for number in _LISTED:
            look = scene.vehicles[number - 1].look
            rows.writerow((look.serial, look.jurisdiction, "stolen_vehicle", f"{now:%y-%j%H%M%S}-{number}"))
    options = ImportOptions(
        hotlist_id=LIST, as_of=now - timedelta(hours=1), force="the demo's list is made anew for each drive"
    )
    import_list(service_actor("demo", settings), database, settings, path, "csv", options)


def at_the_server(settings: Settings) -> Settings:
    """Return the server's settings: it listens for cars, and an officer's password is enough for a demo."""
    listen = f"127.0.0.1:{free_port()}"
    return settings.model_copy(
        update={
            "cameras": (),
            "ingest": settings.ingest.model_copy(update={"listen": listen}),
            "console": settings.console.model_copy(update={"second_factor": False}),
        }
    )


def in_the_car(settings: Settings, clip: Path, server: Settings) -> Settings:
    """Return the car's settings. It begins with an empty folder: a drive is not the one before."""
    from schemas.settings import PatrolSettings, VideoFileCamera
    from schemas.settings.gps import RecordedTrack

    folder = settings.data_dir / "demo" / "car"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    began = datetime.fromtimestamp(clip.stat().st_mtime, UTC)
    _write_track(folder / "track.gpx", began)
    return Settings(
        data_dir=folder,
        agency_id=settings.agency_id,
        log_level=settings.log_level,
        time_zone=settings.time_zone,
        alerts=settings.alerts,
        patrol=PatrolSettings(
            car=CAR,
            server=f"http://{server.ingest.listen}",
            token_file=folder / "token",
            display=f"127.0.0.1:{free_port()}",
        ),
        gps=RecordedTrack(path=folder / "track.gpx"),
        cameras=(VideoFileCamera(id=CAMERA, path=clip, mount="vehicle", started_at=began),),
    )


def _write_track(path: Path, began: datetime) -> None:
    latitude, longitude = _START
    points = "".join(
        f'<trkpt lat="{latitude + _DEGREES_PER_SECOND * second:.6f}" lon="{longitude}"><time>'
        f"{began + timedelta(seconds=second):%Y-%m-%dT%H:%M:%SZ}</time></trkpt>"
        for second in range(-2, round(_SECONDS) + 3)
    )
    path.write_text(
        '<?xml version="1.0"?><gpx version="1.1" creator="platewatch" xmlns="http://www.topografix.com/GPX/1/1">'
        f"<trk><trkseg>{points}</trkseg></trk></gpx>",
        encoding="utf-8",
    )
