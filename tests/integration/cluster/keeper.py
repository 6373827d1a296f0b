"""The process that runs the tests' cluster for every test process at once, for as long as one of them uses it.

Test processes say what they want by files in the folder, so that it does not matter which of them started it and which
ends first: each holds `users.lock` (shared) while it works, and the kernel lets go of it however a process ends; a file
`down-N` keeps node N killed. Run as a script by tests/integration/cluster/shared.py.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from services.owner_lock import OwnerLock
from services.private_files import write_private
from tests.integration.cluster.nodes import NODES, ClusterNodes

LOOK_SECONDS = 0.05
STATE_FILE = "cluster.json"
USERS_LOCK = "users.lock"


def down_file(folder: Path, number: int) -> Path:
    """Return the file that keeps a node killed as long as it is there."""
    return folder / f"down-{number}"


def main(users: Path, folder: Path) -> None:
    """Run the cluster until nobody holds the users' lock.

    Args:
        users: The lock that each user holds, shared.
        folder: Where the cluster lies.
    """
    lock = OwnerLock(users)
    with ClusterNodes(folder) as nodes:
        while not lock.acquire():
            _bring_about(nodes, folder)
            _tell(nodes, folder)
            time.sleep(LOOK_SECONDS)


def _bring_about(nodes: ClusterNodes, folder: Path) -> None:
    for number in NODES:
        if down_file(folder, number).exists():
            nodes.kill(number)
        elif nodes.pid(number) is None:
            nodes.launch(number)


def _tell(nodes: ClusterNodes, folder: Path) -> None:
    state = {
        "keeper": os.getpid(),
        "servers": nodes.servers,
        "authority": str(nodes.authority),
        "admin_password": nodes.admin_password,
        "pids": {number: nodes.pid(number) for number in NODES},
        "ready": [number for number in NODES if nodes.is_ready(number)],
    }
    text = json.dumps(state).encode()
    path = folder / STATE_FILE
    if not path.exists() or path.read_bytes() != text:
        part = path.with_suffix(".part")
        write_private(part, text)
        part.replace(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
