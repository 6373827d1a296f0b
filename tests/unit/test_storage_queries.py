"""Named SQL and the code that uses it name the same statements."""

from __future__ import annotations

import re

import pytest

from storage.sql import FOLDER, load_queries

NAMES = sorted(
    path.relative_to(FOLDER).with_suffix("").as_posix()
    for path in FOLDER.rglob("*.sql")
    if path.parent.name != "migrations"
)


@pytest.mark.parametrize("name", NAMES)
def test_every_statement_is_used(name: str) -> None:
    code = (FOLDER / f"{name}.py").read_text()
    queries = load_queries(name)
    assert queries
    for statement, text in queries.items():
        # `delete_...` of retention are named by their kind.
        assert re.search(rf'"({statement}|{statement.removeprefix("delete_")})"', code), statement
        assert text


@pytest.mark.parametrize("name", NAMES)
def test_every_statement_that_is_used_exists(name: str) -> None:
    code = (FOLDER / f"{name}.py").read_text()
    assert set(re.findall(r'_SQL\["(\w+)"\]', code)) <= set(load_queries(name))
