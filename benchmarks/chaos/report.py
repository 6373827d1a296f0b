"""The table at the end, and whether the books are right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from benchmarks.chaos.afternoon import Outcome
from benchmarks.chaos.comparison import audit_faults, cited, differences, neighbor_faults, orphans, picture_faults
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
        found[f"audit, {name}"] = audit_faults(one.books, one.attempts)
        found[f"neighbor, {name}"] = neighbor_faults(one.books, one.listener)
        found[f"ends, {name}"] = one.diary.faults
    # The lives of a run that is struck are too short to tell.
    found["memory, undisturbed"] = [f"it grows: {_level(calm)}"] if _may_be_judged(calm) and calm.memory.grows else []
    found["leftovers, undisturbed"] = [f"{name}: {cited(rows)}" for name, rows in calm.books.leftovers.items()]
    found["orphans, undisturbed"] = orphans(calm.books)
    return {name: rows for name, rows in found.items() if rows}


def _may_be_judged(one: Outcome) -> bool:
    """Whether enough came by that engines, lists and caches are filled, on a busy machine, too."""
    return one.turns >= _ENOUGH_TURNS


def _print_strikes(struck: Outcome) -> None:
    striker = struck.striker
    print("| struck | times | not there |\n|---|---|---|")
    for kind in Kind:
        if striker.done[kind] or striker.missed[kind]:
            print(f"| {kind} | {striker.done[kind]} | {striker.missed[kind] or ''} |")
    kills = sum(count for kind, count in striker.done.items() if kind.startswith("kill"))
    print(f"| **all** ({kills} of them kill -9) | {striker.done.total()} | {striker.missed.total() or ''} |\n")


def _print_books(struck: Outcome, calm: Outcome) -> None:
    print("| recorded | struck | undisturbed |\n|---|---|---|")
    rows = [
        (name, str(struck.books.rows[name].total()), str(calm.books.rows[name].total())) for name in calm.books.rows
    ]
    for label, value in _FIGURES:
        rows.append((label, str(value(struck)), str(value(calm))))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print()


def _level(one: Outcome) -> str:
    levels = one.memory.levels
    return "" if levels is None else f"{levels[0]:.0f}, {levels[1]:.0f}"


_FIGURES: Final[tuple[tuple[str, Callable[[Outcome], object]], ...]] = (
    ("turns", lambda one: one.turns),
    ("seconds", lambda one: round(one.seconds)),
    ("starts of the run", lambda one: one.run.starts),
    ("starts of the subscriber", lambda one: one.subscriber.starts),
    ("ended by itself for now (exit code 75)", lambda one: one.run.gave_up + one.subscriber.gave_up),
    ("broken off 13 s after SIGTERM (the same)", lambda one: one.run.broken_off + one.subscriber.broken_off),
    (
        "commands given, of them in vain",
        lambda one: f"{len(one.attempts)}, {sum(a.code != 0 for a in one.attempts)}",
    ),
    ("audit rows of changes", lambda one: len(one.books.audit)),
    ("pictures kept", lambda one: len(one.books.kept_pictures)),
    ("pictures that no row names", lambda one: len(orphans(one.books))),
    ("alerts printed by the neighbor", lambda one: len(one.listener.printed)),
    ("printed again after a kill at it", lambda one: len(one.listener.after_kill)),
    ("seconds of the run's orderly end", lambda one: f"{one.run.last_end_seconds or 0:.1f}"),
    ("MB of the run, second and last quarter", _level),
)
"""What is said of both afternoons beside their books."""
