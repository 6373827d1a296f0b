"""Which small wrong changes are tried: some of every room, the same ones for the same seed."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.mutants import ROOMS, mutants, sample

NAMES = sorted(f"{room}.file.x_work__mutmut_{number}" for room in ROOMS for number in range(100))


def test_a_sample_is_of_every_room_and_the_same_for_the_same_seed() -> None:
    chosen = sample(NAMES, 100, 1)
    assert chosen == sample(NAMES, 100, 1) != sample(NAMES, 100, 2)
    assert len(set(chosen)) == 100
    for room, share in ROOMS.items():
        assert sum(name.startswith(f"{room}.") for name in chosen) == round(share * 100)
    assert sample(NAMES, 10_000, 1) == NAMES


def test_names_are_those_that_mutmut_keeps(tmp_path: Path) -> None:
    (tmp_path / "policy").mkdir()
    kept = {"exit_code_by_key": {"policy.law.x_b__mutmut_1": 0, "policy.law.x_a__mutmut_1": None}}
    (tmp_path / "policy" / "law.py.meta").write_text(json.dumps(kept))
    assert mutants(tmp_path) == ["policy.law.x_a__mutmut_1", "policy.law.x_b__mutmut_1"]
