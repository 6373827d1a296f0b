"""Every category: what presses most and notifies first, who decided so, and how many entries it has."""

from __future__ import annotations

import pytest

from operations.hotlists.taxonomy import taxonomy, view_taxonomy
from policy.decisions import open_policy
from schemas.audit import Action
from schemas.settings import Settings
from schemas.types import Category, Priority
from storage.database import Database
from tests.integration.operations.audited import LEE, only_row
from tests.integration.storage.samples import activate, sample_entry

RANKS = list(Priority)


@pytest.fixture
def settings() -> Settings:
    law = open_policy(Settings()).profile.notify
    permitted = next(one for one in Category if law.permits(one) and one is not Category.STOLEN_VEHICLE)
    silent = [one for one in Category if not law.permits(one)]
    opened = [Category.STOLEN_VEHICLE, *silent[:1]]
    policy = {"never_notify": [permitted], "also_notify": opened, "also_notify_reason": "the chief, on paper"}
    return Settings.model_validate(
        {"policy": policy, "alerts": {"priorities": {"stolen_vehicle": RANKS[-1], "watch": RANKS[0]}}}
    )


def test_every_category_stands_there_once_what_notifies_first_and_the_most_urgent_before_others(
    settings: Settings,
) -> None:
    found = taxonomy(settings)
    assert sorted(one.category for one in found) == sorted(Category)
    keys = [(not one.notifies, RANKS.index(one.priority), one.category.value) for one in found]
    assert keys == sorted(keys)
    policy = open_policy(settings)
    by_agency = {*policy.own.never_notify, *(c for c in policy.own.also_notify if not policy.profile.notify.permits(c))}
    assert {one.category for one in found if one.decided_by == "this agency"} == by_agency
    assert {one.decided_by for one in found} == {"this agency", "the law"}
    assert {one.category for one in found if one.is_own_priority} == {Category.STOLEN_VEHICLE, Category.WATCH}
    for one in found:
        assert one.notifies is policy.may_notify(one.category)
        assert one.reason == policy.notify_reason(one.category)
        assert (one.law, one.entries) == (policy.profile.notify, None)
        assert one.words == one.category.value.replace("_", " ")
    own = {one.category: one.priority for one in found}
    assert (own[Category.STOLEN_VEHICLE], own[Category.WATCH]) == (RANKS[-1], RANKS[0])


def test_how_many_entries_each_has_is_said_and_the_look_written_down(database: Database, settings: Settings) -> None:
    activate(database, [sample_entry(1), sample_entry(2), sample_entry(3, category=Category.WATCH)])
    found = {one.category: one.entries for one in view_taxonomy(LEE, database, settings)}
    assert found == dict.fromkeys(Category, 0) | {Category.STOLEN_VEHICLE: 2, Category.WATCH: 1}
    row = only_row(database, Action.VIEW_LISTS)
    assert (row.details, row.results) == ({"categories": True}, len(Category))
