"""The table at the end, and whether the books are right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from benchmarks.chaos.afternoon import Outcome
from benchmarks.chaos.comparison import (
    audit_faults,
    cited,
    differences,
    neighbor_faults,
    orphans,
    picture_faults,
    refusal_faults,
)
from benchmarks.chaos.extra import SHARED_CAMERA
from benchmarks.chaos.schedule import Kind

_ENOUGH_TURNS = 12


def report(struck: Outcome, calm: Outcome) -> bool:
    """Print what was struck, what was recorded, and what differs.

    Returns:
        Whether everything is as it should be.
    """
    _print_strikes(struck)
    _print_books(struck, calm)
    found = _faults(struck, calm)
    for name, rows in found.items():
        print(f"FAULT: {name}: {cited(rows)}")
    print(f"differences: {sum(len(rows) for rows in found.values())}", flush=True)
    return not found


def _faults(struck: Outcome, calm: Outcome) -> dict[str, list[str]]:
    found = differences(struck.books, calm.books)
    for name, one in (("struck", struck), ("undisturbed", calm)):
        found[f"pictures, {name}"] = picture_faults(one.books)
        found[f"audit, {name}"] = audit_faults(one.books, one.attempts, machines=_machines(one))
        found[f"neighbor, {name}"] = neighbor_faults(one.books.alerts, one.neighbor.listener)
        found[f"ends, {name}"] = one.diary.faults
        found[f"installation, {name}"] = one.faults
        found[f"posted reads, {name}"] = _posted_faults(one)
        if one.partner is not None:
            found[f"partner, {name}"] = neighbor_faults(one.books.shared, one.partner.listener)
            found[f"agreement, {name}"] = refusal_faults(one.books, one.partner.listener, SHARED_CAMERA)
    # The lives of a run that is struck are too short to tell.
    found["memory, undisturbed"] = [f"it grows: {_level(calm)}"] if _may_be_judged(calm) and calm.memory.grows else []
    found["leftovers, undisturbed"] = [f"{name}: {cited(rows)}" for name, rows in calm.books.leftovers.items()]
    found["orphans, undisturbed"] = orphans(calm.books)
    return {name: rows for name, rows in found.items() if rows}


def _machines(one: Outcome) -> int:
    return len(one.keepers) - (1 if one.partner is None else 2)


def _posted_faults(one: Outcome) -> list[str]:
    recorded = one.books.posted
    return [] if recorded == one.posted else [f"{one.posted} reads were posted, {recorded} are recorded"]


def _may_be_judged(one: Outcome) -> bool:
    """Whether enough came by that engines, lists and caches are filled, on a busy machine, too."""
    return one.turns >= _ENOUGH_TURNS


def _print_strikes(struck: Outcome) -> None:
    print("| struck | times | not there |\n|---|---|---|")
    for kind in Kind:
        if struck.done[kind] or struck.missed[kind]:
            print(f"| {kind} | {struck.done[kind]} | {struck.missed[kind] or ''} |")
    kills = sum(count for kind, count in struck.done.items() if kind.startswith("kill"))
    print(f"| **all** ({kills} of them kill -9) | {struck.done.total()} | {struck.missed.total() or ''} |\n")


def _print_books(struck: Outcome, calm: Outcome) -> None:
    print("| recorded | struck | undisturbed |\n|---|---|---|")
    rows = [
        (name, str(struck.books.rows[name].total()), str(calm.books.rows[name].total())) for name in calm.books.rows
    ]
    for label, value in _FIGURES:
        rows.append((label, str(value(struck)), str(value(calm))))
    for name in dict.fromkeys(keeper.name for one in (calm, struck) for keeper in one.keepers):
        rows.append((f"starts of the {name}", _starts(struck, name), _starts(calm, name)))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print()


def _starts(one: Outcome, name: str) -> str:
    return "".join(str(keeper.starts) for keeper in one.keepers if keeper.name == name)


def _level(one: Outcome) -> str:
    levels = one.memory.levels
    return "" if levels is None else f"{levels[0]:.0f}, {levels[1]:.0f}"


_FIGURES: Final[tuple[tuple[str, Callable[[Outcome], object]], ...]] = (
    ("turns", lambda one: one.turns),
    ("seconds", lambda one: round(one.seconds)),
    ("ended by itself for now (exit code 75)", lambda one: sum(keeper.gave_up for keeper in one.keepers)),
    ("broken off 13 s after SIGTERM (the same)", lambda one: sum(keeper.broken_off for keeper in one.keepers)),
    (
        "commands given, of them in vain",
        lambda one: f"{len(one.attempts)}, {sum(a.code != 0 for a in one.attempts)}",
    ),
    ("audit rows of changes", lambda one: len(one.books.audit)),
    ("pictures kept", lambda one: len(one.books.kept_pictures)),
    ("pictures that no row names", lambda one: len(orphans(one.books))),
    ("alerts printed by the neighbor", lambda one: len(one.neighbor.listener.printed)),
    ("printed again after a kill at it", lambda one: len(one.neighbor.listener.after_kill)),
    ("seconds of its orderly end", lambda one: f"{one.keepers[0].last_end_seconds or 0:.1f}"),
    ("MB of the process, second and last quarter", _level),
)
"""What is said of both afternoons beside their books."""
