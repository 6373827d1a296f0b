"""What of the configuration is public: everything but what is, or may be, secret."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import SecretStr

from operations.settings import public_values
from schemas.settings import (
    DatabaseSettings,
    FolderFeed,
    HotlistSettings,
    HttpsFeed,
    ImageFolderCamera,
    ImageSettings,
    KafkaSettings,
    MatchingSettings,
    Settings,
)
from schemas.types import Category

SETTINGS = Settings(
    database=DatabaseSettings(
        url=SecretStr("postgresql://lee:hunter2@db/platewatch"), options={"passfile": "/hunter2", "sslmode": "require"}
    ),
    kafka=KafkaSettings(bootstrap_servers=("kafka:9092",), options={"sasl_plain_password": "hunter2"}),
    images=ImageSettings(url="s3://key:hunter2@bucket/folder", options={"secret": "hunter2"}),
    hotlists=HotlistSettings(
        feeds=(
            HttpsFeed(name="ncic", source="ncic", kind="https", url="https://host/list.csv?key=hunter2"),
            FolderFeed(name="region", source="csv", path=Path("/srv/drop")),
        )
    ),
    matching=MatchingSettings(traffic={"US-VA": 0.6}),
    cameras=(ImageFolderCamera(id="gate", path=Path("/srv/gate")),),
)


def test_nothing_secret_is_public() -> None:
    found = public_values(SETTINGS)
    assert "hunter2" not in json.dumps(found)
    assert "database.url" not in found
    assert found["database.options"] == ["passfile", "sslmode"]
    assert found["kafka.options"] == ["sasl_plain_password"]
    assert found["images.url"] == "s3://bucket/folder"
    assert found["hotlists.feeds.ncic.url"] == "https://host/list.csv"


def test_the_rest_is_there_by_name() -> None:
    found = public_values(SETTINGS)
    assert found["kafka.bootstrap_servers"] == ["kafka:9092"]
    assert found["cameras.gate.path"] == "/srv/gate"
    assert found["hotlists.feeds.region.settle_seconds"] == 5.0
    assert found["matching.traffic.US-VA"] == 0.6
    assert found["policy.also_notify"] == []
    assert found["images.keep_context"] is True
    never = SETTINGS.policy.model_copy(update={"never_notify": (Category.STOLEN_VEHICLE,)})
    changed = public_values(SETTINGS.model_copy(update={"policy": never}))
    assert changed["policy.never_notify"] == ["stolen_vehicle"]
    assert json.loads(json.dumps(changed)) == changed
