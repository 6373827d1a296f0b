"""Small wrong changes of SQL: one condition, bound, order, join or lock of a statement."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from benchmarks.biting.code import whole
from storage import sql

_RULES = (
    (r"<=(?!>)", "<"),
    (r"(?<![<>=!-])<(?![=>@])", "<="),
    (r">=", ">"),
    (r"(?<![<=>@-])>(?![=>])", ">="),
    (r"\bis not null\b", "is null"),
    (r"\bis null\b", "is not null"),
    (r"\bnot (in|exists)\b", r"\1"),
    (r"\bdesc\b", "asc"),
    (r"\border by [^\n)]*", ""),
    (r"\blimit (%\(\w+\)s|\d+)", ""),
    (r"\bfor (no key )?(update|share)( of \w+)?( skip locked| nowait)?", ""),
    (r"\bdistinct( on \([^)]*\))?", ""),
    (r"\bleft join\b", "join"),
    (r"\bmin\(", "max("),
    (r"\bmax\(", "min("),
    (r"\bgreatest\(", "least("),
    (r"\bleast\(", "greatest("),
    (r"\btrue\b", "false"),
    (r"\bfalse\b", "true"),
    (r"\n\s*(and|or) [^\n]*", ""),
    (r" and ([a-z_.]+ (=|<>|is|<|>|<=|>=) [%a-z_.()0-9']+)(?=\s|\)|$)", ""),
    (r"\band\b(?! \d)", "or"),
    (r"\bon conflict do nothing\b", ""),
    (r"\bcoalesce\(([^,()]+), [^()]+\)", r"\1"),
)
_PART = re.compile(r"^-- (?:name|fragment): (\w+)\n", re.MULTILINE)
_AROUND = 50


@dataclass(frozen=True, slots=True)
class SqlChange:
    """One change of a file of statements."""

    path: Path
    kind: str
    first_line: int
    before: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.first_line} [{self.kind}] {self.before}"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A module's statements: where it has them, and the names of their files."""

    module: Path
    variable: str
    names: tuple[str, ...]

    def statements(self, change: SqlChange) -> dict[str, bytes]:
        """Return the statements as they are with a change of one of their files."""
        real, changed = Path.read_text, whole(change.path)

        def read_text(path: Path, *arguments: str, **options: str) -> str:
            return change.text if whole(path) == changed else real(path, *arguments, **options)

        with mock.patch.object(Path, "read_text", read_text):
            return sql.load_queries(*self.names)


def changes_of_statements(path: Path) -> list[SqlChange]:
    """Return all small wrong changes of a file of statements.

    Args:
        path: The file.
    """
    text = path.read_text(encoding="utf-8")
    parts = [(part.start(), part.end(), part[1]) for part in _PART.finditer(text)]
    ends = [start for start, _, _ in parts[1:]] + [len(text)]
    found: dict[str, SqlChange] = {}
    for (_, begin, name), end in zip(parts, ends, strict=True):
        for at, changed, what in _changed(text, begin, end):
            if changed != text and not text[text.rfind("\n", 0, at) + 1 :].lstrip().startswith("--"):
                before = " ".join(text[max(begin, at - _AROUND) : at + _AROUND].split())
                kind = f"{name}: {' '.join(what.split())}"
                found.setdefault(changed, SqlChange(path, kind, text.count("\n", 0, at) + 1, before, changed))
    return list(found.values())


def _changed(text: str, begin: int, end: int) -> Iterator[tuple[int, str, str]]:
    for pattern, replacement in _RULES:
        for match in re.compile(pattern).finditer(text, begin, end):
            instead = match.expand(replacement)
            at = match.start() + len(match[0]) - len(match[0].lstrip())
            yield at, text[: match.start()] + instead + text[match.end() :], f"{match[0]} -> {instead or 'dropped'}"


def loaded_from(path: Path) -> list[Loaded]:
    """Return who loads the statements of a file.

    Args:
        path: The file, below storage/.
    """
    name = path.with_suffix("").relative_to("storage").as_posix()
    found = []
    for module in sorted(Path("storage").rglob("*.py")):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            match node:
                case ast.Assign(
                    targets=[ast.Name(id=variable)], value=ast.Call(func=ast.Name(id="load_queries"), args=arguments)
                ):
                    names = tuple(ast.literal_eval(argument) for argument in arguments)
                    if name in names:
                        found.append(Loaded(module, variable, names))
    return found
