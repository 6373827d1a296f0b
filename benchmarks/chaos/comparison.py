"""What is wrong with the books: against an undisturbed run's, with the audit, on disk, and at the neighbor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from benchmarks.chaos.books import Books
from benchmarks.chaos.installation.commands import Attempt
from benchmarks.chaos.installation.listener import Listener

_CITED = 5


def differences(books: Books, reference: Books) -> dict[str, list[str]]:
    """Compare two books row by row.

    Returns:
        By book: what is missing, more than it should be, or left over, each with its id.
    """
    found: dict[str, list[str]] = {}
    for name, rows in books.rows.items():
        missing, extra = reference.rows[name] - rows, rows - reference.rows[name]
        found[name] = [f"missing: {row}" for row in sorted(missing.elements())]
        found[name] += [f"not in the undisturbed run, or double: {row}" for row in sorted(extra.elements())]
    found |= books.leftovers
    return {name: rows for name, rows in found.items() if rows}


def picture_faults(books: Books) -> list[str]:
    """Return pictures that rows name and that are not there."""
    return [f"no such picture: {key}" for key in sorted(books.named_pictures - books.kept_pictures)]


def orphans(books: Books) -> list[str]:
    """Return files of the image store that no row names: a kill came between picture and commit."""
    return sorted([*(books.kept_pictures - books.named_pictures), *books.unfinished_files])


def audit_faults(books: Books, attempts: Sequence[Attempt], *, machines: int = 1) -> list[str]:
    """Hold the audit against the commands that were given.

    Args:
        books: What was recorded.
        attempts: The commands.
        machines: How many have a configuration of their own; where it is one, its settings stand there once.

    A command that said that it was done stands there once. One that failed or was killed may: its answer was lost, or
    the work was never done. What a version or a withdrawal is there for stands there exactly as often.
    """
    rows = Counter((action, origin.rpartition("process ")[2]) for action, origin, _ in books.audit)
    faults: list[str] = []
    for attempt in (one for one in attempts if one.action):
        times = rows.pop((attempt.action, str(attempt.pid)), 0)
        # A withdrawal that had been done already is refused, and refusals of it are not written down.
        wanted = (1,) if attempt.code == 0 else (0, 1)
        if times not in wanted:
            faults.append(f"{attempt.action} by process {attempt.pid} (exit code {attempt.code}): {times} audit rows")
    imports = Counter(file for action, _, file in books.audit if action == "import")
    versions = Counter[str]()
    for row, count in books.rows["list versions"].items():
        _, _, file_and_kind = row.partition(" ")
        file, _, kind = file_and_kind.rpartition(" ")
        if kind == "import":
            versions[file] += count
    faults += [f"list version of {name}: no audit row" for name in sorted((versions - imports).elements())]
    faults += [f"audit row of an import of {name}: no list version" for name in sorted((imports - versions).elements())]
    withdrawn = sum(action == "withdraw" for action, _, _ in books.audit)
    if withdrawn != sum(books.rows["withdrawals"].values()):
        faults.append(f"{withdrawn} audit rows of withdrawals, {sum(books.rows['withdrawals'].values())} withdrawals")
    settings = sum(action == "settings_changed" for action, _, _ in books.audit)
    if settings != 1 and machines == 1:
        faults.append(f"{settings} audit rows of the settings, expected 1")
    return faults


def neighbor_faults(alerts: Collection[str], listener: Listener) -> list[str]:
    """Hold what a neighbor printed against the alerts that are for it."""
    faults = [f"printed twice: {one}" for one in listener.doubles]
    faults += [f"not printed: {one}" for one in sorted(alerts) if not listener.has(one)]
    return faults + [f"printed, and not for it: {one}" for one in sorted(set(listener.printed) - set(alerts))]


def refusal_faults(books: Books, listener: Listener, camera_id: str) -> list[str]:
    """Return what a partner got that its agreement, about one camera's alerts, refuses, or did not get."""
    faults = [f"refused by the agreement, and delivered: {one}" for one in listener.not_of(camera_id)]
    shared = sum(books.rows["outbox to the partner"].values())
    return faults + ([] if 0 < shared < len(books.alerts) else [f"{shared} of {len(books.alerts)} alerts were shared"])


def cited(rows: Iterable[str]) -> str:
    """Return the first ones, and how many there are beside."""
    some = list(rows)
    more = [f"and {len(some) - _CITED} more"] if len(some) > _CITED else []
    return "; ".join([*some[:_CITED], *more])
