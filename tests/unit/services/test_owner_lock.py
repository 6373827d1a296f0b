"""One process owns a folder, and whoever kills it frees it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from services.owner_lock import OwnerLock

REPOSITORY = Path(__file__).resolve().parents[3]


def test_the_lock_has_one_holder_and_is_free_after_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "service" / "owner.lock"
    code = f"""
import time
from pathlib import Path
from services.owner_lock import OwnerLock
lock = OwnerLock(Path({str(path)!r}))
print(lock.acquire(), flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=REPOSITORY) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"True\n"
        with OwnerLock(path) as lock:
            assert not lock.acquire()
            holder.kill()
            holder.wait()
            assert lock.acquire()
            assert lock.is_held
            assert not OwnerLock(path).acquire()
        assert not lock.is_held
        with OwnerLock(path) as again:
            assert again.acquire()


def test_a_lock_file_is_its_owner_s_alone_and_one_holds_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with OwnerLock(tmp_path / "new" / "owner.lock") as lock:
            assert lock.acquire()
            assert lock.acquire()
            assert not OwnerLock(lock.path).acquire()
            assert lock.path.stat().st_mode & 0o777 == 0o600
    finally:
        os.umask(before)
    with OwnerLock(tmp_path / "new" / "owner.lock") as next_one:
        assert next_one.acquire()
