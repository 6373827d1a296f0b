"""One training run of the plate detector with ultralytics: what it changes there, and how the best epoch is chosen.

Importing this module imports ultralytics and torch; `recognition.training.detector.train` prepares that.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from ultralytics.data import utils as ultralytics_data
from ultralytics.models.yolo.detect import DetectionTrainer
from ultralytics.nn.tasks import torch_safe_load

from recognition.training.detector.bfloat16 import compute_in_bfloat16
from recognition.training.detector.metrics import DetectionScore, mean_f2
from recognition.training.detector.paste import stock_from_labels
from recognition.training.detector.paste_dataset import PastingDataset
from recognition.training.detector.recipe import Judge, Recipe
from schemas.errors import ConfigurationError

# It would download a font to draw labels with, which no training here does; being offline does not keep it from that.
ultralytics_data.check_font = lambda _font: None

RUN_FOLDER = "run"
EPOCHS_FILE = "epochs.jsonl"
RECIPE_FILE = "recipe.json"


def train(
    weights: Path | str, data: Path, out: Path, recipe: Recipe, judge: Judge, report: Callable[[str], None]
) -> Path:
    """Train from the beginning.

    Args:
        weights: Checkpoint (`.pt`) to start from, or an architecture (`.yaml`) to start from chance.
        data: The data.yaml that `gather` wrote.
        out: Folder of the run; gets `recipe.json`, `epochs.jsonl` and `run/weights/{last,best,epochN}.pt`.
        recipe: How to train.
        judge: How to measure an epoch.
        report: Takes one line per epoch.

    Returns:
        The best epoch's checkpoint, by the mean of the sources' F2.
    """
    (out / EPOCHS_FILE).unlink(missing_ok=True)
    (out / RECIPE_FILE).write_text(json.dumps(asdict(recipe), indent=2) + "\n", encoding="utf-8")
    options = _options(recipe) | {"model": str(weights), "data": str(data)}
    return _run(options, out, recipe, judge, report)


def resume(data: Path, out: Path, judge: Judge, report: Callable[[str], None]) -> Path:
    """Go on after the last finished epoch of an interrupted run, with the recipe it was started with.

    Args:
        data: The data.yaml that `gather` wrote.
        out: The folder given to `train`.
        judge: How to measure an epoch; give what the run was started with.
        report: Takes one line per epoch.

    Returns:
        The best epoch's checkpoint, by the mean of the sources' F2.

    Raises:
        ConfigurationError: There is no run in `out`, or none of its epochs was finished.
    """
    last = checkpoint(out, "last")
    recipe_file = out / RECIPE_FILE
    if not last.is_file() or not recipe_file.is_file():
        raise ConfigurationError(f"{out}: no run with a finished epoch to resume; start it without --resume")
    recipe = Recipe(**json.loads(recipe_file.read_text(encoding="utf-8")))
    # Read by ultralytics' allow-list: a run's folder may come from elsewhere, and a pickle may run anything.
    finished = int(torch_safe_load(last, safe_only=True)[0]["epoch"]) + 1
    if finished >= recipe.epochs:
        report(f"all {recipe.epochs} epochs are done; nothing to resume")
        return checkpoint(out, "best")
    _forget_epochs_after(finished, out / EPOCHS_FILE)
    options = {"model": str(last), "data": str(data), "resume": str(last)}
    return _run(options, out, recipe, judge, report)


def checkpoint(out: Path, name: str) -> Path:
    """Return where a run keeps its checkpoint `last` or `best`."""
    return out / RUN_FOLDER / "weights" / f"{name}.pt"


def _options(recipe: Recipe) -> dict[str, Any]:
    return {
        "epochs": recipe.epochs,
        "imgsz": recipe.image_size,
        "batch": recipe.batch,
        "device": recipe.device,
        "seed": recipe.seed,
        "freeze": recipe.freeze,
        "mosaic": recipe.mosaic,
        "scale": recipe.scale,
        "optimizer": "AdamW",
        "lr0": recipe.learning_rate,
        "lrf": 0.05,
        "cos_lr": True,
        "weight_decay": 5e-4,
        "warmup_epochs": 0.5,
        # The default warms the biases up from 0.1, which throws a fine-tuned start away.
        "warmup_bias_lr": recipe.learning_rate,
        "nbs": 32,
        "close_mosaic": 0,
        "patience": 1_000_000,
        # Mixed precision is ours (CPUs too); ultralytics' own would download weights to check itself.
        "amp": False,
        "workers": 0,
        "cache": False,
        "plots": False,
        "deterministic": True,
        "save_period": 1,
    }


def _run(options: dict[str, Any], out: Path, recipe: Recipe, judge: Judge, report: Callable[[str], None]) -> Path:
    place = {"project": str(out.absolute()), "name": RUN_FOLDER, "exist_ok": True}
    # A resumed run would otherwise go back to the folder it was started in, even when it was moved since.
    place["save_dir"] = str(out.absolute() / RUN_FOLDER)
    trainer = PlateTrainer(options | place, recipe, judge, out / EPOCHS_FILE, report)
    # ultralytics sets a number of threads of its own whenever it selects a device, as each epoch's measuring does.
    trainer.add_callback("on_train_epoch_start", lambda _: torch.set_num_threads(recipe.threads))
    if recipe.bfloat16:
        trainer.add_callback("on_train_start", lambda started: compute_in_bfloat16(started.model))
    trainer.train()
    return checkpoint(out, "best")


def _forget_epochs_after(finished: int, log: Path) -> None:
    """Drop the figures of an epoch that was measured but whose checkpoint was not written any more."""
    rows = log.read_text(encoding="utf-8").splitlines() if log.is_file() else []
    kept = [row for row in rows if json.loads(row)["epoch"] <= finished]
    log.write_text("".join(f"{row}\n" for row in kept), encoding="utf-8")


def _tell_the_epoch(trainer: Any) -> None:
    """Let the pasted plates differ from epoch to epoch."""
    trainer.train_loader.dataset.epoch = trainer.epoch


class PlateTrainer(DetectionTrainer):  # type: ignore[misc]  # ultralytics is not installed where types are checked
    """Ultralytics' trainer, with the epochs measured as the shipped detector will be used.

    Args:
        options: Ultralytics' training arguments.
        recipe: What of the run ultralytics does not know.
        judge: How to measure an epoch.
        log: File that gets one JSON line per epoch.
        report: Takes one line per epoch.
    """

    best_fitness: float | None
    last: Path
    best: Path

    def __init__(
        self, options: dict[str, Any], recipe: Recipe, judge: Judge, log: Path, report: Callable[[str], None]
    ) -> None:
        self._judge, self._log, self._report = judge, log, report
        self._recipe = recipe
        # Read before ultralytics writes anything, so that a wrong file ends the run at once.
        self._stock = stock_from_labels(Path(recipe.paste), recipe.seed) if recipe.paste else None
        super().__init__(overrides=options)
        self.add_callback("on_train_epoch_start", _tell_the_epoch)

    def build_dataset(self, img_path: str, mode: str = "train", batch: int | None = None) -> Any:
        """Return ultralytics' data set, or for training with pasted plates our own."""
        if mode != "train" or self._stock is None:
            return super().build_dataset(img_path, mode, batch)
        return PastingDataset(
            stock=self._stock,
            share=self._recipe.paste_share,
            seed=self._recipe.seed,
            img_path=img_path,
            imgsz=self.args.imgsz,
            batch_size=batch,
            augment=True,
            hyp=self.args,
            rect=False,
            cache=None,
            stride=32,
            prefix="train: ",
            task="detect",
            data=self.data,
        )

    def validate(self) -> tuple[dict[str, float], float]:
        """Measure the epoch's averaged weights.

        Returns:
            Figures for ultralytics' results.csv, and the mean F2, by which it keeps `best.pt`.
        """
        candidate = self.wdir / "candidate.pt"
        network = copy.deepcopy(self.ema.ema).half()
        network.criterion = None
        torch.save({"model": network, "train_args": vars(self.args)}, candidate)
        scores = self._judge.score(candidate, self.args.imgsz)
        candidate.unlink()
        fitness = mean_f2(scores)
        if self.best_fitness is None or fitness > self.best_fitness:
            self.best_fitness = fitness
        self._record(scores, fitness)
        figures = {
            f"{score.source}/{name}": getattr(score, name) for score in scores for name in ("recall", "precision")
        }
        return figures, fitness

    def save_model(self) -> bool:
        """Write `last.pt`, and `best.pt` when this epoch is the best, each whole or not at all.

        Returns:
            True, as ultralytics expects once the checkpoints are written.
        """
        finals = self.last, self.best
        drafts = tuple(path.with_suffix(".partial") for path in finals)
        self.last, self.best = drafts
        try:
            super().save_model()
        finally:
            self.last, self.best = finals
        # `last` at the end: a crash in between repeats the epoch instead of missing its best weights.
        for draft, final in zip(reversed(drafts), reversed(finals), strict=True):
            if draft.exists():
                draft.replace(final)
        return True

    def final_eval(self) -> None:
        """Leave the checkpoints as they are: the epochs have been measured, and `last.pt` stays resumable."""

    def _record(self, scores: Sequence[DetectionScore], fitness: float) -> None:
        sources = [asdict(score) | {"recall": score.recall, "precision": score.precision} for score in scores]
        row = {"epoch": self.epoch + 1, "mean_f2": fitness, "sources": sources}
        with self._log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        figures = ", ".join(f"{s.source} recall {s.recall:.3f} with {s.extra} extra" for s in scores)
        self._report(f"epoch {self.epoch + 1} of {self.epochs}: mean F2 {fitness:.4f}; {figures}")
