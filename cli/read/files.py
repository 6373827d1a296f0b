"""What `platewatch read` does with one file: recognition, the JSON record, the annotated picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ingest.files import text_of
from ingest.listing import list_media
from ingest.pictures import read_picture
from ingest.video_file import VIDEO_SUFFIXES, count_frames, read_video, video_item
from recognition.pictures.annotate import annotate
from recognition.pictures.jpeg import encode_jpeg
from recognition.recognizer import PictureRead, Recognizer, VehiclePass
from schemas.errors import ConfigurationError, UnreadableMedia
from schemas.events import utc
from schemas.settings import RecognitionSettings
from schemas.types import Box, CharacterRead, Image, SourceItem

_CAMERA = "read"
_JPEG_QUALITY = 90


class FileReader:
    """Reads files one by one with one set of loaded weights.

    Args:
        settings: Weights and limits.
        progress_console: Where a video's progress is shown.
        annotated_dir: Where annotated pictures go; None: nowhere.
        crops: Every picture is one plate, already cut out.

    Raises:
        ConfigurationError: Weights do not fit, or the folder cannot be made.
    """

    def __init__(
        self,
        settings: RecognitionSettings,
        progress_console: Console,
        annotated_dir: Path | None,
        *,
        crops: bool = False,
    ) -> None:
        self._crops = crops
        self._recognizer = Recognizer(settings)
        self._console = progress_console
        self._annotated_dir = annotated_dir
        self._written: set[Path] = set()
        if annotated_dir is not None:
            try:
                annotated_dir.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise ConfigurationError(
                    f"{annotated_dir}: cannot be made ({error.strerror}); give another folder"
                ) from error

    def read(self, path: Path) -> Iterator[dict[str, Any]]:
        """Read one picture or video.

        Args:
            path: The file; a video is known by its name.

        Yields:
            One record per plate, or per vehicle's pass, ready for JSON.

        Raises:
            UnreadableMedia: The file cannot be decoded, or not to its end, or is a video where crops are expected.
            ConfigurationError: An annotated picture cannot be written.
        """
        if path.suffix.lower() in VIDEO_SUFFIXES:
            if self._crops:
                raise UnreadableMedia(
                    "is a video, expected a picture of one plate; leave --crops out to read it", source=text_of(path)
                )
            yield from self._read_video(path)
        else:
            yield from self._read_picture(path)

    def _read_picture(self, path: Path) -> Iterator[dict[str, Any]]:
        image = read_picture(path)
        reads = self._read_crop(image) if self._crops else self._recognizer.read_picture(image)
        if self._annotated_dir is not None:
            self._write(f"{path.stem}.jpg", annotate(image, reads))
        for read in reads:
            yield picture_record(text_of(path), read)

    def _read_crop(self, image: Image) -> list[PictureRead]:
        read = self._recognizer.read_crop(image)
        return [read] if read.plate else []

    def _read_video(self, path: Path) -> Iterator[dict[str, Any]]:
        total = count_frames(path)
        item = video_item(_CAMERA, text_of(path.name), path, None)
        with self._progress() as progress:
            task = progress.add_task(escape(text_of(path.name)), total=total or None)
            for vehicle in self._passes(path, item, lambda: progress.advance(task)):
                if self._annotated_dir is not None:
                    name = f"{path.stem}-{vehicle.read.track_number:04d}.jpg"
                    self._write(name, annotate(vehicle.context_picture, [vehicle.read]))
                yield pass_record(text_of(path), vehicle, item.captured_at)

    def _passes(self, path: Path, item: SourceItem, advance: Callable[[], None]) -> Iterator[VehiclePass]:
        session = self._recognizer.session(_CAMERA, "local", item.name, thorough=True)
        try:
            for frame in read_video(path, item):
                yield from session.process(frame)
                advance()
        except UnreadableMedia:
            # What was seen before the damage is kept.
            yield from session.finish()
            raise
        yield from session.finish()

    def _progress(self) -> Progress:
        return Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )

    def _write(self, name: str, picture: Image) -> None:
        if self._annotated_dir is None:
            return
        path = self._free_name(self._annotated_dir / name)
        try:
            path.write_bytes(encode_jpeg(picture, _JPEG_QUALITY))
        except OSError as error:
            raise ConfigurationError(
                f"{path}: cannot be written ({error.strerror}); make room or give another folder"
            ) from error

    def _free_name(self, path: Path) -> Path:
        """Return a name that this run has not written yet: files of several folders may be called alike."""
        candidate, number = path, 2
        while candidate in self._written:
            candidate = path.with_stem(f"{path.stem}-{number}")
            number += 1
        self._written.add(candidate)
        return candidate


def find_files(path: Path) -> tuple[list[Path], str]:
    """Return the pictures and videos that a command line argument means.

    Args:
        path: A file, which is taken whatever its name, or a folder, whose pictures and videos are taken.

    Returns:
        The files, with those that are going to be refused by name; and how many of which kinds a folder holds besides.

    Raises:
        UnreadableMedia: There is no such file or folder, it may not be looked into, or nothing is in the folder.
    """
    try:
        is_there, is_folder = path.exists(), path.is_dir()
    except OSError as error:
        raise UnreadableMedia(f"cannot be read ({error.strerror}); check the path", source=text_of(path)) from error
    if not is_there:
        raise UnreadableMedia("no such file or folder; check the path", source=text_of(path))
    if not is_folder:
        return [path], ""
    listing = list_media(path)
    files = sorted([*listing.files, *(left_out for left_out, _ in listing.left_out)])
    others = listing.others_text()
    if not files:
        raise UnreadableMedia(
            f"no picture or video in this folder ({others or 'it is empty'}); give another one", source=text_of(path)
        )
    return files, others


def picture_record(source: str, read: PictureRead) -> dict[str, Any]:
    """Return the record of a plate in a picture."""
    return {
        "source": source,
        "plate": read.plate,
        "confidence": round(read.confidence, 4),
        "char_confidences": _char_confidences(read.characters),
        "box": _corners(read.box),
        "jurisdiction": read.state.jurisdiction if read.state else None,
        "jurisdiction_confidence": _rounded(read.state.confidence if read.state else None),
        "detection_confidence": round(read.detection_confidence, 4),
    }


def pass_record(source: str, vehicle: VehiclePass, started_at: datetime) -> dict[str, Any]:
    """Return the record of a vehicle's pass; the seconds count from the video's first frame."""
    read = vehicle.read
    return {
        "source": source,
        "plate": read.plate,
        "confidence": round(read.confidence, 4),
        "char_confidences": _char_confidences(read.characters),
        "box": _corners(read.box),
        "jurisdiction": read.jurisdiction,
        "jurisdiction_confidence": _rounded(read.jurisdiction_confidence),
        "first_seen": utc(read.first_seen),
        "last_seen": utc(read.last_seen),
        "first_seen_seconds": round((read.first_seen - started_at).total_seconds(), 3),
        "last_seen_seconds": round((read.last_seen - started_at).total_seconds(), 3),
        "frame_count": read.frame_count,
        "track_id": read.track_number,
        "detection_confidence": _rounded(vehicle.detection_confidence),
    }


def _char_confidences(characters: tuple[CharacterRead, ...]) -> list[float]:
    return [round(character.confidence, 4) for character in characters]


def _rounded(confidence: float | None) -> float | None:
    return None if confidence is None else round(confidence, 4)


def _corners(box: Box | None) -> list[float] | None:
    return None if box is None else [round(value, 1) for value in (box.x1, box.y1, box.x2, box.y2)]
