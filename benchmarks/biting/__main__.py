"""`python -m benchmarks.biting FILES --tests TESTS`: see the package."""

from __future__ import annotations

import argparse
import os
import random
import sys
from pathlib import Path

import pytest

from benchmarks.biting.code import changes_of_code
from benchmarks.biting.statements import changes_of_statements
from benchmarks.biting.trying import Change, Trying


def main() -> None:
    """Try the changes and print what no test noticed, and the score."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, help="modules, and files of statements below storage/")
    parser.add_argument("--tests", nargs="+", required=True, help="files or folders of tests")
    parser.add_argument("--count", type=int, help="how many changes; all where it is not given")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    options = parser.parse_args()
    changes: list[Change] = []
    for path in options.files:
        changes += changes_of_statements(path) if path.suffix == ".sql" else changes_of_code(path)
    if options.count is not None and options.count < len(changes):
        changes = random.Random(options.seed).sample(changes, options.count)
    if any("@compiled" in path.read_text(encoding="utf-8") for path in options.files):
        # What numba compiles is changed as plain Python; before it is imported.
        os.environ["NUMBA_DISABLE_JIT"] = "1"
    plugin = Trying(sorted(changes, key=str), lambda line: print(line, flush=True))
    # A fork finds what its parent has left to the garbage collector: that says nothing of a change.
    off = ("xdist", "cacheprovider", "unraisableexception", "threadexception")
    given = [argument for name in off for argument in ("-p", f"no:{name}")]
    # Compiled or not, the kernels' numbers begin again at 0; numpy says so of its own.
    given += ["-W", "ignore:overflow encountered in scalar multiply:RuntimeWarning"]
    sys.path.insert(0, str(Path.cwd()))
    pytest.main([*given, "-q", "-s", *options.tests], plugins=[plugin])


if __name__ == "__main__":
    main()
