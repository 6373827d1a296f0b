"""Spans of time begin with their first moment and end before their last one, in whatever is asked of the database.

What lies on a bound is then in one of two spans that follow each other, and never in both or in none: a report's
months, a search's days, what a second look takes up where the first one ended.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

STORAGE = Path(__file__).resolve().parents[3] / "storage"
BOUND = re.compile(r"(\S+)\s*([<>]=?)\s*\(?%\((since|until|begin|end|back_to)\)s")
RIGHT = {"since": ">=", "begin": ">=", "back_to": ">=", "until": "<", "end": "<"}
OTHERS = {
    "alerts/changes.between": "numbers of changes: behind what was seen, up to the last one",
    "alerts/changes.since": "what changed after what was seen",
    "alerts/stale.stale": "what became of it after it was looked at",
    "cameras/states.end_hours": "what lies before",
    "reads/search.reads_searched": "hours that overlap with a span",
    "sharing/foreign.lately": "a sliding window: how many came lately",
    "sharing/questions.asked_lately": "a sliding window: how many were asked lately",
}


def statements() -> Iterator[tuple[str, str, str]]:
    """Yield the statements of storage: of which file, its name, and its text without comments."""
    for file in sorted(STORAGE.rglob("*.sql")):
        if "migrations" in file.parts:
            continue
        subject = str(file.relative_to(STORAGE).with_suffix(""))
        for part in re.split(r"^-- (?=name:|fragment:)", file.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
            name, _, text = part.partition("\n")
            yield subject, name.split()[-1], re.sub(r"--.*", "", text)


def test_spans_hold_their_first_moment_and_not_their_last() -> None:
    found = [
        (f"{subject}.{name}", f"{left} {sign} {bound}")
        for subject, name, text in statements()
        for left, sign, bound in BOUND.findall(text)
    ]
    otherwise = {name for name, words in found if not words.endswith(tuple(f"{RIGHT[b]} {b}" for b in RIGHT))}
    assert otherwise == OTHERS.keys()
    assert len(found) > 100


def test_spans_that_have_an_end_have_a_beginning() -> None:
    # A month of a report with all that came before, where the line was dropped.
    alone = set()
    for subject, name, text in statements():
        bounds = [bound for _, _, bound in BOUND.findall(text)]
        if bounds.count("until") > bounds.count("since") + bounds.count("back_to"):
            alone.add(f"{subject}.{name}")
    # What lists held at the end of a report's time, and changes by number.
    assert alone == {"reporting.lists", "reporting.list_count", "alerts/changes.between"}
