"""What a neighbor gets about one vehicle: the alert, its update, the warning of a clone and the cancel, in order."""

from __future__ import annotations

from pathlib import Path

from alerts.settling.stale import cancel_stale_alerts
from schemas.events import AlertType
from schemas.settings import AlertSettings, Settings
from schemas.types import Tier
from storage.database import Database
from tests.integration.alerts.samples import BRIDGE, VIRGINIA, found, messages, passing, settle
from tests.integration.hotlists.list_versions import import_version
from tests.integration.kafka.conftest import Broker


def test_a_neighbor_gets_one_alert_its_updates_and_one_cancel(
    database: Database, kafka_broker: Broker, topic: str, tmp_path: Path
) -> None:
    settings = Settings(alerts=AlertSettings(topic=topic))
    import_version(database, [VIRGINIA._replace(valid_until=None)])
    with kafka_broker.relay(database, topic) as relay:
        for one in (
            found(passing(0), tier=Tier.PROBABLE),
            found(passing(30), tier=Tier.PROBABLE),
            found(passing(60)),
            found(passing(90)),
            found(passing(120)),
            found(passing(130, "bridge", BRIDGE)),
        ):
            settle(database, one, settings=settings)
        relay.wait_until_empty()
        import_version(database, [])
        assert cancel_stale_alerts(database, settings) == 2
        relay.wait_until_empty()
    received = kafka_broker.receive(tmp_path, topic, 6)
    assert received == messages(database)
    alert, update, elsewhere, notice, *cancels = received
    assert (alert.type, elsewhere.type) == (AlertType.ALERT, AlertType.ALERT)
    assert (update.type, update.updates, update.hit.tier) == (AlertType.UPDATE, alert.alert_id, Tier.EXACT)
    assert elsewhere.clone is not None
    assert (notice.type, notice.updates) == (AlertType.UPDATE, alert.alert_id)
    assert [cancel.cancels for cancel in cancels] == [alert.alert_id, elsewhere.alert_id]
