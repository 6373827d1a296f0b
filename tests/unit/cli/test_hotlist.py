"""What an entry that is added by hand may be called, and listed for."""

from __future__ import annotations

import pytest
import typer

from cli.hotlist.add import _category, _list_name
from schemas.types import Category


@pytest.mark.parametrize("name", ["a", "7", "by-hand", "wanted_2026", "a" * 63])
def test_a_list_of_our_own_has_a_name_of_up_to_63_plain_signs(name: str) -> None:
    assert _list_name(name) == name


@pytest.mark.parametrize("name", ["", "a" * 64, "-a", "_a", "Wanted", "by hand", "by/hand", "by.hand", "wänted", "a\n"])
def test_any_other_name_is_refused(name: str) -> None:
    with pytest.raises(typer.BadParameter, match="cannot name a hotlist; use up to 63"):
        _list_name(name)


def test_a_category_is_taken_as_people_write_it_and_none_is_entered_that_says_nothing() -> None:
    assert _category(" Stolen-Vehicle ") is Category.STOLEN_VEHICLE
    for category in Category:
        if category is Category.UNMAPPED:
            with pytest.raises(typer.BadParameter, match="is no category"):
                _category(category.value)
        else:
            assert _category(category.value) is category
