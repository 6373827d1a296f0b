"""What a source that is fetched may say, and what is said of one that does not fit."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import ConfigurationError
from schemas.settings import DahuaPull, MqttPull, Settings, load_settings

DIGEST = "a" * 64


def load(tmp_path: Path, *sources: str) -> Settings:
    path = tmp_path / "platewatch.toml"
    path.write_text("".join(f"[[ingest.sources]]\n{source}\n" for source in sources))
    return load_settings(path)


def fetched(pull: str, vendor: str = "frigate", source: str = "gate", more: str = "") -> str:
    return f'id = "{source}"\nvendor = "{vendor}"\n{more}\n[ingest.sources.pull]\n{pull}'


def test_the_kind_picks_the_member_and_paths_are_the_files_own(tmp_path: Path) -> None:
    mqtt = 'kind = "mqtt"\nurl = "mqtts://b:8884"\nuser = "a"\npassword_file = "pw"'
    dahua = 'kind = "dahua"\nurl = "http://10.0.0.5"\ncodes = ["TrafficJunction", "TrafficGate"]'
    first, second = load(tmp_path, fetched(mqtt), fetched(dahua, "dahua", "pole")).ingest.sources
    assert isinstance(first.pull, MqttPull)
    assert first.pull.password_file == tmp_path / "pw"
    assert first.pull.topics[0] == "frigate/events"
    assert isinstance(second.pull, DahuaPull)
    assert second.pull.codes == ("TrafficJunction", "TrafficGate")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (fetched('kind = "mqtt"\nurl = "http://b"'), "has to begin with mqtt:// or mqtts:// and a host"),
        (fetched('kind = "mqtt"\nurl = "mqtt://b/frigate"'), "topics belong into topics"),
        (fetched('kind = "mqtt"\nurl = "mqtt://b"\ntopics = ["a/b#"]'), "is none"),
        (fetched('kind = "mqtt"\nurl = "mqtt://b"\ntopics = ["#/a"]'), "is none"),
        (fetched('kind = "mqtt"\nurl = "mqtt://b"\ntopics = []'), "topics"),
        (fetched('kind = "mqtt"\nurl = "mqtt://b"', "onvif"), "pull needs topics"),
        (fetched('kind = "mqtt"\nurl = "mqtt://b"\nkey_file = "k"'), "belong together"),
        (fetched('kind = "mqtt"\nurl = "mqtt://u:s3cret@b"\nuser = "u"\npassword_file = "p"'), "both name a user"),
        (fetched('kind = "mqtt"\nurl = "mqtt://b"\nuser = "u"'), "user needs password_file"),
        (fetched('kind = "mqtt"\nurl = "mqtt://u:s3cret@b"\npassword_file = "p"'), "url holds a password, and"),
        (fetched('kind = "mqtt"\nurl = "mqtt://b"\npassword_file = "p"'), "password_file needs user"),
        (fetched('kind = "mqtt"\nurl = "mqtt://b:99999"'), "url is no URL, expected mqtt:// or mqtts://host:port"),
        (fetched('kind = "mqtt"\nurl = "mqtt:///b"'), "has to begin with mqtt:// or mqtts:// and a host"),
        (fetched('kind = "mqtt"\nurl = "mqtt://b c"'), "has to begin with mqtt:// or mqtts:// and a host"),
        (fetched('kind = "mqtt"\nurl = "mqtt://b"\nevery_seconds = 5'), "unknown key"),
        (fetched('kind = "dahua"\nurl = "http://c"'), "brings messages of dahua"),
        (fetched('kind = "dahua"\nurl = "http://c"\nstall_seconds = 5', "dahua"), "longer than heartbeat_seconds"),
        (fetched('kind = "dahua"\nurl = "http://c"\ncodes = ["All]&x="]', "dahua"), "codes"),
        (fetched('kind = "hikvision_stream"\nurl = "http://c/ISAPI/Event"', "hikvision"), "name the device alone"),
        (fetched('kind = "hikvision_plates"\nurl = "http://c?a=b"', "hikvision"), "name the device alone"),
        (fetched('kind = "rtsp"\nurl = "http://c"', "onvif"), "has to begin with rtsp:// or rtsps://"),
        (fetched('kind = "poll"\nurl = "http://c"'), "should be 'mqtt', 'hikvision_plates'"),
        (fetched('kind = "mqtt"\nurl = "mqtt://b"', more=f'token_sha256 = "{DIGEST}"'), "nobody posts as this source"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, source: str, words: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        load(tmp_path, source)
    assert words in str(raised.value)
    assert "s3cret" not in str(raised.value)


def test_two_sources_are_not_one_client(tmp_path: Path) -> None:
    pull = 'kind = "mqtt"\nurl = "mqtt://b"\nclient_id = "me"'
    with pytest.raises(ConfigurationError, match="client_id used by more than one source"):
        load(tmp_path, fetched(pull), fetched(pull, source="other"))


@pytest.mark.parametrize("url", ["ftp://a", "http://", "http://u:s3cret@a", "http://a?b", "http://[a", "10.1.2.3:5000"])
def test_where_pictures_are_is_an_address(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigurationError, match="without a login") as raised:
        load(tmp_path, f'id = "a"\nvendor = "frigate"\npictures_url = "{url}"')
    assert "s3cret" not in str(raised.value)


def test_the_server_of_pictures_is_one_that_they_may_be_fetched_from(tmp_path: Path) -> None:
    source = 'id = "a"\nvendor = "frigate"\npicture_hosts = ["b"]\npictures_url = "http://[fd00::1]:5000/frigate/"'
    (found,) = load(tmp_path, source).ingest.sources
    assert found.permitted_hosts == ("b", "[fd00::1]:5000")
    assert found.pictures_url == "http://[fd00::1]:5000/frigate"


@pytest.mark.parametrize(
    "login",
    [
        'url = "mqtt://b"',
        'url = "mqtt://u@b"',
        'url = "mqtt://u:s3cret@b"',
        'url = "mqtt://u@b"\npassword_file = "p"',
        'url = "mqtts://b:8884"\nuser = "u"\npassword_file = "p"',
    ],
)
def test_each_way_to_name_a_user_is_taken_alone(tmp_path: Path, login: str) -> None:
    (source,) = load(tmp_path, fetched(f'kind = "mqtt"\n{login}')).ingest.sources
    assert source.pull is not None
