"""What agreements let through is in the outbox, cut to them, and nothing else is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from alerts.build import alert_message, build_update, canceling
from operations.sharing.deciding import end_agreement, propose_agreement
from operations.sharing.looking import check_alert
from policy.agreements.grants import Detail
from policy.decisions import open_policy
from schemas.errors import DatabaseUnavailable
from schemas.events import Alert
from schemas.settings import PolicySettings, Settings
from schemas.types import Category
from sharing.book import AgreementBook
from sharing.delivering import AlertDelivery
from storage.alerts.outbox import OutboxRow
from storage.alerts.unit_of_work import Ledger
from storage.database import Database
from storage.retention import enforce_retention
from storage.sharing.disseminations import (
    DisseminationFilter,
    disseminations,
)
from tests.integration.alerts.records import ReadRecord, Records, outbox_message, outbox_of
from tests.integration.sharing.samples import KIM, LEE, SETTINGS, current, in_force
from tests.unit.alerts.samples import sample_alert, sample_entry, sample_hit, sample_read
from tests.unit.policy.agreements.samples import NEIGHBOR, THIRD, alerts_grant

SETTLE_SECONDS = 5.0

OWN = "platewatch.alerts.portsmouth-pd.v1"
SHARED = "platewatch.shared.suffolk.v1"
GATE = alerts_grant(max_days=3650, cameras=["gate"])
EVERYTHING = DisseminationFilter()


def raised(
    database: Database, *plates: str, first: int = 0, category: Category = Category.STOLEN_VEHICLE
) -> list[Alert]:
    made = []
    for number, plate in enumerate(plates, start=first):
        read, entry = sample_read(number, plate), sample_entry(plate)
        alert = sample_alert(number, plate)
        alert = alert.model_copy(update={"entry": alert.entry.model_copy(update={"category": category})})
        Records(database).write([ReadRecord(read, (sample_hit(read, entry),), (outbox_message(alert, OWN),))])
        made.append(alert)
    return made


def deliver(database: Database, settings: Settings = SETTINGS) -> None:
    policy = open_policy(settings)
    delivery = AlertDelivery(database, AgreementBook(database, policy, UTC), policy)
    while delivery.advance():
        pass


def waiting(database: Database, topic: str = SHARED) -> list[OutboxRow]:
    with outbox_of(database) as outbox:
        return [row for row in outbox.take(1000) if row.topic == topic]


def alerts_of(rows: Sequence[OutboxRow]) -> list[Alert]:
    return [Alert.model_validate_json(bytes(row.payload)) for row in rows]


def publish_all(database: Database) -> None:
    with outbox_of(database) as outbox:
        outbox.mark_sent([row.outbox_id for row in outbox.take(1000)])


def test_without_an_agreement_nothing_goes_anywhere(database: Database) -> None:
    raised(database, "AAA111", "BBB222")
    propose_agreement(LEE, database, SETTINGS, current(grants=[GATE]))
    deliver(database)
    assert waiting(database) == []
    assert len(waiting(database, OWN)) == 2
    # What was raised before is not shared when it is approved later.
    in_force(database, current(id="norfolk", grants=[GATE]))
    deliver(database)
    assert waiting(database, "platewatch.shared.norfolk.v1") == []


def test_what_the_gate_lets_through_is_cut_and_says_under_what_it_goes(database: Database) -> None:
    in_force(database, current(grants=[GATE]))
    (alert,) = raised(database, "AOO111")
    deliver(database)
    deliver(database)
    (row,) = waiting(database)
    (shown,) = alerts_of([row])
    assert (shown.alert_id, shown.read.location, shown.read.vehicle) == (alert.alert_id, alert.read.location, None)
    assert (row.key, row.keep_days) == ("A00111", 21)
    headers = dict(row.headers)
    assert headers["ce_agreement"] == "suffolk"
    assert headers["ce_agreementpurposes"] == "stolen_vehicle,wanted_person"
    assert headers["ce_agreementkeepdays"] == "21"
    assert headers["ce_id"] == str(alert.alert_id)
    (own,) = waiting(database, OWN)
    assert alerts_of([own]) == [alert]


@pytest.mark.parametrize(
    "grant",
    [
        {"cameras": ["bridge"]},
        {"categories": ["wanted_person"]},
        {"tiers": ["partial"]},
        {"cji": False},
        {"purposes": ["wanted_person"]},
        {"attestations": ["training"]},
        {"area": {"latitude": 0, "longitude": 0, "radius_km": 1}},
    ],
)
def test_what_it_does_not_is_nowhere(database: Database, grant: dict[str, Any]) -> None:
    in_force(database, current(grants=[GATE | grant]))
    (alert,) = raised(database, "AAA111")
    deliver(database)
    assert waiting(database) == []
    (answer,) = check_alert(LEE, database, SETTINGS, alert.alert_id, NEIGHBOR)
    assert not answer.on_topic.allowed
    assert disseminations(database, EVERYTHING, 10) == []


def test_the_law_is_asked_at_each_delivery(database: Database) -> None:
    in_force(database, current(grants=[GATE]))
    raised(database, "AAA111")
    quiet = Settings(agency_id="portsmouth-pd", policy=PolicySettings(never_notify=(Category.STOLEN_VEHICLE,)))
    deliver(database, quiet)
    assert waiting(database) == []


def test_each_agreement_gets_its_own_cut(database: Database) -> None:
    in_force(database, current(grants=[GATE | {"fields": ["plate"]}]))
    in_force(database, current(id="all", grants=[GATE | {"fields": ["plate", "place", "pictures"], "to": [THIRD]}]))
    raised(database, "AAA111")
    deliver(database)
    ((plain,), (full,)) = (alerts_of(waiting(database, f"platewatch.shared.{name}.v1")) for name in ("suffolk", "all"))
    assert (plain.read.location, plain.read.vehicle) == (None, None)
    assert full.read.location is not None
    assert full.read.vehicle is not None


def test_a_cancel_goes_to_wherever_its_alert_went_also_when_the_scope_is_narrower_now(database: Database) -> None:
    in_force(database, current(grants=[GATE]))
    in_force(database, current(id="never", grants=[GATE | {"cameras": ["bridge"]}]))
    (alert,) = raised(database, "AAA111")
    deliver(database)
    publish_all(database)
    propose_agreement(LEE, database, SETTINGS, current(grants=[GATE | {"tiers": ["exact"], "max_days": 1}]))
    cancel = canceling(alert, "entry withdrawn", created_at=datetime.now(UTC))
    with Ledger(database).begin() as unit:
        assert unit.cancel(alert.alert_id, alert_message(cancel))
    deliver(database)
    (shown,) = alerts_of(waiting(database))
    assert (shown.type, shown.cancels, shown.plate_picture) == ("cancel", alert.alert_id, None)
    assert waiting(database, "platewatch.shared.never.v1") == []
    assert len(waiting(database, OWN)) == 1
    # One is taken back before it was offered, by what would not go out itself: both go, in their order.
    (late,) = raised(database, "BBB222", first=1)
    in_force(database, current(id="late", grants=[GATE]))
    elsewhere = late.model_copy(update={"read": late.read.model_copy(update={"camera_id": "tunnel"})})
    back = canceling(elsewhere, "entry withdrawn", created_at=datetime.now(UTC))
    with Ledger(database).begin() as unit:
        assert unit.cancel(late.alert_id, alert_message(back))
    deliver(database)
    both = alerts_of(waiting(database, "platewatch.shared.late.v1"))
    assert [(one.alert_id, one.cancels) for one in both] == [(late.alert_id, None), (back.alert_id, late.alert_id)]


def test_an_update_passes_the_gate_by_itself_and_is_cut(database: Database) -> None:
    in_force(database, current(grants=[GATE | {"fields": ["plate"]}]))
    (alert,) = raised(database, "AAA111")
    deliver(database)
    better = sample_alert(1, "AAA111")
    update = build_update(better, updates=alert.alert_id, reason="a better read")
    with Ledger(database).begin() as unit:
        unit.add_update(
            alert_message(update), better.hit.hit_id, better.hit.tier, better.read.captured_at, alert.alert_id
        )
    deliver(database)
    first, second = alerts_of(waiting(database))
    assert (first.alert_id, second.updates, second.read.location) == (alert.alert_id, alert.alert_id, None)


def test_ending_withholds_what_waits_and_the_log_says_so(database: Database) -> None:
    in_force(database, current(grants=[GATE]))
    raised(database, "AAA111")
    deliver(database)
    assert len(waiting(database)) == 1
    end_agreement(KIM, database, "suffolk", "notice of last month")
    assert waiting(database) == []
    raised(database, "BBB222", first=1)
    deliver(database)
    assert waiting(database) == []
    with outbox_of(database) as outbox:
        publish_all(database)
        assert outbox.pending() == 0
    (row,) = disseminations(database, EVERYTHING, 10)
    assert (row.outcome, row.plate, row.why) == ("withheld", "AAA111", "the agreement was ended: notice of last month")


def test_a_narrower_version_cuts_or_withholds_what_waits(database: Database) -> None:
    in_force(database, current(grants=[GATE]))
    raised(database, "AAA111")
    raised(database, "BBB222", first=1, category=Category.WANTED_PERSON)
    deliver(database)
    assert len(waiting(database)) == 2
    narrower = GATE | {"fields": ["plate"], "categories": ["wanted_person"]}
    propose_agreement(LEE, database, SETTINGS, current(grants=[narrower]))
    # Until the stage has looked, what waits under the old terms goes nowhere.
    assert waiting(database) == []
    deliver(database)
    (shown,) = alerts_of(waiting(database))
    assert (shown.entry.plate, shown.read.location) == ("BBB222", None)
    (row,) = disseminations(database, EVERYTHING, 10)
    assert (row.outcome, row.plate) == ("withheld", "AAA111")
    assert "category stolen_vehicle is not in the agreement's scope" in row.why


class Waking:
    """Notes each hint to whoever publishes; it is one only, and may fail."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, module: str) -> None:
        self.hints = 0
        monkeypatch.setattr(f"{module}.wake", self._wake)

    def _wake(self, database: Database) -> None:
        assert isinstance(database, Database)
        self.hints += 1
        raise DatabaseUnavailable("the server is down")

    def taken(self) -> int:
        """How often somebody was woken since this was asked last."""
        hints, self.hints = self.hints, 0
        return hints


def expire(database: Database) -> None:
    """As if a day had ended that something waits under."""
    with database.connection() as connection:
        connection.execute("update outbox set release = jsonb_set(release, '{until}', to_jsonb(now()::text))")


def test_what_waits_is_settled_as_soon_as_an_agreement_changes_and_every_few_seconds(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, waking = [1000.0], Waking(monkeypatch, "sharing.delivering")
    monkeypatch.setattr("sharing.delivering.time", SimpleNamespace(monotonic=lambda: now[0]))
    in_force(database, current(grants=[GATE]))
    policy = open_policy(SETTINGS)
    delivery = AlertDelivery(database, AgreementBook(database, policy, UTC), policy)
    delivery.advance()
    assert waking.taken() == 0  # nobody has to look
    raised(database, "AAA111")
    delivery.advance()
    assert waking.taken() == 1
    propose_agreement(LEE, database, SETTINGS, current(grants=[GATE | {"fields": ["plate"]}]))
    delivery.advance()
    assert [shown.read.location for shown in alerts_of(waiting(database))] == [None]
    assert waking.taken() == 1
    # A day ends, and nobody decides anything.
    expire(database)
    now[0] += SETTLE_SECONDS - 0.1
    delivery.advance()
    assert (waiting(database), waking.taken()) == ([], 0)
    now[0] += 0.1
    delivery.advance()
    assert (len(waiting(database)), waking.taken()) == (1, 1)
    expire(database)
    now[0] += SETTLE_SECONDS - 0.1
    delivery.advance()
    assert waiting(database) == []


def test_many_alerts_are_offered_some_at_a_time_each_once_and_in_their_order(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sharing.delivering.AT_ONCE", 2)
    in_force(database, current(grants=[GATE]))
    in_force(database, current(id="norfolk", grants=[GATE]))
    plates = ["CCC333", "AAA111", "BBB222", "DDD444", "EEE555"]
    raised(database, *plates)
    policy = open_policy(SETTINGS)
    delivery = AlertDelivery(database, AgreementBook(database, policy, UTC), policy)
    assert [delivery.advance() for _ in range(4)] == [True, True, False, False]
    for topic in (SHARED, "platewatch.shared.norfolk.v1"):
        assert [alert.read.plate for alert in alerts_of(waiting(database, topic))] == plates
    # Of what waits under terms of before, too, some at a time, and without a pause.
    for name in ("suffolk", "norfolk"):
        propose_agreement(LEE, database, SETTINGS, current(id=name, grants=[GATE | {"fields": ["plate"]}]))
    assert [(delivery.advance(), len(waiting(database))) for _ in range(6)] == [
        (True, 1),
        (True, 2),
        (True, 3),
        (True, 4),
        (True, 5),
        (False, 5),
    ]


def test_of_what_waits_under_an_agreement_without_a_gate_or_of_an_alert_that_ended_nothing_goes(
    database: Database,
) -> None:
    in_force(database, current(grants=[GATE]))
    in_force(database, current(id="norfolk", grants=[GATE]))
    first, second = raised(database, "AAA111", "BBB222")
    deliver(database)
    with database.as_owner() as connection:
        connection.execute("update outbox set release = jsonb_set(release, '{until}', to_jsonb(now()::text))")
        connection.execute("update agreements set active_version = null where agreement_id = 'norfolk'")
        connection.execute("delete from alerts where alert_id = %s", (second.alert_id,))
    deliver(database)
    (row,) = waiting(database)
    assert alerts_of([row])[0].alert_id == first.alert_id
    assert {(row.agreement_id, row.item_id): row.why for row in disseminations(database, EVERYTHING, 9)} == {
        ("norfolk", first.alert_id): "there is no such agreement in force",
        ("norfolk", second.alert_id): "there is no such agreement in force",
        ("suffolk", second.alert_id): "the alert has ended",
    }


def test_what_was_given_is_in_the_log_once_and_stays_there(database: Database) -> None:
    in_force(database, current(grants=[GATE | {"to": [NEIGHBOR, THIRD]}]))
    (alert,) = raised(database, "AAA111")
    deliver(database)
    assert disseminations(database, EVERYTHING, 10) == []
    publish_all(database)
    publish_all(database)
    (row,) = disseminations(database, EVERYTHING, 10)
    assert (row.outcome, row.kind, row.agreement_id, row.version) == ("given", "alert", "suffolk", 1)
    assert (row.item_id, row.plate, row.why) == (alert.alert_id, "AAA111", "within the scope of agreement suffolk")
    assert [member["id"] for member in row.members] == [NEIGHBOR, THIRD]
    assert row.terms["fields"] == [Detail.PLACE, Detail.PLATE]
    for wanted, count in (
        (DisseminationFilter(member=THIRD), 1),
        (DisseminationFilter(member="va0000002"), 1),
        (DisseminationFilter(member="norfolk-pd"), 0),
        (DisseminationFilter(plate="AAA111", agreement_id="suffolk"), 1),
        (DisseminationFilter(agreement_id="other"), 0),
        (DisseminationFilter(asked=True), 0),
        (DisseminationFilter(until=row.happened_at), 0),
    ):
        assert len(disseminations(database, wanted, 10)) == count
    enforce_retention(database, open_policy(SETTINGS).retention, delete_images=lambda keys: None)
    # The alert ended, the record of who got it did not.
    assert len(disseminations(database, EVERYTHING, 10)) == 1


def test_a_message_that_was_closed_while_it_was_sent_is_in_the_log_as_given(database: Database) -> None:
    in_force(database, current(grants=[GATE]))
    raised(database, "AAA111")
    deliver(database)
    taken = waiting(database)
    end_agreement(KIM, database, "suffolk", "notice of last month")
    with outbox_of(database) as outbox:
        outbox.mark_sent([row.outbox_id for row in taken])
    assert {row.outcome for row in disseminations(database, EVERYTHING, 10)} == {"withheld", "given"}
