"""Hotlists that agreements share are in the outbox: whole, then what changed, and only what is granted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from operations.sharing.deciding import end_agreement, propose_agreement
from policy.agreements.agreement import agreement_of_topic, shared_lists_topic
from policy.decisions import open_policy
from schemas.events import SharedListEvent
from schemas.settings import PolicySettings, Settings
from schemas.types import Category, HotlistEntry
from sharing.book import AgreementBook
from sharing.lists import delivering, desk
from sharing.lists.delivering import ListDelivery
from storage.alerts.outbox import Outbox, OutboxRow
from storage.database import Database
from storage.hotlists.edits import HotlistEdits
from storage.hotlists.versions import HotlistVersions
from storage.leadership import Leadership
from storage.sharing.disseminations import DisseminationFilter, disseminations
from storage.sharing.list_offers import ListOffers
from tests.integration.alerts.records import outbox_of
from tests.integration.sharing.samples import KIM, LEE, SETTINGS, current, in_force, lists_grant
from tests.integration.sharing.test_delivering import Waking
from tests.integration.storage.samples import activate, sample_entry
from tests.unit.policy.agreements.samples import NEIGHBOR

LONGEST_TOPIC_DAYS = 3.0

TOPIC = "platewatch.shared.suffolk.lists.v1"


class Owner:
    """The owner's end: its list, and what is sent of it."""

    def __init__(self, database: Database, settings: Settings = SETTINGS, most_characters: int = 400_000) -> None:
        self.database = database
        book = AgreementBook(database, open_policy(settings), UTC)
        self._delivery = ListDelivery(database, book, most_characters)

    def put(self, entries: Sequence[HotlistEntry], layout: str = "csv") -> None:
        activate(self.database, list(entries), hotlist_id="stolen", layout=layout)

    def sent(self) -> list[SharedListEvent]:
        """Deliver, publish what waits, and return it."""
        found: list[SharedListEvent] = []
        while True:
            is_more = self._delivery.advance()
            rows = self.waiting()
            found += [SharedListEvent.model_validate_json(bytes(row.payload)) for row in rows]
            with Leadership(self.database) as leadership:
                Outbox(self.database, leadership).mark_sent([row.outbox_id for row in rows])
            if not is_more and not rows:
                return found

    def waiting(self) -> list[OutboxRow]:
        with outbox_of(self.database) as outbox:
            return outbox.take(1000)


@pytest.fixture
def owner(database: Database, monkeypatch: pytest.MonkeyPatch) -> Owner:
    monkeypatch.setattr(delivering, "AGAIN_SECONDS", 0.0)
    return Owner(database)


def entries(*numbers: int, **more: Any) -> list[HotlistEntry]:
    return [sample_entry(number, f"AAA{number:04d}", "stolen", **more) for number in numbers]


def shares(database: Database, **grant: Any) -> None:
    in_force(database, current(grants=[lists_grant(**grant)]))


def plates(parts: Sequence[SharedListEvent]) -> list[str]:
    return sorted(entry.plate for part in parts for entry in part.entries)


def test_a_list_goes_out_whole_and_once(database: Database, owner: Owner) -> None:
    owner.put(entries(1, 2, 3))
    shares(database, purposes_forbidden=["immigration_enforcement"])
    owner._delivery.advance()
    (row,) = owner.waiting()
    assert (row.topic, row.key, row.keep_days) == (TOPIC, "stolen", LONGEST_TOPIC_DAYS)
    headers = dict(row.headers)
    assert headers["ce_type"] == "org.platewatch.shared-list.v1"
    assert (headers["ce_agreement"], headers["ce_source"]) == ("suffolk", "urn:platewatch:agency:portsmouth-pd")
    assert (headers["ce_agreementkeepdays"], headers["ce_agreementforbidden"]) == ("30", "immigration_enforcement")
    assert agreement_of_topic(shared_lists_topic("suffolk")) == "suffolk"
    (part,) = owner.sent()
    assert (part.kind, part.hotlist_id, part.layout, part.part, part.is_last, part.total) == (
        *("snapshot", "stolen", "csv", 1, True),
        3,
    )
    (entry,) = [one for one in part.entries if one.plate == "AAA0001"]
    assert (entry.case_number, entry.source_entry_id, entry.instructions) == ("26-1", "V000000001", "armed")
    assert entry.vehicle is not None
    assert b"extra" not in row.payload
    assert owner.sent() == []
    (logged,) = disseminations(database, DisseminationFilter(member=NEIGHBOR), 10)
    assert (logged.kind, logged.outcome, logged.results, logged.plate) == ("list", "given", 3, None)
    assert (logged.terms["list"], logged.terms["sent"]) == ("stolen", "snapshot")


@pytest.mark.parametrize(
    ("grant", "more", "settings", "found"),
    [
        ({"categories": ["stolen_plate"]}, {}, SETTINGS, 0),
        ({"cji": False}, {}, SETTINGS, 0),
        ({"cji": False}, {"source_entry_id": None}, SETTINGS, 2),
        ({"purposes": ["stolen_plate"]}, {}, SETTINGS, 0),
        ({}, {"category": Category.IMMIGRATION}, SETTINGS, 0),
        ({}, {}, SETTINGS.model_copy(update={"policy": PolicySettings(never_purposes=("stolen_vehicle",))}), 0),
        ({}, {"valid_until": datetime(2020, 1, 1, tzinfo=UTC), "valid_from": None}, SETTINGS, 0),
        ({}, {}, SETTINGS, 2),
    ],
)
def test_only_what_law_and_agreement_let_through_goes_out(
    database: Database, grant: dict[str, Any], more: dict[str, Any], settings: Settings, found: int
) -> None:
    owner = Owner(database, settings)
    owner.put(entries(1, 2, **more))
    shares(database, **grant)
    (part,) = owner.sent()
    assert (len(part.entries), part.total, part.is_last) == (found, found, True)
    (logged,) = disseminations(database, DisseminationFilter(), 10)
    assert logged.results == found


def test_without_a_grant_of_hotlists_or_of_this_list_nothing_goes(database: Database, owner: Owner) -> None:
    owner.put(entries(1))
    in_force(database, current())
    assert owner.sent() == []
    in_force(database, current(id="other", grants=[lists_grant(lists=["wanted"])]))
    assert owner.sent() == []


def test_a_list_of_another_agency_is_not_passed_on(database: Database, owner: Owner) -> None:
    owner.put(entries(1), layout="shared")
    shares(database)
    assert owner.sent() == []


def test_changes_say_what_is_new_and_what_is_gone(database: Database, owner: Owner) -> None:
    before = entries(1, 2, 3)
    owner.put(before)
    shares(database)
    (first,) = owner.sent()
    changed = sample_entry(2, "ZZZ9999", "stolen")
    secret = sample_entry(9, "SEX0001", "stolen", category=Category.SEX_OFFENDER)
    owner.put([before[0], changed, secret, *entries(4)])
    (second,) = owner.sent()
    assert (second.kind, second.base, second.is_last, second.total) == ("change", first.edition, True, 2)
    assert second.edition > first.edition
    assert plates([second]) == ["AAA0004", "ZZZ9999"]
    assert second.removed == (before[2].entry_id,)
    # What was never given is not named when it goes, either.
    owner.put([before[0], changed, *entries(4)])
    (third,) = owner.sent()
    assert (third.entries, third.removed) == ((), ())


def test_an_entry_that_leaves_the_granted_categories_is_taken_back(database: Database, owner: Owner) -> None:
    (one,) = entries(1)
    owner.put([one, *entries(2)])
    shares(database)
    owner.sent()
    owner.put([one._replace(category=Category.WATCH), *entries(2)])
    (change,) = owner.sent()
    assert (change.entries, change.removed) == ((), (one.entry_id,))


def test_a_withdrawal_is_told_by_itself_and_before_the_version_that_follows(database: Database, owner: Owner) -> None:
    owner.put(entries(1, 2))
    shares(database)
    owner.sent()
    gone = entries(1)[0].entry_id
    HotlistEdits(database).withdraw([gone], by="lee", reason="recovered")
    told = owner.sent()
    assert [part.kind for part in told] == ["withdrawal", "change"]
    assert told[0].removed == (gone,)
    HotlistEdits(database).restore([gone], by="lee", reason="a mistake")
    (back,) = owner.sent()
    assert plates([back]) == ["AAA0001"]


def test_a_long_list_comes_in_parts_also_while_it_changes(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivering, "AGAIN_SECONDS", 0.0)
    monkeypatch.setattr(delivering, "MOST_WAITING", 3)
    monkeypatch.setattr(desk, "SLICE", 10)
    owner = Owner(database, most_characters=2000)
    many = entries(*range(40))
    owner.put(many)
    shares(database)
    owner._delivery.advance()
    first = owner.waiting()
    assert 1 <= len(first) <= 6
    # A version and a withdrawal in the middle of it.
    HotlistEdits(database).withdraw([many[0].entry_id], by="lee", reason="recovered")
    owner.put([*many[1:], *entries(50)])
    parts = owner.sent()
    snapshot = [part for part in parts if part.kind == "snapshot"]
    assert [part.part for part in snapshot] == list(range(1, len(snapshot) + 1))
    assert [part.is_last for part in snapshot] == [False] * (len(snapshot) - 1) + [True]
    assert snapshot[-1].total == len(plates(snapshot)) in (39, 40)
    assert all(len(part.model_dump_json()) < 8000 for part in parts)
    kinds = [part.kind for part in parts]
    assert kinds.index("withdrawal") < kinds.index("change") > kinds.index("snapshot")
    (change,) = [part for part in parts if part.kind == "change"]
    assert plates([change]) == ["AAA0050"]
    assert len(disseminations(database, DisseminationFilter(), 10)) == 3


def test_ending_takes_back_what_waits_and_tells_the_members(database: Database, owner: Owner) -> None:
    owner.put(entries(1))
    shares(database)
    owner.sent()
    owner.put(entries(1, 2))
    owner._delivery.advance()
    assert len(owner.waiting()) == 1
    end_agreement(KIM, database, "suffolk", "notice of last month")
    assert owner.waiting() == []
    (end,) = owner.sent()
    assert (end.kind, end.entries, end.removed) == ("end", (), ())
    assert "was ended at" in end.reason
    assert owner.sent() == []
    withheld = disseminations(database, DisseminationFilter(), 10)[0]
    assert (withheld.kind, withheld.outcome, withheld.results, withheld.plate) == ("list", "withheld", 1, None)
    assert "notice of last month" in withheld.why


def test_new_terms_give_the_list_anew(database: Database, owner: Owner) -> None:
    mixed = [*entries(1), sample_entry(2, "PLT0002", "stolen", category=Category.STOLEN_PLATE)]
    owner.put(mixed)
    shares(database)
    owner._delivery.advance()
    assert owner.waiting()
    narrower = current(grants=[lists_grant(categories=["stolen_plate"])])
    assert not propose_agreement(LEE, database, SETTINGS, narrower).is_pending
    # Not even for a moment under the terms of before.
    assert owner.waiting() == []
    (part,) = owner.sent()
    assert (part.kind, plates([part]), part.agreement_version) == ("snapshot", ["PLT0002"], 2)


@pytest.mark.parametrize("how", ["removed", "not granted", "no hotlists"])
def test_a_list_that_is_not_shared_any_more_is_ended(database: Database, owner: Owner, how: str) -> None:
    owner.put(entries(1))
    shares(database, lists=["stolen", "wanted"])
    owner.sent()
    if how == "removed":
        HotlistVersions(database).remove("stolen")
    elif how == "not granted":
        propose_agreement(LEE, database, SETTINGS, current(grants=[lists_grant(lists=["wanted"])]))
    else:
        in_force(database, current())
    (end,) = owner.sent()
    assert (end.kind, end.hotlist_id) == ("end", "stolen")
    with ListOffers.begin(database) as offers:
        state = offers.states()["suffolk", "stolen"]
    # Whatever is given later is newer than the end, and who asks why finds what the members were told.
    assert (state.edition, state.ended, state.is_whole) == (end.edition, end.reason, False)
    assert end.reason != ""
    assert owner.sent() == []
    if how == "removed":
        owner.put(entries(7))
        (again,) = owner.sent()
        assert (again.kind, plates([again])) == ("snapshot", ["AAA0007"])


def test_a_list_is_given_whole_again_long_before_the_topic_forgets_it(database: Database, owner: Owner) -> None:
    owner.put(entries(1))
    shares(database)
    (first,) = owner.sent()
    with database.connection() as connection:
        connection.execute("update shared_lists set begun_at = begun_at - %s", [timedelta(hours=23)])
    assert owner.sent() == []
    with database.connection() as connection:
        connection.execute("update shared_lists set begun_at = begun_at - %s", [timedelta(hours=2)])
    (again,) = owner.sent()
    assert (again.kind, plates([again])) == ("snapshot", ["AAA0001"])
    assert again.edition > first.edition


def test_a_date_that_is_confirmed_is_told_without_entries(database: Database, owner: Owner) -> None:
    owner.put(entries(1))
    shares(database)
    (first,) = owner.sent()
    assert first.as_of is not None
    newer = first.as_of + timedelta(hours=3)
    with database.connection() as connection:
        connection.execute(
            "insert into hotlist_feeds (hotlist_id, source, max_age_hours, known_since, seen_at, confirmed_at) "
            "values ('stolen', 'csv', 24, now(), now(), %s)",
            [newer],
        )
    (told,) = owner.sent()
    assert (told.kind, told.as_of, told.entries, told.removed) == ("change", newer, (), ())
    assert json.loads(told.model_dump_json())["base"] == first.edition


def test_lists_wait_for_room_in_the_outbox_and_are_looked_at_when_something_changed_and_every_few_seconds(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, waking = [1000.0], Waking(monkeypatch, "sharing.lists.delivering")
    monkeypatch.setattr(delivering, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(delivering, "MOST_WAITING", 2)
    owner = Owner(database)
    names = ("a", "b", "c")
    for name in names:
        activate(database, [sample_entry(1, "AAA0001", name)], hotlist_id=name, layout="csv")
    shares(database, lists=list(names))
    looks: list[object] = []
    begin = ListOffers.begin

    def look(on: Database) -> Any:
        looks.append(on)
        return begin(on)

    monkeypatch.setattr(ListOffers, "begin", look)

    def advanced(*, publish: bool = True) -> tuple[bool, list[tuple[str, str]], int, int]:
        """Whether there may be more at once, what went out, how often it looked, and whom it woke."""
        is_more, rows = owner._delivery.advance(), owner.waiting()
        parts = [SharedListEvent.model_validate_json(bytes(row.payload)) for row in rows]
        if publish:
            with Leadership(database) as leadership:
                Outbox(database, leadership).mark_sent([row.outbox_id for row in rows])
        looked = len(looks)
        looks.clear()
        return is_more, [(part.hotlist_id, part.kind) for part in parts], looked, waking.taken()

    first = [("a", "snapshot"), ("b", "snapshot")]
    assert advanced(publish=False) == (False, first, 1, 1)
    assert advanced() == (False, first, 1, 0)  # there is more, and no room
    assert advanced() == (False, [("c", "snapshot")], 1, 1)
    assert advanced() == (False, [], 0, 0)
    now[0] += delivering.AGAIN_SECONDS - 0.1
    assert advanced() == (False, [], 0, 0)
    now[0] += 0.1
    assert advanced() == (False, [], 1, 0)
    activate(database, [sample_entry(2, "AAA0002", "b")], hotlist_id="b", layout="csv")
    assert advanced() == (False, [("b", "change")], 1, 1)
    # A list in slices goes on at once as long as there is room; the end of another one needs none.
    monkeypatch.setattr(desk, "SLICE", 1)
    monkeypatch.setattr(delivering, "MOST_WAITING", 5)
    activate(database, [sample_entry(number, f"AAA000{number}", "d") for number in range(4)], hotlist_id="d")
    propose_agreement(LEE, database, SETTINGS, current(grants=[lists_grant(lists=["b", "c"])]))
    in_force(database, current(id="norfolk", grants=[lists_grant(lists=["d"])]))
    begun = [("d", "snapshot"), ("a", "end"), ("b", "snapshot"), ("c", "snapshot")]
    assert advanced(publish=False) == (True, begun, 1, 1)
    monkeypatch.setattr(delivering, "MOST_WAITING", 4)  # an end does not count
    assert advanced() == (False, [*begun, ("d", "snapshot")], 1, 1)
