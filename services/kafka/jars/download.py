"""Downloads pinned jars from Maven's repositories, each checked before it is put in its place."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from schemas.errors import BrokerUnavailable, ConfigurationError
from services.extras import install_line
from services.kafka.jars.authorities import machine_authorities
from services.kafka.jars.pinned import Jar

log = logging.getLogger(__name__)

EXTRA: Final = "local-kafka"
DOWNLOAD_THREADS: Final = 6
DOWNLOAD_TIMEOUT_SECONDS: Final = 10


def download(folder: Path, jars: Sequence[Jar]) -> None:
    """Download jars. Whoever calls this holds the folder's lock.

    A proxy is taken from `https_proxy`, the authorities that are trusted from this machine (`machine_authorities`).

    Args:
        folder: Where they are kept.
        jars: Which ones.

    Raises:
        BrokerUnavailable: No Maven repository can be reached.
        ConfigurationError: The wheel that downloads is not installed, or a repository serves another jar.
        OSError: They cannot be kept there.
    """
    if not jars:
        return
    for abandoned in folder.glob(".download-*"):
        shutil.rmtree(abandoned, ignore_errors=True)  # of a process that was killed; the lock is ours now
    log.info("downloading Apache Kafka's jars once", extra={"jars": len(jars), "folder": str(folder)})
    with (
        machine_authorities(),
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
            f"run: {install_line(EXTRA)}"
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
    from requests.exceptions import SSLError

    artifact = context.project(jar.group, jar.artifact).at_version(jar.version).artifact()
    try:
        source = Path(artifact.resolve())
        if not jar.is_intact(source) and source != artifact.cached_path:
            source = Path(context.resolver.download(artifact))  # the copy in ~/.m2 is damaged: leave it, take Central's
    except SSLError as error:
        raise BrokerUnavailable(
            f"Apache Kafka's jars cannot be downloaded: Maven Central's certificate, or that of a proxy in between, is "
            f"not trusted ({_short(error)}); name the proxy's certificate authority in SSL_CERT_FILE or add it to the "
            "system's; alerts wait in the outbox until then"
        ) from error
    except (RequestException, RuntimeError) as error:
        raise BrokerUnavailable(
            f"Apache Kafka's jars cannot be downloaded: Maven Central cannot be reached ({_short(error)}); "
            "alerts wait in the outbox until it can, or until kafka.bootstrap_servers names a broker"
        ) from error
    if not jar.is_intact(source):
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
