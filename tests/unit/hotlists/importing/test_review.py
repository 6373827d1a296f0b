"""When a new version has to wait for a person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import strategies as st

from hotlists.importing.difference import Difference
from hotlists.importing.review import reasons_to_hold
from hotlists.text.parsing import FOOTER_MISSING
from schemas.settings import HotlistSettings
from storage.hotlists.imports import ActiveVersion

rows = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3)), max_size=40)

NOW = datetime(2026, 11, 20, 6, tzinfo=UTC)


def reasons(total: int = 100, *, added: int = 0, before: int = 100, **changes: object) -> list[str]:
    difference = Difference(total, added, 0, max(0, before - total), 0, b"", (), ())
    values: dict[str, object] = {
        "rows": total,
        "declared_rows": None,
        "cut_line": None,
        "only_unknown_codes": False,
        "as_of": NOW,
        "now": NOW,
        "active": ActiveVersion(1, "ncic", before, NOW - timedelta(hours=12)),
        "settings": HotlistSettings(),
    }
    return reasons_to_hold(difference, **(values | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("total", [80, 100, 150])
def test_a_list_of_about_the_same_size_is_not_held(total: int) -> None:
    assert reasons(total) == []


@pytest.mark.parametrize(
    ("total", "changes", "words"),
    [
        (79, {}, "shrinks from 100 to 79 entries, by more than 20%"),
        (151, {}, "grows from 100 to 151 entries, by more than 50%"),
        (100, {"added": 100}, "none of its 100 entries is on the active version"),
        (100, {"declared_rows": 101}, "says that it has 101 rows, and 100 were found"),
        (100, {"declared_rows": FOOTER_MISSING}, "is missing: the file is cut off"),
        (100, {"only_unknown_codes": True}, "none of the codes of its 100 entries is known"),
        (100, {"cut_line": 101}, "ends in the middle of line 101"),
        (100, {"as_of": NOW + timedelta(days=1460)}, "dated 2030-11-19 06:00 UTC, 35040 hours ahead of the clock"),
        (100, {"as_of": NOW - timedelta(days=1)}, "content of 2026-11-19 06:00 is older than the active one"),
    ],
)
def test_what_is_suspicious_is_held_and_named(total: int, changes: dict[str, object], words: str) -> None:
    (reason,) = reasons(total, **changes)  # type: ignore[arg-type]
    assert words in reason


def test_a_first_version_has_nothing_to_differ_from() -> None:
    assert reasons(5, active=None, added=5) == []
    assert len(reasons(5, active=None, declared_rows=6)) == 1


@pytest.mark.parametrize(("before", "total"), [(3, 1), (10, 6), (2, 6)])
def test_short_lists_may_change_by_a_few_entries(before: int, total: int) -> None:
    assert reasons(total, before=before, added=max(0, total - before)) == []


def test_a_first_version_of_the_future_is_held_and_a_zone_ahead_is_not() -> None:
    assert len(reasons(5, active=None, as_of=NOW + timedelta(days=2))) == 1
    assert reasons(5, active=None, as_of=NOW + timedelta(hours=26)) == []


def test_a_version_of_the_future_that_is_active_keeps_no_file_out() -> None:
    assert reasons(active=ActiveVersion(1, "ncic", 100, NOW + timedelta(days=1460))) == []


@pytest.mark.parametrize(("total", "held"), [(5, True), (6, False), (14, False), (15, True)])
def test_as_many_entries_more_or_less_as_the_settings_say_are_enough_to_be_held(total: int, held: bool) -> None:
    settings = HotlistSettings(max_shrink=0.01, max_grow=0.01, min_change=5)
    assert bool(reasons(total, before=10, settings=settings)) is held


@pytest.mark.parametrize(
    ("before", "total", "held"), [(19, 19, False), (20, 19, False), (19, 20, False), (20, 20, True)]
)
def test_lists_of_twenty_entries_have_some_in_common_with_the_version_before(
    before: int, total: int, held: bool
) -> None:
    assert bool(reasons(total, before=before, added=total)) is held
    assert reasons(total, before=before, added=total - 1) == []


def test_short_lists_of_unknown_codes_are_not_held_for_them() -> None:
    assert reasons(19, before=19, only_unknown_codes=True) == []
    assert len(reasons(20, before=20, only_unknown_codes=True)) == 1


def test_content_of_the_same_date_is_not_older_and_a_second_before_is() -> None:
    active = ActiveVersion(1, "ncic", 100, NOW - timedelta(hours=12))
    assert reasons(as_of=NOW - timedelta(hours=12), active=active) == []
    assert len(reasons(as_of=NOW - timedelta(hours=12, seconds=1), active=active)) == 1
    assert len(reasons(as_of=NOW - timedelta(hours=1), active=ActiveVersion(1, "ncic", 100, NOW))) == 1


def test_an_active_version_without_a_date_is_older_than_none() -> None:
    assert reasons(active=ActiveVersion(1, "ncic", 100, None)) == []
    assert reasons(as_of=None) == []


def test_rows_of_a_footer_that_are_too_few_are_held_as_well() -> None:
    assert len(reasons(100, declared_rows=99)) == 1
    assert reasons(100, declared_rows=100) == []


def test_everything_that_is_suspicious_is_said() -> None:
    found = reasons(50, cut_line=50, declared_rows=100, as_of=NOW - timedelta(days=9))
    assert [reason.split()[0] for reason in found] == ["the", "the", "its", "it"]
    assert len(found) == 4
