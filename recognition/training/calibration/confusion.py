"""Count what a reader takes for what, for the matcher's table.

`python -m recognition.training.calibration.confusion --help`.
"""

from __future__ import annotations

import argparse
import csv
import math
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from rapidfuzz.distance import Levenshtein

from recognition.pictures.crops import crop
from recognition.reading.calibration import ReaderCalibration
from recognition.reading.calibration_file import weights_digest
from recognition.reading.network import DEFAULT_WEIGHTS
from recognition.reading.ocr import PlateOcr
from recognition.training.calibration.pictures import CONDITIONS, Crop, read_crops
from recognition.training.command import run_command
from schemas.errors import ConfigurationError, InvalidInput
from schemas.plates import canonical_plate
from schemas.settings import OcrSettings

MATCHER_DATA = Path(__file__).parents[3] / "matcher" / "characters"
ALPHABET = "0123456789ABCDEFGHIJKLMNPQRSTUVWXYZ"
NARROW = frozenset("1IJL")
MARGINS = (0.0, 0.1, 0.2)
STRENGTH = 300.0
"""Characters that the habits count for. So many that one plate alone, however it was shown, makes no look-alike."""

_MOST_WRONG = 0.4  # of a character's readings: the matcher takes no table that is more wrong than right
_MOST_EDITS = 2  # further from its label, a text is no reading of it, and what stands beside what is chance
_MIXED_IN_US_LABELS = frozenset((("0", "Q"), ("Q", "0"), ("1", "I"), ("I", "1")))
_LEAST_DIFFERENCE = 1e-6

EXAMPLE = """
example: after new weights, from the checkout's root
  python -m recognition.training.calibration.confusion --weights recognition/models/plate-ocr-v1.onnx \\
      --crops plate-ocr/labels.csv
after platewatch corrections --out corrected
  python -m recognition.training.calibration.confusion --corrections corrected/labels.csv

Counts are smoothed towards matcher/characters/habits.toml. No probability falls below its habit unless the counts
contradict it: a hundred plates on which 8 was never read as B do not show that it never is.
"""


@dataclass(slots=True)
class Tally:
    """What readers showed; a character that was photographed often counts once.

    `shown` counts (true, shown) pairs, `edits` what else went wrong by name, `chances` how often that could have.
    """

    shown: defaultdict[tuple[str, str], float] = field(default_factory=lambda: defaultdict(float))
    edits: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    chances: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    readings: int = 0
    left_out: int = 0

    def add(self, text: str, label: str, weight: float, *, us: bool) -> None:
        """Count one reading.

        Args:
            text: What the reader showed.
            label: What the plate has.
            weight: How much it counts.
            us: The label mixes look-alikes that US plates draw alike.
        """
        shown, true = canonical_plate(text), canonical_plate(label)
        self.readings += 1
        if not set(true) <= set(ALPHABET) or Levenshtein.distance(shown, true) > _MOST_EDITS:
            self.left_out += 1
            return
        shown = self._without_double_v(shown, true, weight)
        for name, text_of in (("dropped", true), ("added", shown)):
            for place, character in enumerate(text_of):
                self.chances[_ease(name, character, place, text_of)] += weight
        for step in Levenshtein.opcodes(true, shown):
            kind, start, end, other, other_end = step.tag, step.src_start, step.src_end, step.dest_start, step.dest_end
            if kind == "delete":
                for place in range(start, end):
                    self.edits[_ease("dropped", true[place], place, true)] += weight
            elif kind == "insert":
                for place in range(other, other_end):
                    self.edits[_ease("added", shown[place], place, shown)] += weight
            else:
                for pair in zip(true[start:end], shown[other:other_end], strict=True):
                    if not (us and pair in _MIXED_IN_US_LABELS):
                        self.shown[pair] += weight

    def _without_double_v(self, shown: str, true: str, weight: float) -> str:
        """Count a W that is shown as VV, and write it as a W again."""
        self.chances["vv_for_w"] += weight * true.count("W")
        mended = shown.replace("VV", "W")
        if mended == shown or Levenshtein.distance(mended, true) >= Levenshtein.distance(shown, true):
            return shown
        self.edits["vv_for_w"] += weight
        return mended


def _ease(name: str, character: str, place: int, text: str) -> str:
    easily = place in (0, len(text) - 1) or character in NARROW
    return f"{name}_easily" if easily else name


def count(ocr: PlateOcr, crops: Sequence[Crop], seed: int) -> Tally:
    """Read every crop at several margins in every condition, and count what is shown.

    Args:
        ocr: The reader.
        crops: Labeled plates.
        seed: Root of chance.
    """
    tally = Tally()
    weight = 1.0 / (len(CONDITIONS) * len(MARGINS))
    for condition in CONDITIONS.values():
        plates = [condition(one.image, np.random.default_rng([seed, number])) for number, one in enumerate(crops)]
        for margin in MARGINS:
            results = ocr.read([crop(picture, box, margin) for picture, box in plates])
            for one, result in zip(crops, results, strict=True):
                tally.add(result.text, one.text, weight, us=one.jurisdiction.startswith("US"))
    return tally


def count_corrections(path: Path) -> Tally:
    """Count what readers made of plates that people corrected: each plate once, however often it passed.

    Args:
        path: CSV with the columns text and read_as, perhaps jurisdiction, as `platewatch corrections` writes it.

    Raises:
        InvalidInput: The file cannot be read, or lacks a column or rows.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = csv.DictReader(stream)
            if missing := [name for name in ("text", "read_as") if name not in (rows.fieldnames or ())]:
                raise InvalidInput(f"no column {', '.join(missing)}; expected text, read_as", source=str(path), line=1)
            said = [(row["read_as"] or "", row["text"] or "", row.get("jurisdiction") or "") for row in rows]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(f"cannot be read ({error}); expected a file of corrections", source=str(path)) from error
    if not said:
        raise InvalidInput("holds no rows; expected one per corrected read", source=str(path))
    often = Counter(canonical_plate(text) for _, text, _ in said)
    tally = Tally()
    for read_as, text, state in said:
        tally.add(read_as, text, 1.0 / often[canonical_plate(text)], us=state.upper().startswith("US"))
    return tally


def smoothed(habit: float, seen: float, chances: float) -> float:
    """Lay counts over a habit.

    Args:
        habit: The probability before anything was counted.
        seen: How often it happened.
        chances: How often it could have.

    Returns:
        The mean of habit and counts, the habit counting for `STRENGTH` chances; not below the habit unless the upper
        end of the counts' 95 % interval is.

    Source: the interval is Wilson's; Brown, Cai and DasGupta 2001, "Interval estimation for a binomial proportion".
    """
    if chances <= 0:
        return habit
    mean = (STRENGTH * habit + seen) / (STRENGTH + chances)
    if mean >= habit:
        return mean
    z, share = 1.96, seen / chances
    middle, spread = share + z * z / (2 * chances), math.sqrt(share * (1 - share) / chances + (z / (2 * chances)) ** 2)
    return mean if (middle + z * spread) / (1 + z * z / chances) < habit else habit


def habit_of(shown: str, true: str, habits: Mapping[str, Any]) -> float:
    """Return P(shown | true) for two different characters, by the habits or by a table that is there already."""
    if "shown" in habits:
        return float(habits["shown"].get(true, {}).get(shown, habits["other"]["arbitrary"]))
    if any({shown, true} == set(pair) for pair in habits["pairs"]):
        return float(habits["across"])
    together = any(shown in group and true in group for group in habits["groups"])
    return float(habits["look_alike"] if together else habits["arbitrary"])


def _raised(before: Mapping[str, float], laid: Mapping[str, float]) -> dict[str, float]:
    """Return a character's row with what corrections raise: all of it by less where it would be wrong too often.

    Who corrects looks at what is wrong: a character that is misread in a thousand corrections is mostly read right.
    """
    more = {shown: max(laid[shown] - chance, 0.0) for shown, chance in before.items()}
    left, wanted = max(_MOST_WRONG - sum(before.values()), 0.0), sum(more.values())
    share = min(left / wanted, 1.0) if wanted else 0.0
    return {shown: chance + share * more[shown] for shown, chance in before.items()}


def table_text(tally: Tally, habits: Mapping[str, Any], made: Mapping[str, str | int]) -> str:
    """Write the matcher's table.

    Args:
        tally: What was counted.
        habits: habits.toml; or a table over which corrections are laid, which hold what was misread alone, and so raise
            what it says and never lower it.
        made: Where it comes from, for people.

    Returns:
        TOML.
    """
    lines = [
        "# Made by `python -m recognition.training.calibration.confusion`; do not edit, edit habits.toml.",
        "",
        "[made]",
    ]
    lines += [
        f"{name} = {value if isinstance(value, int) else f'{chr(34)}{value}{chr(34)}'}" for name, value in made.items()
    ]
    is_table = "shown" in habits
    arbitrary = float(habits["other"]["arbitrary"] if is_table else habits["arbitrary"])
    lines += ["", "# P(shown | true) of a character that is not listed.", "[other]", f"arbitrary = {arbitrary}"]
    lines += ["", "[edits]"]
    for name, habit in habits["edits"].items():
        seen, chances = tally.edits[name], tally.chances[name]
        # Never below the habit: labeled crops do not show the frames, hitches and cut boxes that hide characters.
        probability = min(max(smoothed(habit, seen, chances), habit), max(habit, _MOST_WRONG))
        lines.append(f"{name} = {probability:.6f}  # seen {seen:.2f} times of {chances:.0f}")
    for true in ALPHABET:
        total = sum(seen for (one, _), seen in tally.shown.items() if one == true)
        lines += [
            "",
            "# P(shown | true); seen right " + f"{tally.shown[true, true]:.1f} times of {total:.1f}",
            f"[shown.{true}]",
        ]
        others = {shown: habit_of(shown, true, habits) for shown in ALPHABET if shown != true}
        laid = {shown: smoothed(habit, tally.shown[true, shown], total) for shown, habit in others.items()}
        for shown, probability in (_raised(others, laid) if is_table else laid).items():
            seen = tally.shown[true, shown]
            if abs(probability - arbitrary) > _LEAST_DIFFERENCE:
                lines.append(f"{shown} = {probability:.6f}" + (f"  # seen {seen:.2f} times" if seen else ""))
    return "\n".join(lines) + "\n"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; see `run_command`."""
    return run_command(_parser(), _count, argv)


def _count(options: argparse.Namespace) -> None:
    cv2.setNumThreads(max(options.threads, 1))
    if options.corrections is not None:
        _lay_corrections(options)
        return
    habits = _habits(options.habits)
    crops = read_crops(options.crops, options.split)
    settings = OcrSettings(weights=options.weights, config=options.config)
    tally = count(PlateOcr(settings, options.threads, ReaderCalibration()), crops, options.seed)
    made: dict[str, str | int] = {
        "source": f"{len(crops)} labeled crops ({options.split}), {len(CONDITIONS)} conditions, {len(MARGINS)} margins",
        "date": datetime.now(UTC).date().isoformat(),
        "weights": options.weights.name,
        "weights_sha256": weights_digest(options.weights),
        "readings": tally.readings,
        "readings_left_out": tally.left_out,
    }
    options.out.write_text(table_text(tally, habits, made), encoding="utf-8")
    wrong = sorted(((seen, pair) for pair, seen in tally.shown.items() if pair[0] != pair[1]), reverse=True)
    print("most often, true>shown: " + ", ".join(f"{true}>{shown} {seen:.2f}" for seen, (true, shown) in wrong[:15]))
    print(f"{options.out}: written from {tally.readings} readings, {tally.left_out} too far from their label left out")


def _lay_corrections(options: argparse.Namespace) -> None:
    tally, table = count_corrections(options.corrections), _habits(options.table)
    if "shown" not in table or "other" not in table:
        raise ConfigurationError(
            f"{options.table}: no table of what is taken for what; name the matcher's confusion.toml"
        )
    made: dict[str, str | int] = {
        **{name: value for name, value in table.get("made", {}).items() if isinstance(value, str | int)},
        "corrections": tally.readings,
        "corrections_left_out": tally.left_out,
        "corrections_date": datetime.now(UTC).date().isoformat(),
    }
    options.out.write_text(table_text(tally, table, made), encoding="utf-8")
    print(
        f"{options.out}: {tally.readings} corrections laid over it, {tally.left_out} too far from their text left out"
    )


def _habits(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read ({error}); expected the matcher's habits.toml") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m recognition.training.calibration.confusion",
        description="Count what a reader takes for what on labeled plates and write the matcher's table.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--weights", type=Path, default=DEFAULT_WEIGHTS, metavar="ONNX", help="the reader (default: %(default)s)")
    add("--config", type=Path, metavar="YAML", help="its plate config (default: the weights' name with .yaml)")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--crops", type=Path, metavar="LABELS.csv", help="labeled crops: image,text,jurisdiction,split")
    corrected = "what people corrected, of any reader: text,read_as; is laid over --table"
    source.add_argument("--corrections", type=Path, metavar="LABELS.csv", help=corrected)
    add("--table", type=Path, default=MATCHER_DATA / "confusion.toml", metavar="TOML", help="default: %(default)s")
    add("--split", default="val", help="which rows of it; never ones that were trained on (default: %(default)s)")
    add("--out", type=Path, default=MATCHER_DATA / "confusion.toml", metavar="TOML", help="default: %(default)s")
    add("--habits", type=Path, default=MATCHER_DATA / "habits.toml", metavar="TOML", help="default: %(default)s")
    add("--seed", type=int, default=0, help="root of all chance (default: %(default)s)")
    add("--threads", type=int, default=1, help="CPU threads (default: %(default)s)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
