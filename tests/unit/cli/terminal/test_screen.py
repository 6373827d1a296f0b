"""What others wrote is shown, and does not steer the terminal."""

from __future__ import annotations

import io

import pytest
from rich.table import Table
from rich.text import Text

from cli.terminal.screen import SafeConsole, print_json


def test_control_characters_of_names_are_written_out_in_texts_and_tables() -> None:
    out = io.StringIO()
    console = SafeConsole(file=out, force_terminal=True, color_system="standard", width=100)
    table = Table("Name")
    table.add_row(Text("a\x1b]0;owned\x07\x9b2J"), style="red")
    console.print(table)
    console.print("b\x1b[2Jé", style="red", markup=False)
    shown = out.getvalue()
    assert "\\x1b]0;" in shown
    assert "\x1b[31mb\\x1b" in shown, "its own styles stay"
    assert "\x1b]" not in shown
    assert "\x1b[2J" not in shown
    assert "é" in shown


def test_json_lines_carry_none(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"name": "a\x9b31m\x7f\ud800é"})
    assert capsys.readouterr().out == '{"name":"a\\u009b31m\\u007f\\ud800é"}\n'
