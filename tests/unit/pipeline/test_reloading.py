"""What another configuration changes while a run goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from pipeline.fitting import check, has_work
from pipeline.health.board import HealthBoard
from pipeline.reloading import difference
from pipeline.running.takeover import TakeOver
from schemas.errors import ConfigurationError
from schemas.events import AlarmKind
from schemas.settings import (
    AlertSettings,
    CameraSettings,
    DatabaseSettings,
    FolderFeed,
    HotlistSettings,
    ImageFolderCamera,
    IngestSettings,
    IngestSource,
    KafkaChannel,
    KafkaSettings,
    LogChannel,
    Settings,
)


def camera(name: str, latitude: float | None = None) -> CameraSettings:
    return ImageFolderCamera(id=name, path=Path(f"/srv/{name}"), latitude=latitude)


def feed(name: str) -> FolderFeed:
    return FolderFeed(name=name, source="csv", path=Path(f"/srv/{name}"))


GATE = Settings(cameras=(camera("gate"), camera("west")), hotlists=HotlistSettings(feeds=(feed("a"), feed("b"))))


def with_(**sections: object) -> Settings:
    return GATE.model_copy(update=sections)


def database(url: str, **more: object) -> DatabaseSettings:
    return DatabaseSettings(url=SecretStr(url)).model_copy(update=more)


def test_nothing_is_touched_where_nothing_changed() -> None:
    change = difference(GATE, with_())
    assert (change.cameras, change.gone_cameras, change.feeds, change.gone_feeds) == ((), (), (), ())
    assert change.needs_restart == ()


def test_only_cameras_that_are_new_gone_or_changed_are_touched() -> None:
    change = difference(GATE, with_(cameras=(camera("west", 36.8), camera("east"))))
    assert [one.id for one in change.cameras] == ["west", "east"]
    assert change.gone_cameras == ("gate", "west")


def test_only_channels_that_are_new_gone_or_changed_are_touched() -> None:
    first = AlertSettings(channels=(LogChannel(name="desk"), LogChannel(name="log")), storm_minimum=5)
    other = (KafkaChannel(name="desk", topic="t"), LogChannel(name="log"), LogChannel(name="new"))
    change = difference(with_(alerts=first), with_(alerts=AlertSettings(channels=other, storm_minimum=7)))
    assert [one.name for one in change.channels] == ["desk", "new"]
    assert change.gone_channels == ("desk",)
    assert (change.settings.alerts.channels, change.settings.alerts.storm_minimum) == (other, 5)
    assert change.needs_restart == ("alerts.storm_minimum",)
    assert "channels started: desk, new; ended: desk" in change.in_words()


def test_what_changes_is_said_whole() -> None:
    after = with_(
        cameras=(camera("west", 36.8), camera("gate"), camera("east")),
        hotlists=HotlistSettings(feeds=(feed("b"), feed("c"))),
        alerts=AlertSettings(channels=(LogChannel(name="desk"),)),
    )
    assert difference(GATE, after).in_words() == (
        "cameras started: west, east; ended: west; 1 go on undisturbed; feeds started: c; ended: a; channels started: "
        "desk; ended: none"
    )
    assert difference(after, GATE).in_words() == (
        "cameras started: west; ended: west, east; 1 go on undisturbed; feeds started: a; ended: c; channels started: "
        "none; ended: desk"
    )


def test_sources_are_taken_and_where_they_are_taken_needs_a_restart() -> None:
    source = IngestSource(id="axis", vendor="axis", token_sha256="0" * 64)
    before = with_(ingest=IngestSettings(listen="127.0.0.1:1", unknown_confidence=0.5))
    after = with_(
        ingest=IngestSettings(listen="127.0.0.1:2", unknown_confidence=0.6, max_body_megabytes=3, sources=(source,))
    )
    change = difference(before, after)
    expected = after.ingest.model_copy(update={"listen": "127.0.0.1:1", "unknown_confidence": 0.5})
    assert change.settings.ingest == expected
    assert change.needs_restart == ("ingest.listen", "ingest.unknown_confidence")


@pytest.mark.parametrize(
    ("given", "has"),
    [
        ({}, False),
        ({"cameras": [{"id": "gate", "type": "image_folder", "path": "/srv/gate"}]}, True),
        ({"hotlists": {"feeds": [{"name": "a", "kind": "folder", "source": "csv", "path": "/srv/a"}]}}, True),
        ({"ingest": {"listen": "127.0.0.1:8480"}}, True),
        ({"console": {"enabled": True}}, True),
        ({"ingest": {"sources": [{"id": "a", "vendor": "axis", "token_sha256": "0" * 64}]}}, False),
        (
            {"ingest": {"sources": [{"id": "a", "vendor": "frigate", "pull": {"kind": "mqtt", "url": "mqtt://h"}}]}},
            True,
        ),
    ],
)
def test_a_configuration_with_which_a_run_would_do_nothing_is_refused(given: dict[str, object], has: bool) -> None:
    settings = Settings.model_validate(given)
    assert has_work(settings) is has
    if not has:
        with pytest.raises(ConfigurationError, match=r"^no cameras and no hotlist feeds are configured, no ingest"):
            check(settings)


def test_settings_of_all_lists_count_for_every_feed() -> None:
    assert difference(GATE, with_(hotlists=HotlistSettings(feeds=(feed("a"),)))).gone_feeds == ("b",)
    change = difference(GATE, with_(hotlists=HotlistSettings(feeds=(feed("a"), feed("b")), max_shrink=0.5)))
    assert change.gone_feeds == ("a", "b")
    assert [one.name for one in change.feeds] == ["a", "b"]


def test_a_login_is_taken_and_another_server_needs_a_restart() -> None:
    before = with_(database=database("postgresql://a:x@db/watch", pool_size=3))
    login = {"options": {"sslmode": "require"}, "password_file": Path("/srv/password"), "allow_unencrypted": True}
    same = difference(before, with_(database=database("postgresql://b:y@db/watch", pool_size=9, **login)))
    assert same.settings.database == database("postgresql://b:y@db/watch", pool_size=3, **login)
    assert same.needs_restart == ("database.pool_size",)
    other = difference(before, with_(database=database("postgresql://a:x@db2/watch", pool_size=3)))
    assert other.settings.database == before.database
    assert other.needs_restart == ("database.url",)


def test_an_external_broker_is_taken_and_a_local_one_needs_a_restart() -> None:
    before = with_(kafka=KafkaSettings(bootstrap_servers=("localhost:1",)))
    after = with_(kafka=KafkaSettings(bootstrap_servers=("localhost:2",)))
    assert difference(before, after).settings.kafka == after.kafka
    change = difference(before, with_(kafka=KafkaSettings(local=True)))
    assert change.settings.kafka == before.kafka
    assert change.needs_restart == ("kafka.bootstrap_servers", "kafka.local")


@pytest.mark.parametrize(
    "sections",
    [
        {"cameras": (), "hotlists": HotlistSettings()},
        {"kafka": KafkaSettings(bootstrap_servers=("kafka.example:9092",))},
    ],
)
def test_what_a_start_would_refuse_is_refused(sections: dict[str, object]) -> None:
    takeover = TakeOver(GATE, HealthBoard("here"), fits=check)
    assert not takeover.take_anew(lambda: with_(**sections), [])
    assert takeover.settings is GATE
    assert takeover.take_anew(lambda: GATE, [])


def test_an_alarm_about_added_cameras_ends_with_its_cause() -> None:
    board, refused = HealthBoard("here"), {"bad"}

    def accept(settings: Settings) -> None:
        if bad := refused & {one.id for one in settings.cameras}:
            raise ConfigurationError(f"camera {min(bad)} cannot be read")

    def standing() -> int:
        return board.standing()[AlarmKind.CONFIGURATION]

    takeover = TakeOver(GATE, board, fits=check, accept=accept)
    with_bad = (*GATE.cameras, camera("bad"))
    assert not takeover.take_cameras(lambda: with_bad, [])
    assert (standing(), takeover.settings) == (1, GATE)
    # A file that does not fit is another thing: each alarm ends with its own cause.
    assert not takeover.take_anew(lambda: with_(cameras=(), hotlists=HotlistSettings()), [])
    assert standing() == 2
    assert takeover.take_cameras(lambda: (*GATE.cameras, camera("good")), [])
    assert standing() == 1
    assert takeover.take_anew(lambda: GATE, [])
    assert standing() == 0


def test_a_configuration_that_fits_ends_the_alarm_about_cameras_that_were_added_beside_it() -> None:
    board, broken = HealthBoard("here"), [True]

    def accept(_: Settings) -> None:
        if broken:
            raise ConfigurationError("the certificate is away")

    takeover = TakeOver(GATE, board, fits=check, accept=accept)
    added = with_(cameras=(*GATE.cameras, camera("added")))
    assert not takeover.take_cameras(lambda: added.cameras, [])
    broken.clear()
    assert takeover.take_anew(lambda: added, [])
    assert board.standing()[AlarmKind.CONFIGURATION] == 0
