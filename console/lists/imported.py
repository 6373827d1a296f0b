"""What a page keeps of an import that is over: little, since a list may have millions of rows that cannot be used."""

from __future__ import annotations

from dataclasses import dataclass

from operations.hotlists.importing import ListImport


@dataclass(frozen=True, slots=True)
class Imported:
    """A list that became active, and what changed by that."""

    hotlist_id: str
    total: int
    added: int
    changed: int
    removed: int

    @classmethod
    def of(cls, done: ListImport) -> Imported:
        """Return what is kept of an import that was no dry run."""
        outcome = done.report.outcome
        if outcome is None:
            return cls(done.report.hotlist_id, done.report.survey.entries, 0, 0, 0)
        return cls(done.report.hotlist_id, outcome.total, outcome.added, outcome.changed, outcome.removed)
