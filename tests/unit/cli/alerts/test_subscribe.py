"""`subscribe --timeout` is kept against a broker that takes connections and says nothing."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path

from cli.alerts.subscribe import GRACE_SECONDS

PLATEWATCH = str(Path(sys.executable).parent / "platewatch")


def test_a_silent_broker_does_not_hold_the_command() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=32) as silent:
        server = f"127.0.0.1:{silent.getsockname()[1]}"
        start = time.monotonic()
        done = subprocess.run(
            [PLATEWATCH, "subscribe", "--bootstrap", server, "--timeout", "1"],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        seconds = time.monotonic() - start
    assert done.returncode == 75
    assert "broker does not answer" in done.stderr
    # Its own start takes a while on a machine that does other work, too.
    assert seconds < 1 + GRACE_SECONDS + 60
