"""When a version is not made active by itself: what a person has to look at first."""

from __future__ import annotations

from datetime import datetime, timedelta

from hotlists.importing.difference import Difference
from hotlists.text.parsing import FOOTER_MISSING
from schemas.settings import HotlistSettings
from storage.hotlists.imports import ActiveVersion

MANY_ENTRIES = 20
"""Lists with fewer entries may have none in common with the version before."""


MOST_AHEAD = timedelta(hours=26)
"""So far ahead of the clock may a list be dated: a header without a zone is taken as UTC, and clocks differ."""


def reasons_to_hold(
    difference: Difference,
    *,
    rows: int,
    declared_rows: int | None,
    cut_line: int | None,
    only_unknown_codes: bool,
    as_of: datetime | None,
    now: datetime,
    active: ActiveVersion | None,
    settings: HotlistSettings,
) -> list[str]:
    """Return what is suspicious about a new version, in words; nothing where it may become active.

    Args:
        difference: The version beside the active one.
        rows: Rows of the file.
        declared_rows: Rows that its footer names; None: it has none, `FOOTER_MISSING`: it should have one.
        cut_line: The last line, where the file seems to end in its middle.
        only_unknown_codes: Whether no row of a layout with codes of its own has one that is known.
        as_of: Date of its content.
        now: The time, aware.
        active: The version in force; None for the first one.
        settings: The shares that are let pass.
    """
    found = []
    if cut_line is not None:
        found.append(f"the file ends in the middle of line {cut_line}: it is cut off")
    if declared_rows == FOOTER_MISSING:
        found.append("the line with the number of records, which ends such a list, is missing: the file is cut off")
    elif declared_rows is not None and declared_rows != rows:
        found.append(f"the file says that it has {declared_rows} rows, and {rows} were found")
    if only_unknown_codes and difference.total >= MANY_ENTRIES:
        found.append(
            f"none of the codes of its {difference.total} entries is known: it may be a list of another layout"
        )
    if as_of is not None and as_of > now + MOST_AHEAD:
        found.append(
            f"its content is dated {as_of:%Y-%m-%d %H:%M} UTC, {(as_of - now) / timedelta(hours=1):.0f} hours ahead of "
            "the clock, and would keep every later file out; give its true date (--as-of), or set the clock right"
        )
    if active is None:
        return found
    # A date that has not come yet says nothing about files that came since.
    if as_of is not None and active.as_of is not None and as_of < active.as_of <= now:
        found.append(
            f"its content of {as_of:%Y-%m-%d %H:%M} is older than the active one's of {active.as_of:%Y-%m-%d %H:%M} UTC"
        )
    return found + _size_reasons(difference, active.entries, settings)


def _size_reasons(difference: Difference, before: int, settings: HotlistSettings) -> list[str]:
    after = difference.total
    if abs(after - before) >= settings.min_change:
        if after < before * (1 - settings.max_shrink):
            return [f"it shrinks from {before} to {after} entries, by more than {settings.max_shrink:.0%}"]
        if after > before * (1 + settings.max_grow):
            return [f"it grows from {before} to {after} entries, by more than {settings.max_grow:.0%}"]
    if min(before, after) >= MANY_ENTRIES and difference.added == after:
        return [f"none of its {after} entries is on the active version: it may be another list"]
    return []
