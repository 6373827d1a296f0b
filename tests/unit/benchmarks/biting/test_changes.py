"""Small wrong changes: what they are, that each is one, and that those that a test notices are told from the others."""

from __future__ import annotations

import ast
import gc
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.biting.code import changes_of_code
from benchmarks.biting.making import make
from benchmarks.biting.statements import changes_of_statements, loaded_from

MODULE = '''
LIMIT = 3


def fits(count: int, names: list[str], *, most: int = 5) -> bool:
    """Tell whether it fits."""
    if count <= most and names:
        log.info("%d fit", count)
        return True
    with lock:
        names.append("one")
    return sorted(names, reverse=True)[:2] == []
'''
EXPECTED = {
    "comparison 1": {"count < most", "sorted(names, reverse=True)[:2] != []"},
    "and/or": {"if count <= most or names:"},
    "operand 1 dropped": {"if names:"},
    "operand 2 dropped": {"if count <= most:"},
    "condition always True": {"if True:"},
    "condition always False": {"if False:"},
    "constant": {"return False", "sorted(names, reverse=False)", "[:3]"},
    "with dropped": {"\n    names.append('one')\n"},
    "call dropped": {"with lock:\n        pass"},
    "keyword reverse dropped": {"sorted(names)[:2]"},
    "function dropped": {"return names[:2]"},
    "upper bound dropped": {"sorted(names, reverse=True)[:]"},
}
STATEMENTS = """-- name: oldest
-- Those that nobody took, and not <= all.
select note
from notes
where
    taken_at is null
    and made_at < %(before)s
order by note_id
limit %(limit)s
for update skip locked

-- name: all
select distinct note from notes
"""


def test_each_change_of_code_is_made_once_and_nothing_else_is_changed(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text(MODULE)
    plain = ast.unparse(ast.parse(MODULE))
    found: dict[str, list[str]] = {}
    for change in changes_of_code(tmp_path / "module.py"):
        found.setdefault(change.kind, []).append(ast.unparse(change.changed()))
    assert found.keys() == EXPECTED.keys()
    for kind, texts in EXPECTED.items():
        assert len(found[kind]) == len(texts)
        for text in texts:
            assert text not in plain
            assert sum(text in changed for changed in found[kind]) == 1
    # Neither a constant of the module, nor a default, nor what is logged.
    assert all("LIMIT = 3" in one and "most: int=5" in one for changed in found.values() for one in changed)


def test_each_change_of_a_statement_is_one_and_spares_comments(tmp_path: Path) -> None:
    path = tmp_path / "notes.sql"
    path.write_text(STATEMENTS)
    changes = {change.kind: change for change in changes_of_statements(path)}
    assert set(changes) == {
        "oldest: is null -> is not null",
        "oldest: < -> <=",
        "oldest: order by note_id -> dropped",
        "oldest: limit %(limit)s -> dropped",
        "oldest: for update skip locked -> dropped",
        "oldest: and made_at < %(before)s -> dropped",
        "oldest: and -> or",
        "all: distinct -> dropped",
    }
    assert changes["oldest: < -> <="].text == STATEMENTS.replace("made_at <", "made_at <=")
    assert changes["oldest: < -> <="].first_line == 7


def test_a_file_of_statements_knows_who_loads_it_and_gives_them_its_change() -> None:
    path = Path("storage/alerts/outbox.sql")
    (place,) = loaded_from(path)
    assert place.module == Path("storage/alerts/outbox.py")
    change = next(one for one in changes_of_statements(path) if one.kind.startswith("take: order by"))
    assert b"order by" not in place.statements(change)["take"]


def test_a_change_is_made_also_where_a_test_has_frozen_what_the_collector_knows(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text("def added(one, other):\n    return one + other\n")
    names: dict[str, Any] = {}
    exec(compile(path.read_text(), path, "exec"), names)
    (change,) = (one for one in changes_of_code(path) if one.kind == "arithmetic")
    gc.freeze()
    assert make(change, [])
    assert names["added"](3, 2) == 1


def test_what_tests_notice_is_told_from_what_they_do_not() -> None:
    command = [sys.executable, "-m", "benchmarks.biting", "schemas/plates.py", "--count", "4"]
    done = subprocess.run(
        [*command, "--tests", "tests/unit/schemas/test_plates.py"], capture_output=True, text=True, check=True
    )
    noticed, tried = (int(word) for word in done.stdout.split("noticed ")[1].split(" (")[0].split(" of "))
    assert tried == 4
    assert noticed + done.stdout.count("survived: ") == tried
    assert noticed > 0
