"""Apache Kafka's jars: pinned, verified, downloaded once into the user's cache folder."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from schemas.errors import BrokerUnavailable, ConfigurationError, StorageFull

log = logging.getLogger(__name__)

KAFKA_VERSION = "4.3.1"
INSTALL_LINE = "pip install 'platewatch[local-kafka]'"
DOWNLOAD_THREADS = 6
DOWNLOAD_TIMEOUT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Jar:
    """One pinned jar: its Maven coordinate and the SHA-256 of its content in hex."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def file_name(self) -> str:
        """Name of the jar's file."""
        return f"{self.artifact}-{self.version}.jar"


def pinned_jars() -> tuple[Jar, ...]:
    """Return the jars of the broker, as kafka_jars.txt pins them."""
    jars = []
    for line in files("services").joinpath("kafka_jars.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            coordinate, sha256 = line.split()
            group, artifact, version = coordinate.split(":")
            jars.append(Jar(group, artifact, version, sha256))
    return tuple(jars)


def default_cache_dir() -> Path:
    """Return the user's cache folder for Platewatch ($XDG_CACHE_HOME/platewatch)."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "platewatch"


def class_path(cache_dir: Path | None = None) -> str:
    """Return the class path of a Kafka broker, downloading what is missing or damaged in the cache folder.

    With a complete cache nothing touches the network, and the folder may be read-only.

    Args:
        cache_dir: Cache folder; None: `default_cache_dir()`.

    Returns:
        The jars' absolute paths, joined as Java wants them.

    Raises:
        BrokerUnavailable: Jars are missing and no Maven repository can be reached.
        ConfigurationError: The wheel that downloads is not installed, or a repository serves a jar that differs from
            the pinned one.
        StorageFull: The cache folder's file system is full.
    """
    folder = (cache_dir or default_cache_dir()).absolute() / f"kafka-{KAFKA_VERSION}"
    jars = pinned_jars()
    try:
        if _unverified(folder, jars):
            folder.mkdir(parents=True, exist_ok=True)
            with _locked(folder / ".lock"):
                # Whoever held the lock before us may have done the work.
                _download(folder, _unverified(folder, jars))
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise StorageFull(f"{folder}: no space left for Apache Kafka's jars (45 MB)") from error
        raise ConfigurationError(
            f"{folder}: Apache Kafka's jars cannot be kept there ({error.strerror or error}); "
            "set kafka.cache_dir to a folder that can be written"
        ) from error
    return os.pathsep.join(str(folder / jar.file_name) for jar in jars)


def _unverified(folder: Path, jars: Sequence[Jar]) -> list[Jar]:
    return [jar for jar in jars if not _is_intact(folder / jar.file_name, jar)]


def _is_intact(path: Path, jar: Jar) -> bool:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == jar.sha256
    except FileNotFoundError:
        return False


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a file lock, waiting for it; the kernel frees it when its holder ends, however it ends."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _download(folder: Path, jars: Sequence[Jar]) -> None:
    if not jars:
        return
    for abandoned in folder.glob(".download-*"):
        shutil.rmtree(abandoned, ignore_errors=True)  # of a process that was killed; the lock is ours now
    log.info("downloading Apache Kafka's jars once", extra={"jars": len(jars), "folder": str(folder)})
    with (
        tempfile.TemporaryDirectory(prefix=".download-", dir=folder) as staging,
        ThreadPoolExecutor(DOWNLOAD_THREADS) as pool,
    ):
        context = _maven(Path(staging))
        pending = [pool.submit(_fetch, context, jar, folder) for jar in jars]
        try:
            for future in pending:
                future.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _maven(staging: Path) -> Any:
    """Return jgo's view of Maven: the user's own ~/.m2, the user's mirrors, then Central."""
    try:
        from jgo.config import GlobalSettings
        from jgo.constants import MAVEN_CENTRAL_URL
        from jgo.maven import MavenContext
    except ImportError as error:
        raise ConfigurationError(
            f"Apache Kafka's jars are not in the cache folder and jgo, which downloads them, is not installed; "
            f"run: {INSTALL_LINE}"
        ) from error
    settings = GlobalSettings.load()
    return MavenContext(
        repo_cache=staging,
        local_repos=[settings.repo_cache],
        remote_repos={**settings.repositories, "central": MAVEN_CENTRAL_URL},
        timeout=DOWNLOAD_TIMEOUT_SECONDS,
    )


def _fetch(context: Any, jar: Jar, folder: Path) -> None:
    """Download one jar, check it and move it to its place in one step."""
    from requests import RequestException

    artifact = context.project(jar.group, jar.artifact).at_version(jar.version).artifact()
    try:
        source = Path(artifact.resolve())
        if not _is_intact(source, jar) and source != artifact.cached_path:
            source = Path(context.resolver.download(artifact))  # the copy in ~/.m2 is damaged: leave it, take Central's
    except (RequestException, RuntimeError) as error:
        raise BrokerUnavailable(
            f"Apache Kafka's jars cannot be downloaded: Maven Central cannot be reached ({_short(error)}); "
            "alerts wait in the outbox until it can, or until kafka.bootstrap_servers names a broker"
        ) from error
    if not _is_intact(source, jar):
        raise ConfigurationError(
            f"{jar.file_name} from Maven differs from the pinned one (expected SHA-256 {jar.sha256}); it was not "
            "used: look for a proxy that changes downloads"
        )
    part = folder / f".{jar.file_name}.part"
    with source.open("rb") as original, part.open("wb") as copy:
        while chunk := original.read(1 << 20):
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    part.replace(folder / jar.file_name)


def _short(error: BaseException) -> str:
    """Return the innermost cause in one short line; requests nests the whole story."""
    cause: BaseException = error
    while cause.__cause__ or cause.__context__:
        cause = cause.__cause__ or cause.__context__ or cause
    return " ".join(str(cause).split())[:120] or type(cause).__name__
