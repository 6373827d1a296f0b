"""No page tells somebody to type an option of the command line."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.wording import in_words

REPOSITORY = Path(__file__).resolve().parents[3]
ROOMS = ("operations", "policy", "sharing", "hotlists", "alerts", "storage/alerts", "storage/hotlists", "storage/reads")
"""Whose errors and alarms pages show."""
HINT = re.compile(r"(?<![\w-])--[a-z]|platewatch [a-z]")
NO_ERRORS = {
    "--key": "where its key stands among a verifier's arguments",
    "--key-file": "what a key's file is named by",
    "platewatch car lists\x00X\x00X": "what a key is derived for",
    "platewatch car sign-on v1": "what is sealed, for whoever opens it",
    "platewatch alerts show X": "the end of a message that goes to an officer",
    "run: platewatch topics create": "said to whoever starts a program; no page can do it",
    "stop what publishes to it, have what is in it consumed, since plates go to other partitions from then on, and run"
    ": kafka-topics.sh --alter --topic X --partitions X": "the broker's own program",
}
FORMAT = re.compile(r"platewatch [a-z ]+ \d")
"""The first line of a file."""
REINSTALL = "; install platewatch again"


def texts_of(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the texts of a module with their lines; X stands for what is put into one. Documentation is none."""

    def walk(node: ast.AST) -> Iterator[tuple[int, str]]:
        match node:
            case ast.Expr(value=ast.Constant()):
                return
            case ast.JoinedStr(values=values):
                parts = [str(one.value) if isinstance(one, ast.Constant) else "X" for one in values]
                yield node.lineno, "".join(parts)
            case ast.Constant(value=str(text)):
                yield node.lineno, text
            case _:
                for inner in ast.iter_child_nodes(node):
                    yield from walk(inner)

    yield from walk(tree)


def hints() -> Iterator[tuple[str, str]]:
    """Yield what operations, and what they call, say of the command line, with where."""
    for room in ROOMS:
        for path in sorted((REPOSITORY / room).rglob("*.py")):
            for line, text in texts_of(ast.parse(path.read_text("utf-8"))):
                is_said = HINT.search(text.replace(REINSTALL, "")) and text not in NO_ERRORS
                if is_said and not FORMAT.fullmatch(text):
                    yield f"{path.relative_to(REPOSITORY)}:{line}", text


def test_no_error_that_an_operation_raises_tells_a_page_of_an_option() -> None:
    found = list(hints())
    assert [(place, text) for place, text in found if HINT.search(in_words(text))] == []
    assert len(found) > 60
    assert any("--" in text for _, text in found)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("a search needs the time (--since)", "a search needs the time"),
        ("a camera (--camera), an area (--area) or its color", "a camera, an area or its color"),
        ("like 'cars' (--purpose; platewatch law show)", "like 'cars'"),
        ("no storm 3 stands; see platewatch alerts held", "no storm 3 stands"),
        ("no alert 7; see platewatch alerts. alerts end as reads do", "no alert 7. alerts end as reads do"),
        ("no file (yet); send one", "no file (yet); send one"),
        ("it is missing; say what for (--purpose). it is kept", "it is missing; say what for. it is kept"),
        ("say 'x (y)' (FBI)", "say 'x (y)' (FBI)"),
        ("no time (--since, --days) or number (--warrant)", "no time or number"),
    ],
)
def test_the_rest_of_what_is_said_stays(said: str, shown: str) -> None:
    assert in_words(said) == shown


def test_whatever_somebody_types_takes_no_time() -> None:
    for text in ("(" * 4000, "(-" * 2000, "()" * 2000 + "--", "; see platewatch " * 200, "(--" * 1300):
        assert isinstance(in_words(text), str)
