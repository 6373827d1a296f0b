"""Each command is found by its name, and none costs the start of the others."""

from __future__ import annotations

import subprocess
import sys

import pytest
import typer

from cli.commands import MODULES, registered
from cli.main import app


@pytest.mark.parametrize("module", sorted(set(MODULES.values())))
def test_a_module_registers_what_is_named_of_it(module: str) -> None:
    assert sorted(registered(module)) == sorted(name for name, place in MODULES.items() if place == module)


def test_all_are_there_under_their_names_in_the_order_of_help() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert list(commands) == list(MODULES)
    assert len(commands) == len(MODULES)
    assert {name: command.name for name, command in commands.items()} == {name: name for name in MODULES}
    assert "no such command" not in commands


def test_what_a_command_does_not_need_is_not_loaded() -> None:
    code = "import sys; sys.argv[1:] = ['law', 'list', '--help']; from cli.main import app; app(standalone_mode=False)"
    heavy = "print({'kafka', 'psycopg', 'cv2', 'onnxruntime', 'fastapi'} & sys.modules.keys())"
    shown = subprocess.run(
        [sys.executable, "-c", f"{code}; {heavy}"], capture_output=True, text=True, check=True, timeout=240
    ).stdout
    assert shown.splitlines()[-1] == "set()"
