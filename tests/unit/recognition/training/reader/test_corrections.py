"""Corrections as a department writes them, the command that takes them, and installing what comes of them."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import cv2
import numpy as np
import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from cli import train
from recognition.training.examples.labeled_crops import folded
from recognition.training.reader.corrections import Correction, read_corrections, split_by_text, without_texts
from schemas.errors import ConfigurationError, InvalidInput

app = typer.Typer()
train.register(app)

TEXTS = st.lists(st.text(alphabet="0O1IQAB", min_size=2, max_size=4), min_size=1, max_size=30)
SEEDS = st.integers(0, 1000)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["train", *map(str, arguments)])


def write(folder: Path, *lines: str) -> Path:
    path = folder / "corrections.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def picture(folder: Path, name: str) -> None:
    cv2.imwrite(str(folder / name), np.full((30, 60, 3), 200, dtype=np.uint8))


def corrections(texts: list[str]) -> list[Correction]:
    return [Correction(Path(f"{number}.jpg"), text, "", number + 2) for number, text in enumerate(texts)]


def test_texts_are_put_right_and_images_found_beside_the_file(tmp_path: Path) -> None:
    picture(tmp_path, "a.png")
    found = read_corrections(write(tmp_path, "\ufeffimage,text,jurisdiction", "a.png,8kv-49 21,us-va"))
    assert found.rows == (Correction(tmp_path / "a.png", "8KV4921", "US-VA", 2),)
    assert found.rejected == ()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("a.png,", "the text is empty"),
        ("a.png,ABCDEFGHIJ", "the text has 10 characters; expected 2 to 9"),
        ("a.png,A", "the text has 1 characters"),
        ("a.png,AB?1", "letters A-Z and digits"),
        ("a.png,ÄB1", "letters A-Z and digits"),
        ("none.png,ABC123", "'none.png' is not there"),
        ("broken.png,ABC123", "cannot be read as a picture"),
        (",ABC123", "the image is empty"),
        ("good.png,ABC124", "'good.png' stands in line 2 already"),
    ],
)
def test_a_row_that_cannot_be_used_is_listed_with_line_and_reason(tmp_path: Path, row: str, reason: str) -> None:
    picture(tmp_path, "good.png")
    picture(tmp_path, "a.png")
    (tmp_path / "broken.png").write_bytes(b"no picture")
    found = read_corrections(write(tmp_path, "image,text", "good.png,ABC123", row))
    assert [kept.line for kept in found.rows] == [2]
    assert [rejected.line for rejected in found.rejected] == [3]
    assert reason in found.rejected[0].reason


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("image,plate\na.png,ABC123\n", "no column text"),
        ("", "no column image, text"),
        ("image,text\n", "holds no rows"),
        ("image,text\n\xff", "no CSV text in UTF-8"),
    ],
)
def test_a_file_that_is_no_list_of_corrections_is_refused(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "corrections.csv"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(InvalidInput, match=said):
        read_corrections(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"none\.csv"):
        read_corrections(tmp_path / "none.csv")


@given(TEXTS, SEEDS, st.floats(0.01, 0.9))
def test_no_text_is_on_both_sides_and_no_row_is_lost(texts: list[str], seed: int, share: float) -> None:
    rows = corrections(texts)
    if len({folded(text) for text in texts}) < 2:
        with pytest.raises(InvalidInput, match="different texts"):
            split_by_text(rows, share, seed)
        return
    learned, held_out = split_by_text(rows, share, seed)
    assert learned
    assert held_out
    assert sorted([*learned, *held_out], key=lambda row: row.line) == rows
    assert not {folded(row.text) for row in learned} & {folded(row.text) for row in held_out}


def test_a_text_keeps_its_side_when_rows_are_added() -> None:
    texts = [f"AB{number:03}" for number in range(300)]
    early, late = (split_by_text(corrections(part), 0.2, 7)[1] for part in (texts[:200], texts))
    assert {row.text for row in early} <= {row.text for row in late}
    assert 30 <= len(late) <= 95


def test_texts_that_measure_elsewhere_are_left_out_with_a_reason() -> None:
    kept, rejected = without_texts(corrections(["ABC123", "O1ABC"]), iter(["0IABC"]))
    assert [row.text for row in kept] == ["ABC123"]
    assert [row.line for row in rejected] == [3]


def test_command_names_bad_rows_and_says_what_to_install_without_torch(tmp_path: Path) -> None:
    picture(tmp_path, "a.png")
    path = write(tmp_path, "image,text", "a.png,ABC123", "b.png,DEF456")
    result = run("ocr", "--from", path, "--data-dir", tmp_path)
    assert result.exit_code == 1
    assert "line 3: 'b.png' is not there" in result.stderr
    if importlib.util.find_spec("torch") is None:
        assert isinstance(result.exception, ConfigurationError)
        assert "'ultralytics>=" in str(result.exception)
    else:  # with torch, the next thing in the way is the single text
        assert isinstance(result.exception, InvalidInput)
