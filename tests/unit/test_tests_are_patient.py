"""No test fails because its machine is busy: what waits has time, and nobody measures a wait with a clock.

A test that waits for something has half a minute at least. What must be quick is measured in `time.process_time`, or
held against something that would take minutes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
LEAST_SECONDS = 30
CLOCKS = {"monotonic", "perf_counter", "time"}
WAITERS = {"until", "wait_until", "wait_for", "settle", "in_time", "frames_of"}
OTHERWISE = {
    # For how long questions are sent; nothing is waited for.
    "integration/kafka/test_queries.py",
}


def is_clock(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCKS
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "time"
    )


def short(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and node.value < LEAST_SECONDS


def impatient(tree: ast.AST) -> Iterator[int]:
    """Yield the lines that hold somebody to less."""
    for node in ast.walk(tree):
        match node:
            # time.monotonic() - began < 3
            case ast.Compare(
                left=ast.BinOp(left=left, op=ast.Sub()), ops=[ast.Lt() | ast.LtE()], comparators=[limit]
            ) if is_clock(left) and short(limit):
                yield node.lineno
            # deadline = time.monotonic() + 10
            case ast.Assign(
                targets=[ast.Name(id="deadline")], value=ast.BinOp(left=left, op=ast.Add(), right=limit)
            ) if is_clock(left) and short(limit):
                yield node.lineno
            # def until(condition, seconds=5.0)
            case ast.FunctionDef(name=name, args=arguments) if name in WAITERS:
                defaults = arguments.defaults + [one for one in arguments.kw_defaults if one is not None]
                if any(short(default) and isinstance(default.value, float) for default in defaults):  # type: ignore[attr-defined]
                    yield node.lineno
            # process.wait(timeout=20)
            case ast.Call(func=ast.Attribute(attr="wait" | "communicate"), keywords=[ast.keyword("timeout", limit)]):
                if short(limit):
                    yield node.lineno


def test_whoever_waits_has_time() -> None:
    found, seen = [], 0
    for path in sorted(TESTS.rglob("*.py")):
        name = path.relative_to(TESTS).as_posix()
        if name in OTHERWISE or name.startswith("training/"):
            continue
        text = path.read_text()
        seen += text.count("time.monotonic()")
        found += [f"{name}:{line}" for line in impatient(ast.parse(text))]
    assert found == []
    assert seen > 50
