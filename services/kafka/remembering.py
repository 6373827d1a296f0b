"""Makes what `services.kafka.jars.remembered` uses: a broker is started and ended once, in a folder of its own.

    python -m services.kafka.remembering [CACHE_DIR]

For machines on which brokers start often, as those of tests are: ten seconds of a core, and 70 MB beside the jars.
"""

from __future__ import annotations

import fcntl
import sys
import tempfile
from pathlib import Path

from schemas.errors import PlatewatchError
from schemas.settings import KafkaSettings
from services.kafka.jars.cache import class_path
from services.kafka.jars.remembered import remembered_start
from services.kafka.node import KafkaNode

_REMEMBER_SECONDS = 300.0
"""What was noted is put in order while the broker ends."""


def remember_start(cache_dir: Path | None = None) -> Path:
    """Make the file where it is not there yet. One process at a time; the others wait.

    Args:
        cache_dir: As `class_path` takes it.

    Returns:
        The file.

    Raises:
        ConfigurationError: Java is not installed, or the jars' folder cannot be written to.
        BrokerUnavailable: The jars cannot be downloaded, or the broker does not start.
        StorageFull: As `class_path`.
    """
    path = remembered_start(class_path(cache_dir))
    with path.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if path.exists():
            return path
        with tempfile.TemporaryDirectory(prefix=".start-", dir=path.parent) as name:
            made = Path(name) / "made.aot"
            settings = KafkaSettings(local=True, cache_dir=cache_dir)
            node = KafkaNode(Path(name) / "kafka", settings, {}, java_options=(f"-XX:AOTCacheOutput={made}",))
            node.launch(lambda: False).stop(_REMEMBER_SECONDS)
            made.rename(path)
    return path


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{remember_start(Path(sys.argv[1]) if len(sys.argv) > 1 else None)}\n")
    except (OSError, PlatewatchError) as error:
        sys.exit(f"platewatch: {error}")
