"""Whatever is read as a list says in which order: without that, rows come as they lie, until somebody writes one anew.

What the orders are is tried with rows in tests/integration/storage/test_order_and_most.py and beside it; here nothing
is left out, also of what is written tomorrow.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

STORAGE = Path(__file__).resolve().parents[3] / "storage"
LISTS = ("all", "scalars", "stream")
# Become a set or a mapping, or are put in order by whoever asks.
AS_THEY_LIE = {
    "cars/cars.others",
    "alerts/dispositions.canceled",
    "alerts/known.newest",
    "alerts/known.open_chains",
    "alerts/known.raised_hits",
    "alerts/known.sightings",
    "alerts/known.stored_hits",
    "alerts/storms.held_keys",
    "analyses/analyses.passes",
    "backup/tables.sequences",
    "cameras/figures.by_time",
    "cameras/figures.traffic",
    "cameras/pictures.taken_at",
    "cameras/states.hours",
    "cameras/states.hours_between",
    "cameras/states.quarantined",
    "hotlists/changes.active_versions",
    "hotlists/edits.digests",
    "hotlists/edits.forget_withdrawals",
    "hotlists/edits.withdrawn_by",
    "hotlists/history.count_by_category",
    "hotlists/history.count_by_state",
    "hotlists/history.count_changes",
    "hotlists/history.entries_at",
    "hotlists/history.partial_plates",
    "hotlists/imports.withdrawn",
    "hotlists/lists.active_entries",
    "reads/past.active_lists",
    "reads/past.reads",
    "reads/pictures.keys_of_reads",
    "reads/revisions.newest_keys",
    "reads/search.corrected_ids",
    "reads/search.look_alike_plates",
    "reads/search.makes_between",
    "reads/search.plates",
    "remains/remains.expiring_messages",
    "remains/remains.expiring_pictures",
    "remains/remains.expiring_texts",
    "remains/remains.held_texts",
    "remains/remains.wholes",
    "remains/remains.with_statistics",
    "sharing/deliveries.unsent_of",
    "sharing/deliveries.was_released",
    "sharing/foreign.known",
    "sharing/foreign.offsets",
    "sharing/list_offers.counts",
    "sharing/list_offers.stale_lists",
}


def statements_of(file: Path) -> dict[str, str]:
    parts = re.split(r"^-- name:", file.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    found = {}
    for part in parts:
        name, _, text = part.partition("\n")
        found[name.split()[0]] = re.sub(r"--.*", "", text.split("-- fragment:")[0])
    return found


def read_as_lists() -> Iterator[tuple[str, str]]:
    """Yield what is read as a list: its subject and name, and its text."""
    for file in sorted(STORAGE.rglob("*.py")):
        code = file.read_text(encoding="utf-8")
        subjects = re.findall(r'"([^"]+)"', next(iter(re.findall(r"load_queries\(([^)]*)\)", code)), ""))
        known = {
            name: (f"{subject}.{name}", text)
            for subject in subjects
            for name, text in statements_of(STORAGE / f"{subject}.sql").items()
        }
        for node in ast.walk(ast.parse(code)):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in LISTS
                and ast.unparse(node.func.value) == "statements"
            ):
                for part in ast.walk(node.args[1]):
                    if isinstance(part, ast.Constant) and part.value in known:
                        yield known[part.value]


def outermost(text: str) -> str:
    """Return a statement without what stands in brackets."""
    while (shorter := re.sub(r"\([^()]*\)", "", text)) != text:
        text = shorter
    return text


def test_every_list_is_in_an_order() -> None:
    found = dict(read_as_lists())
    assert len(found) > 100
    without = {name for name, text in found.items() if "order by" not in outermost(text)}
    assert without == AS_THEY_LIE
