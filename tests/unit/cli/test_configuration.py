"""Which configuration a command takes."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import configuration
from cli.configuration import command_settings, find_configuration
from cli.main import app
from cli.terminal.times import shown_time
from schemas.errors import ConfigurationError


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """The working folder's file and the machine's, neither of them there yet."""
    system = tmp_path / "etc" / "platewatch.toml"
    working = tmp_path / "work" / "platewatch.toml"
    for path in (system, working):
        path.parent.mkdir()
    monkeypatch.setattr(configuration, "SYSTEM_FILE", system)
    monkeypatch.chdir(working.parent)
    return working, system


def test_the_working_folder_comes_before_the_machine(places: tuple[Path, Path]) -> None:
    working, system = places
    assert find_configuration() is None
    system.write_text("")
    assert find_configuration() == system
    working.write_text("")
    assert find_configuration() == Path(working.name)


def test_the_machines_file_is_the_one_that_its_services_take() -> None:
    units = Path(__file__).parents[3] / "deploy"
    named = set(
        re.findall(r"--config (\S+/platewatch\.toml)", "".join(one.read_text() for one in units.rglob("*.service")))
    )
    assert named == {str(configuration.SYSTEM_FILE)}


def _law(*arguments: str, **environment: str) -> tuple[str, str]:
    done = CliRunner().invoke(app, ["law", "show", "--json", *arguments], env=environment)
    assert done.exit_code == 0, done.output
    return done.stdout, done.stderr


def test_a_command_says_which_it_found(places: tuple[Path, Path], tmp_path: Path) -> None:
    working, system = places
    assert _law()[1] == ""
    system.write_text('[policy]\nprofile = "maine"\n')
    out, err = _law()
    assert '"profile":"maine"' in out
    assert err == f"configuration: {system}\n"
    working.write_text('[policy]\nprofile = "utah"\n')
    assert _law()[1] == f"configuration: {working}\n"
    named = tmp_path / "named.toml"
    named.write_text("")
    out, err = _law(PLATEWATCH_CONFIG=str(named))
    assert '"profile":"virginia"' in out
    assert err == f"configuration: {named}\n"
    assert _law("--config", str(named))[1] == ""


@pytest.mark.parametrize(
    "command",
    [
        ["alerts"], ["alarms"], ["search", "VNV4527"], ["hotlist", "list"], ["hotlist", "show", "ncic"],
        ["hotlist", "versions", "ncic"], ["hotlist", "rejects", "ncic"], ["hotlist", "remove", "ncic", "--yes"],
        ["historical", "--list", "ncic"], ["match", "reads.jsonl"],
    ],
)  # fmt: skip
def test_a_command_that_only_looks_makes_nothing(places: tuple[Path, Path], command: list[str]) -> None:
    folder = places[0].parent
    (folder / "reads.jsonl").touch()
    done = CliRunner().invoke(app, command, env={"PLATEWATCH_DATA_DIR": str(folder / "data")})
    assert isinstance(done.exception, ConfigurationError)
    assert str(done.exception).startswith(f"{folder / 'data'}: no database is there")
    assert [path.name for path in folder.iterdir()] == ["reads.jsonl"]


def test_times_are_the_agencys(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = datetime(2026, 1, 31, 11, tzinfo=UTC)
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "UTC")
        command_settings(None, look=False, time_zone="America/New_York")
        assert shown_time(moment) == "2026-01-31 06:00:00-05:00"
    time.tzset()


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="'Mars/Olympus' is no IANA time zone"):
        command_settings(None, look=False, time_zone="Mars/Olympus")
