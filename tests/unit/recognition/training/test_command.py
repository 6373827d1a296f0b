"""What every training command does around its work."""

from __future__ import annotations

import argparse
import logging

import pytest

from recognition.training.command import run_command
from schemas.errors import ConfigurationError


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="tool")
    made.add_argument("--count", type=int, default=1)
    return made


def refuse(_: argparse.Namespace) -> None:
    raise ConfigurationError("none.csv: no such file")


def test_work_gets_the_arguments_and_ends_with_0() -> None:
    seen: list[int] = []
    assert run_command(parser(), lambda options: seen.append(options.count), ["--count", "3"]) == 0
    assert seen == [3]


def test_an_error_is_one_line_and_ends_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(parser(), refuse, []) == 1
    assert capsys.readouterr().err == "error: none.csv: no such file\n"


def test_arguments_that_do_not_go_together_end_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        run_command(parser(), refuse, [], misuse=lambda options: "--count alone" if options.count == 1 else None)
    assert caught.value.code == 2
    assert "tool: error: --count alone" in capsys.readouterr().err


def test_what_the_training_reports_is_let_through() -> None:
    assert run_command(parser(), lambda _: None, []) == 0
    assert logging.getLogger("recognition.training.reader.trainer").isEnabledFor(logging.INFO)
