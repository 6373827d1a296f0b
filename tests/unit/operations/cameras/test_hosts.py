"""Which addresses pages may have asked: what is permitted, and no spelling of anything else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from operations.added.adding import NewCamera
from operations.added.hosts import check_address
from schemas.errors import InvalidInput
from schemas.settings import ConsoleSettings

RULES = ConsoleSettings(
    camera_hosts=("10.20.0.0/16", "192.0.2.7", "2001:db8::/64", "gate.example.gov", "*.cams.example.gov")
).camera_hosts


@pytest.mark.parametrize(
    "url",
    [
        "rtsp://10.20.3.4/Streaming/Channels/101?a=b",
        "rtsps://10.20.3.4:322/x",
        "http://192.0.2.7/video",
        "https://[2001:db8::5]:8443/video",
        "rtsp://gate.example.gov/1",
        "rtsp://GATE.example.gov./1",
        "rtsp://pole-7.cams.example.gov/1",
        "rtsp://[::ffff:10.20.3.4]/1",
    ],
)
def test_what_is_permitted_may_be_asked(url: str) -> None:
    assert check_address(f" {url} ", RULES) == url


@pytest.mark.parametrize(
    "url",
    [
        "rtsp://10.21.0.1/x",
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1:5432/",
        "http://localhost/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:169.254.169.254]/",
        # Other programs take these for addresses.
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://10.20.3/",
        "http://127.1/",
        # The host that one program sees is not the one that another sees.
        "rtsp://10.20.3.4@evil.example/x",
        "rtsp://10.20.3.4:80@evil.example/x",
        "rtsp://evil.example\\@10.20.3.4/x",
        "rtsp://evil.example#@10.20.3.4/x",
        "rtsp://10.20.3.4%00.evil.example/x",
        "rtsp://10.20.3.4%2f@evil.example/x",
        "rtsp://10.20.3.4 .evil.example/x",
        "rtsp://10.20.3.4\t/x",
        "rtsp://10.20.3.4\r\nHost: evil/x",
        "rtsp://10.20.3.4,10.21.0.1/x",
        "rtsp://[10.20.3.4]/x",
        "rtsp://\uff11\uff10.20.3.4/x",
        "rtsp://\u24db.localhost/x",
        "rtsp://gate.example.gov.evil.example/x",
        "rtsp://evilgate.example.gov/x",
        "rtsp://.cams.example.gov/x",
        "rtsp://cams.example.gov/x",
        # No camera speaks these.
        "file:///etc/passwd",
        "concat:10.20.3.4",
        "tcp://10.20.3.4:22",
        "udp://10.20.3.4",
        "data://10.20.3.4/x",
        "subfile,,start,0,end,0,,:/etc/passwd",
        "rtsp:10.20.3.4",
        "//10.20.3.4/x",
        "10.20.3.4",
        "",
        "rtsp://",
        "rtsp://10.20.3.4:port/x",
        "rtsp://10.20.3.4:99999/x",
        "rtsp://10.20.3.4/" + "x" * 2000,
    ],
)
def test_no_other_host_is_asked_however_it_is_written(url: str) -> None:
    with pytest.raises(InvalidInput):
        check_address(url, RULES)


@given(st.text(max_size=60).map(lambda text: f"rtsp://{text}"))
def test_whatever_is_typed_is_an_address_or_refused(url: str) -> None:
    try:
        found = check_address(url, RULES)
    except InvalidInput:
        return
    assert found == url.strip()


def test_a_page_may_look_nowhere_unless_the_settings_say_where() -> None:
    with pytest.raises(InvalidInput, match=r"console\.camera_hosts permits: none"):
        check_address("rtsp://10.20.3.4/x", ConsoleSettings().camera_hosts)
    assert check_address("rtsp://10.20.3.4/x", None)


@pytest.mark.parametrize(
    "rule", ["10.20.0.1/16", "*", "*.", "http://10.20.0.0", "a b", "-a.example", "127.1", "0x7f000001", ""]
)
def test_a_setting_that_means_nothing_is_refused(rule: str) -> None:
    with pytest.raises(ValidationError, match="is neither a network nor a host's name"):
        ConsoleSettings(camera_hosts=(rule,))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"url": "rtsp://u:hunter22@10.20.3.4/x"}, "give user and password by themselves"),
        ({"password": "hunter22"}, "no user"),
        ({"user": "u", "password": "hunter22" * 100}, "at most 256"),
        ({"user": "u", "password": "hunter22\n"}, "no keyboard types"),
        ({"camera_id": "../hunter22"}, "id: "),
        ({"camera_id": "Gate"}, "id: "),
        ({"user": "u", "password": "hunter22", "details": {"latitude": 91.0, "longitude": 0.0}}, "latitude: "),
        ({"details": {"latitude": 36.0}}, "belong together"),
        ({"details": {"latitude": float("nan"), "longitude": 0.0}}, "latitude: "),
        ({"details": {"password_file": "/etc/shadow"}}, "password_file"),
        ({"details": {"ca_file": "/etc/shadow"}}, "ca_file"),
        ({"details": {"mount": "hunter22"}}, "mount: "),
        ({"details": {"permit_until": "soon"}}, "permit_until: "),
    ],
)
def test_what_does_not_fit_is_refused_without_what_is_secret(values: dict[str, object], words: str) -> None:
    given: dict[str, object] = {"camera_id": "gate", "url": "rtsp://10.20.3.4/x", **values}
    with pytest.raises(InvalidInput) as caught:
        NewCamera(**given).settings(RULES)  # type: ignore[arg-type]
    assert words in str(caught.value)
    if "hunter22" in str(given.get("password", "")) + str(given["url"]):
        assert "hunter22" not in str(caught.value)


def test_a_login_of_any_characters_reaches_the_camera_and_is_shown_nowhere() -> None:
    new = NewCamera("gate", "rtsp://10.20.3.4:554/x?y=1", "a@b:c/d", "p@:/?#[]% ü", {"mount": "vehicle"})
    camera, stored = new.settings(RULES)
    assert camera.url.get_secret_value() == (
        "rtsp://a%40b%3Ac%2Fd:p%40%3A%2F%3F%23%5B%5D%25%20%C3%BC@10.20.3.4:554/x?y=1"
    )
    assert stored == {"mount": "vehicle", "url": "rtsp://10.20.3.4:554/x?y=1"}
    assert "p@:" not in repr(new)


def test_a_rule_names_a_host_as_the_network_does() -> None:
    for name in ("a" * 63 + ".gov", "*.cams.gov", "7.cams.gov", "gate"):
        assert ConsoleSettings(camera_hosts=(name,)).camera_hosts == (name,)
    for name in (
        "a" * 64 + ".gov",
        "*.*.gov",
        "-gate.gov",
        "gate-.gov",
        "gate_1.gov",
        "gate.0x",
        "gate.0x7f",
        "gate.7",
    ):
        with pytest.raises(ValidationError, match="neither a network nor a host's name"):
            ConsoleSettings(camera_hosts=(name,))
