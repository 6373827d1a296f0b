"""`platewatch train`: fine-tune the plate reader on a department's own corrections."""

from __future__ import annotations

import importlib
import logging
import os
import shlex
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.common import ConfigOption, DataDirOption, command_settings, console, errors
from schemas.errors import ConfigurationError
from schemas.settings import Settings
from services.extras import install_line

EXAMPLE = """
Example: platewatch train ocr --from corrections.csv --crops plate-ocr/labels.csv

The file has the columns image, text and perhaps jurisdiction (US-VA); images are paths relative to it.
"""

app = typer.Typer(no_args_is_help=True, help="Fine-tune the plate reader.", rich_markup_mode="rich")


def register(parent: typer.Typer) -> None:
    """Add the command group."""
    parent.add_typer(app, name="train")


CorrectionsOption = Annotated[
    Path, typer.Option("--from", metavar="CORRECTIONS.csv", help="Corrected plates.", show_default=False)
]
CropsOption = Annotated[
    Path | None,
    typer.Option(
        "--crops",
        metavar="LABELS.csv",
        help="Further labeled crops (image,text,jurisdiction,split): train rows are learned, val rows measure.",
        show_default=False,
    ),
]
ValOption = Annotated[
    float, typer.Option("--val", min=0.01, max=0.9, help="Share of the corrections' texts that only measures.")
]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", help="Folder of the run; default: training/ocr in the data directory.", show_default=False),
]
InstallOption = Annotated[
    bool, typer.Option("--install/--no-install", help="Install the new weights if they are better.")
]
MinGainOption = Annotated[
    float, typer.Option("--min-gain", min=0, max=1, help="Least gain on the held-out corrections, as a share of them.")
]


@app.command("ocr", epilog=EXAMPLE)
def train_ocr(
    corrections: CorrectionsOption,
    crops: CropsOption = None,
    val: ValOption = 0.2,
    steps: Annotated[int, typer.Option("--steps", min=1, help="Batches to train.")] = 400,
    batch: Annotated[int, typer.Option("--batch", min=1, help="Pictures in a batch.")] = 64,
    rate: Annotated[float, typer.Option("--lr", min=1e-7, max=0.1, help="Learning rate.")] = 2e-4,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Root of all chance.")] = 0,
    out: OutOption = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an interrupted run (same options).")] = False,
    install: InstallOption = True,
    min_gain: MinGainOption = 0.0,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Fine-tune the reader on corrections, and install it only if it reads better than the one in use.

    Rendered plates are mixed in, so that it does not forget other plates. Some texts are held out: the weights in use
    and the new ones both read them, and the val rows of --crops. New weights that do not read more of the held-out
    corrections, or read fewer of the others, are kept but not installed, and the exit code is 1.
    """
    settings = command_settings(config, data_dir)
    logging.getLogger("recognition.training").setLevel(logging.INFO)
    parts = importlib.import_module("recognition.training.reader.corrections")
    found = parts.read_corrections(corrections)
    _print_rejected(found.rejected)
    tuning, data = _training_code()
    labeled = [] if crops is None else data.read_labels(crops)
    usable, shared = parts.without_texts(found.rows, (row.text for row in labeled if row.split == "val"))
    _print_rejected(shared)
    learned, held_out = parts.split_by_text(usable, val, seed)
    console.print(f"{len(learned)} corrections to learn from, {len(held_out)} held out")
    plan = tuning.FineTuning(
        start=_weights_in_use(settings),
        folder=out or settings.data_dir / "training" / "ocr",
        steps=steps,
        learning_rate=rate,
        seed=seed,
        batch=batch,
        threads=os.cpu_count() or 1,
        resume=resume,
    )
    result = tuning.fine_tune(learned, held_out, labeled, plan)
    _print_comparison(result.comparisons)
    if not result.better(min_gain):
        errors.print(
            f"not better than {plan.start.name}: not installed; the candidate is kept in {result.candidate}",
            style="red",
            markup=False,
        )
        raise typer.Exit(1)
    if install:
        _install(result.candidate, settings)
    else:
        console.print(f"better; not installed; the candidate is {result.candidate}", markup=False)


@app.command("rollback", epilog="Example: platewatch train rollback")
def rollback(config: ConfigOption = None, data_dir: DataDirOption = None) -> None:
    """Go back to the reader's weights that the last installation replaced; a second call undoes the first."""
    settings = command_settings(config, data_dir)
    restored = importlib.import_module("recognition.training.reader.install").roll_back(settings.data_dir / "models")
    console.print(f"{restored}: the earlier weights are back", markup=False)


def _training_code() -> tuple[Any, Any]:
    """Import what needs torch, which only departments that train have installed."""
    try:
        names = ("recognition.training.reader.fine_tune", "recognition.training.examples.labeled_crops")
        tuning, data = (importlib.import_module(name) for name in names)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("torch", "onnx"):
            raise
        raise ConfigurationError(
            f"training needs {error.name}, which is not installed; install it with {install_line('train')}"
        ) from error
    return tuning, data


def _weights_in_use(settings: Settings) -> Path:
    if settings.recognition.ocr.hub_model is not None:
        raise ConfigurationError(
            f"recognition.ocr.hub_model is {settings.recognition.ocr.hub_model!r}, which cannot be fine-tuned; "
            "name weights in recognition.ocr.weights, or neither for those that ship with Platewatch"
        )
    shipped: Path = importlib.import_module("recognition.reading.network").DEFAULT_WEIGHTS
    return settings.recognition.ocr.weights or shipped


def _print_rejected(rejected: Any) -> None:
    for row in rejected:
        errors.print(f"line {row.line}: {row.reason}; left out", style="yellow", markup=False)


def _print_comparison(comparisons: Any) -> None:
    for one in comparisons:
        before, after = one.before / one.crops, one.after / one.crops
        console.print(
            f"{one.name}: {one.crops} held out, read right before {one.before} ({before:.3f}), "
            f"after {one.after} ({after:.3f})",
            markup=False,
        )


def _install(candidate: Path, settings: Settings) -> None:
    installed = importlib.import_module("recognition.training.reader.install").install(
        candidate, settings.data_dir / "models"
    )
    console.print(f"better; installed as {installed}; platewatch train rollback takes it back", markup=False)
    if settings.recognition.ocr.weights != installed:
        # TOML's basic strings escape as JSON's do, and paths hold nothing else that needs it.
        value = str(installed.absolute()).replace("\\", "\\\\").replace('"', '\\"')
        console.print(f'to use it, set in the configuration:\n[recognition.ocr]\nweights = "{value}"', markup=False)
        console.print(f"or PLATEWATCH_RECOGNITION__OCR__WEIGHTS={shlex.quote(str(installed.absolute()))}", markup=False)
