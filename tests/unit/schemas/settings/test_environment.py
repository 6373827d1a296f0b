"""Variables of the environment that name no key are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import ConfigurationError
from schemas.settings import load_settings

FEED = """
[[hotlists.feeds]]
name = "ncic"
source = "ncic"
kind = "https"
url = "https://lists.example/ncic"
token_env = "PLATEWATCH_NCIC_TOKEN"
"""


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("PLATEWATCH_KAFAK__LOCAL", "names no key of the configuration; did you mean PLATEWATCH_KAFKA__LOCAL?"),
        ("PLATEWATCH_DATADIR", "did you mean PLATEWATCH_DATA_DIR?"),
        ("PLATEWATCH_KAFKA_LOCAL", "did you mean PLATEWATCH_KAFKA__LOCAL?"),
        ("platewatch_datadir", "platewatch_datadir names no key"),
        ("PLATEWATCH_NOTHING_LIKE_IT_AT_ALL", "remove it or correct its name"),
        ("PLATEWATCH_DATA_DIR__LOCAL", "PLATEWATCH_DATA_DIR__LOCAL names no key"),
        ("PLATEWATCH_CAMERAS__0__PATH", "'cameras'"),
        ("PLATEWATCH_", "PLATEWATCH_ names no key"),
        ("PLATEWATCH_CONFIGURATION", "did you mean PLATEWATCH_CONFIG?"),
        ("PLATEWATCH_DATABASE__URLL", "database.urll"),
    ],
)  # fmt: skip
def test_a_variable_that_names_no_key_is_an_error(monkeypatch: pytest.MonkeyPatch, name: str, said: str) -> None:
    monkeypatch.setenv(name, "1")
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PLATEWATCH_CONFIG", "platewatch.toml"),
        ("PLATEWATCH_KAFKA__LOCAL", "true"),
        ("platewatch_agency_id", "portsmouth-pd"),
        ("PLATEWATCH_KAFKA__OPTIONS", '{"sasl_mechanism": "PLAIN"}'),
        ("PLATEWATCH_KAFKA__OPTIONS__SASL_MECHANISM", "PLAIN"),
        ("PLATEWATCH_RECOGNITION__DETECTOR__CONFIDENCE", "0.4"),
        ("PLATEWATCH_CAMERAS", "[]"),
        ("PLATEWATCH", "/usr/bin/platewatch"),
        ("XPLATEWATCH_NOTHING", "1"),
    ],
)
def test_others_are_left_alone(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    load_settings()


def test_a_secret_that_the_configuration_names_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "platewatch.toml"
    config.write_text(FEED)
    monkeypatch.setenv("PLATEWATCH_NCIC_TOKEN", "secret")
    load_settings(config)
    monkeypatch.setenv("PLATEWATCH_NJ_TOKEN", "secret")
    with pytest.raises(ConfigurationError, match="PLATEWATCH_NJ_TOKEN names no key") as caught:
        load_settings(config)
    assert "secret" not in str(caught.value)
