"""`platewatch read`: plates in pictures and videos, without lists or a database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.common import ConfigOption, JsonOption, command_settings, console, errors, print_json
from schemas.errors import UnreadableMedia
from schemas.printable import printable
from schemas.settings import RecognitionSettings

if TYPE_CHECKING:
    from cli.read.files import FileReader

EXAMPLE = """
Examples:

  platewatch read car.jpg

  platewatch read gate.mp4 --json > reads.jsonl

  platewatch read pictures/ --annotate annotated/

  platewatch read plates/ --crops --json
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("read", epilog=EXAMPLE)(read)


def read(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Pictures, videos, or folders of them.")],
    as_json: JsonOption = False,
    crops: Annotated[
        bool,
        typer.Option("--crops", help="Each picture is one plate, cut out: read it without looking for it."),
    ] = False,
    annotate: Annotated[
        Path | None,
        typer.Option("--annotate", metavar="DIR", help="Write pictures with boxes and text here.", show_default=False),
    ] = None,
    config: ConfigOption = None,
    detector: Annotated[
        Path | None, typer.Option("--detector", help="Detector weights (.onnx, or .pt with ultralytics).")
    ] = None,
    ocr: Annotated[Path | None, typer.Option("--ocr", help="Reader weights (.onnx), their .yaml beside them.")] = None,
) -> None:
    """Read the plates in pictures and videos.

    A picture gives one line per plate, best first; a video gives one line per vehicle that passes. With --crops every
    picture gives one line, whose box is the whole picture. Files that cannot be read are named on standard error, the
    others are still read, and the exit code is 1.
    """
    settings = with_weights(command_settings(config).recognition, detector, ocr)
    # OpenCV and the inference engines take a while to import: `platewatch --help` need not wait for them.
    from cli.read.files import FileReader, find_files
    from ingest.files import text_of

    reader = FileReader(settings, errors, annotate, crops=crops)
    failed = False
    records: list[dict[str, Any]] = []
    for path in paths:
        try:
            files, others = find_files(path)
        except UnreadableMedia as error:
            failed = _complain(error)
            continue
        if others:
            errors.print(f"{text_of(path)}: files of other kinds are left out: {others}", style="dim", markup=False)
        for file in files:
            failed |= _read_file(reader, file, records, as_json=as_json)
    if not as_json and records:
        _print_table(records)
    if failed:
        raise typer.Exit(1)


def with_weights(settings: RecognitionSettings, detector: Path | None, ocr: Path | None) -> RecognitionSettings:
    """Return the settings with the weights that the command line names.

    Args:
        settings: The configuration's.
        detector: `--detector`.
        ocr: `--ocr`; its config is looked for beside it, and a configured hub model is left alone.
    """
    if detector is not None:
        settings = settings.model_copy(
            update={"detector": settings.detector.model_copy(update={"weights": detector, "backend": "auto"})}
        )
    if ocr is not None:
        changed = settings.ocr.model_copy(update={"weights": ocr, "config": None, "hub_model": None})
        settings = settings.model_copy(update={"ocr": changed})
    return settings


def _read_file(reader: FileReader, file: Path, records: list[dict[str, Any]], *, as_json: bool) -> bool:
    """Read one file, printing or collecting what it holds; return whether it failed."""
    from ingest.files import text_of

    count = 0
    failed = False
    try:
        for record in reader.read(file):
            count += 1
            if as_json:
                print_json(record)
            else:
                records.append(record)
    except UnreadableMedia as error:
        failed = _complain(error)
    if not count and not failed:
        errors.print(f"{printable(text_of(file))}: no plate found", style="dim", markup=False)
    return failed


def _complain(error: UnreadableMedia) -> bool:
    errors.print(f"platewatch: {printable(str(error))}", style="red", markup=False)
    return True


def _print_table(records: list[dict[str, Any]]) -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    rows = [_cells(record) for record in records]
    # A column that says nothing about any of these plates is left out.
    columns = [name for name in rows[0] if name not in ("state", "seen", "frames") or any(row[name] for row in rows)]
    for name in columns:
        table.add_column(name, justify="right" if name in ("confidence", "frames") else "left", no_wrap=name == "plate")
    for row in rows:
        table.add_row(*(escape(row[name]) for name in columns))
    console.print(table)


def _cells(record: dict[str, Any]) -> dict[str, str]:
    """Return a record's cells of the table by their columns."""
    state = record["jurisdiction"] or ""
    if state and record["jurisdiction_confidence"] is not None:
        state += f" {record['jurisdiction_confidence']:.0%}"
    seen = frames = ""
    if "track_id" in record:
        seen = f"{record['first_seen_seconds']:.1f}-{record['last_seen_seconds']:.1f} s"
        frames = str(record["frame_count"])
    return {
        "source": record["source"],
        "plate": record["plate"],
        "confidence": f"{record['confidence']:.1%}",
        "state": state,
        "seen": seen,
        "frames": frames,
        "box": " ".join(f"{value:.0f}" for value in record["box"]),
    }
