"""Running the installed command the way a service manager does, and looking at what it kept."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.settings import Settings, load_settings
from storage.database import open_database


@dataclass(frozen=True, slots=True)
class Site:
    """One installation: a configuration file and its data directory."""

    config: Path

    @property
    def settings(self) -> Settings:
        # The tests' own environment names another data directory, and the environment wins over the file.
        return load_settings(self.config, data_dir=self.config.parent / "data")

    def start(self, *arguments: str, detached: bool = False, **environment: str) -> subprocess.Popen[str]:
        """Start a `platewatch` command with this configuration; detached: without a terminal, as a service is."""
        inherited = {name: value for name, value in os.environ.items() if name != "PLATEWATCH_DATA_DIR"}
        return subprocess.Popen(
            [sys.executable, "-m", "cli.main", *arguments, "--config", str(self.config)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            umask=0,  # what is kept must be closed to others all the same
            env=inherited | environment,
            cwd=self.config.parent,
            start_new_session=detached,
        )

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        process = self.start(*arguments, **environment)
        out, err = process.communicate(timeout=240)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def play(self) -> dict[str, Any]:
        """Run every stage until the sources are exhausted; return the printed totals."""
        done = self.run("run", "--until-done", "--json")
        assert done.returncode == 0, done.stderr
        totals: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return totals

    def kept(self, table: str, column: str) -> list[str]:
        """Return a column of a table, as text, sorted; it may hold doubles."""
        return self.all_kept((table, column))[0]

    def all_kept(self, *columns: tuple[str, str]) -> list[list[str]]:
        """Return several tables' columns as `kept` does: the server starts once for all of them."""
        with open_database(self.settings) as database, database.connection() as connection:
            found = [
                connection.execute(f"select {column}::text from {table}").fetchall()  # type: ignore[arg-type]
                for table, column in columns
            ]
        return [sorted(row[0] for row in rows) for rows in found]


def write_site(folder: Path, cameras: str, **sections: str) -> Site:
    """Write a configuration with its data directory beside it.

    Args:
        folder: Made if it does not exist.
        cameras: The `[[cameras]]` tables.
        sections: Further tables' bodies by name, with `_` for `.` in the name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables = "".join(f"[{name.replace('_', '.')}]\n{body}\n" for name, body in sections.items())
    config = folder / "platewatch.toml"
    config.write_text(f'data_dir = "data"\nagency_id = "portsmouth-pd"\n{tables}{cameras}')
    return Site(config)


def video_camera(path: Path, camera_id: str = "high-street") -> str:
    return f'[[cameras]]\nid = "{camera_id}"\ntype = "video_file"\npath = "{path}"\n'


def folder_camera(path: Path, camera_id: str = "gate") -> str:
    return f'[[cameras]]\nid = "{camera_id}"\ntype = "image_folder"\npath = "{path}"\n'
