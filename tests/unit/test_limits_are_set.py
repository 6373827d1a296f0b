"""Whatever waits ends, and whatever is taken has a most: each limit of the code lies where a limit of its kind can lie.

How each is kept is tested where it is used. This notices one that was taken away or is in another unit, also for what
is written tomorrow: a minute is long for whoever waits, and what takes longer stands here with its reason.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
ROOMS = (
    "alerts",
    "hotlists",
    "ingest",
    "matcher",
    "operations",
    "pipeline",
    "policy",
    "services",
    "sharing",
    "storage",
)

LONG = {
    "AGAIN_SECONDS": 3600,
    "ANEW_SECONDS": 600,  # a car's lists whole again, over a mobile network
    "AT_LEAST_SECONDS": 600,
    "CURED_SECONDS": 600,
    "DEEP_SECONDS": 300,
    "FORGET_SECONDS": 3600,
    "FORMAT_TIMEOUT_SECONDS": 120,  # Java on a slow disk
    "GIVEN_UP_SECONDS": 2 * 86_400,  # a car's picture that began to come: it may be out of reach for a day
    "HOUSEKEEPING_SECONDS": 3600,
    "KEPT_SECONDS": 900,  # somebody signs in again, perhaps at their agency's directory
    "LOCK_TIMEOUT_MS": 300_000,  # another process's migration
    "LONGEST_PATIENCE_SECONDS": 300,
    "LONGEST_RETRY_SECONDS": 900,
    "MOST_SECONDS": 600,  # a question to a neighbor, who may be slow
    "OLDER_SECONDS": 600,  # a server of before may be a newer one by now
    "OUTAGE_SECONDS": 3600,  # a car that is known sends on while the database is away
    "QUIET_RECORD_SECONDS": 600,
    "QUIET_SECONDS": 3600,  # an alarm stands for an hour after its cause
    "REMEMBERED_SECONDS": 3600,  # what went of a car's lists, for a matcher that is behind
    "_REMEMBER_SECONDS": 300,  # Java at its leisure, on a busy machine
    "SIGNED_WITHIN_SECONDS": 300,  # clocks that differ
    "SILENT_SECONDS": 180,
    "START_TIMEOUT_SECONDS": 600,  # a database that has its journal to read
    "SWEEP_AGAIN_SECONDS": 3600,
}
MANY = {
    "LEAST_FREE_BYTES": 1 << 30,
    "MAX_PICTURE_PIXELS": 50_000_000,
    "MAX_PIXELS": 100_000_000,
    "MAX_VALUES": 200_000,
    "MOST_INTEGER": 2**31 - 1,
    "MOST_IN_MEMORY": 192 << 20,
    "MOST_PACKAGE_BYTES": 1 << 30,  # on the disk
    "MOST_PAIRS": 30_000_000,  # numbers alone
    "MOST_PASSES": 1_000_000,
    "MOST_PIXELS": 40_000_000,
    "_LONGEST_PASS": 86_400_000,
    "_MAX_BASE64": 48 << 20,
    "_MOST_REVISION": 2**31 - 1,
    "_READ_AT_ONCE": 1 << 20,
}
SIZES = r"(?:\w*SECONDS|\w*BYTES)"
KINDS = (
    (re.compile(r"_?(?:\w+_)?SECONDS"), 60, LONG),
    (re.compile(r"_?(?:\w+_)?(?:MS|MILLISECONDS)"), 60_000, LONG),
    (re.compile(r"_?(?:\w+_)?BYTES(?:_AT_ONCE)?"), 512 << 20, MANY),
    (re.compile(rf"_?(?:MOST|MAX|LONGEST)_(?!{SIZES})\w+|\w+_(?:AT_ONCE|LIMIT|ATTEMPTS|ROWS)"), 100_000, MANY),
)
HTTP_CLIENTS = ("httpx.Client", "OAuth2Client")
HTTP_ALONE = r"httpx\.(?:get|post|put|patch|delete|head|options|request|stream)|(?:\w+\.)*urlopen"
WAITS = ("create_connection", "urlopen", "communicate", "SMTP", "SMTP_SSL")


@cache
def trees() -> dict[str, ast.Module]:
    """The code of the rooms, by the files' names."""
    files = [file for room in ROOMS for file in sorted((REPOSITORY / room).rglob("*.py"))]
    return {str(file.relative_to(REPOSITORY)): ast.parse(file.read_text(encoding="utf-8")) for file in files}


def constants(tree: ast.Module) -> Iterator[tuple[str, float]]:
    """Yield the numbers of a file that have a name."""
    for statement in tree.body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                number = number_of(value)
                if number is not None:
                    yield name, number


def number_of(value: ast.expr) -> float | None:
    match value:
        case ast.Constant(value=int() | float() as number):
            return number
        case ast.BinOp(left=left, op=operator, right=right):
            first, second = number_of(left), number_of(right)
            if first is None or second is None:
                return None
            match operator:
                case ast.LShift():
                    return int(first) << int(second)
                case ast.Mult():
                    return first * second
                case ast.Pow():
                    return float(first**second)
                case ast.Sub():
                    return first - second
    return None


def test_every_limit_lies_where_one_of_its_kind_can_lie() -> None:
    beyond, seen = [], 0
    for file, tree in trees().items():
        for name, number in constants(tree):
            for pattern, most, more in KINDS:
                if pattern.fullmatch(name):
                    seen += 1
                    if not 0 < number <= more.get(name, most):
                        beyond.append(f"{file}: {name} = {number:g}")
                    break
    assert beyond == []
    assert seen > 200


def test_whatever_waits_for_others_says_how_long() -> None:
    without = []
    for file, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and waits_for_ever(node):
                without.append(f"{file}: line {node.lineno}")
    assert without == []


def test_whoever_asks_by_http_has_a_deadline_for_the_whole_of_it() -> None:
    without, clients = [], 0
    for file, tree in trees().items():
        names = [ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]
        made = sum(name in HTTP_CLIENTS for name in names)
        clients += made
        # Without a client there is none: `httpx.get` and its like are not used.
        if made > names.count("Deadline") or any(re.fullmatch(HTTP_ALONE, name) for name in names):
            without.append(file)
    assert without == []
    assert clients >= 7


def waits_for_ever(call: ast.Call) -> bool:
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    if any("timeout" in str(name) and ast.unparse(value) == "None" for name, value in given.items()):
        return True
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    # By position, or within **options, it may be given, too.
    is_given = "timeout" in given or None in given or (name == "create_connection" and len(call.args) > 1)
    return name in WAITS and not is_given
