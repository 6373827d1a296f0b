"""Named SQL and the code that uses it name the same statements and fragments."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from storage import sql
from storage.sql import FOLDER, load_queries

NAMES = sorted(
    path.relative_to(FOLDER).with_suffix("").as_posix()
    for path in FOLDER.rglob("*.sql")
    if path.parent.name != "migrations"
)
CODE = {path: path.read_text() for path in sorted(FOLDER.rglob("*.py"))}
LOADS = [
    pytest.param(path, variable, re.findall(r'"([\w/]+)"', names), id=f"{path.relative_to(FOLDER)}:{variable}")
    for path, text in CODE.items()
    for variable, names in re.findall(r"^(_\w+) = load_queries\((.*?)\)", text, re.MULTILINE | re.DOTALL)
]


@pytest.mark.parametrize("name", NAMES)
def test_every_statement_is_used(name: str) -> None:
    code = "\n".join(text for text in CODE.values() if f'"{name}"' in text)
    for statement, text in load_queries(name).items():
        # `delete_...` of retention are named by their kind.
        assert re.search(rf'"({statement}|{statement.removeprefix("delete_")})"', code), statement
        assert text


@pytest.mark.parametrize(("path", "variable", "names"), LOADS)
def test_every_statement_that_is_used_exists(path: Path, variable: str, names: list[str]) -> None:
    assert set(re.findall(rf'{variable}\["(\w+)"\]', CODE[path])) <= set(load_queries(*names))


@pytest.mark.parametrize(("path", "variable", "names"), LOADS)
def test_every_name_in_braces_is_a_fragment_or_filled_in_by_psycopg(
    path: Path, variable: str, names: list[str]
) -> None:
    left = {place for text in load_queries(*names).values() for place in re.findall(r"\{(\w+)\}", text.decode())}
    assert all(f"{place}=" in CODE[path] for place in left), left


def test_a_fragment_is_put_in_where_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql, "FOLDER", tmp_path)
    (tmp_path / "own.sql").write_text("-- name: some\nselect {columns} from {table} where {mine}\n")
    (tmp_path / "shared.sql").write_text(
        "-- fragment: columns\na,\nb\n\n-- fragment: mine\n{columns} = {c}\n\n-- name: other\n-- Why.\nselect 1\n"
    )
    assert load_queries("own", "shared") == {
        "some": b"select a,\nb from {table} where a,\nb = {c}",
        "other": b"-- Why.\nselect 1",
    }


def test_two_statements_of_one_name_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql, "FOLDER", tmp_path)
    for name in ("one", "two"):
        (tmp_path / f"{name}.sql").write_text("-- name: same\nselect 1\n")
    with pytest.raises(ValueError, match=r"two\.sql: there is a name 'same' already"):
        load_queries("one", "two")
