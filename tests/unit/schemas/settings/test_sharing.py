"""Whom this agency asks, in its configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import ConfigurationError
from schemas.settings import NeighborSettings, load_settings

NEIGHBOR = """
[[sharing.neighbors]]
id = "suffolk-pd"
name = "Suffolk Police Department"
agreement = "suffolk"
"""


def load(tmp_path: Path, text: str) -> tuple[NeighborSettings, ...]:
    path = tmp_path / "platewatch.toml"
    path.write_text(text)
    return load_settings(path).sharing.neighbors


def test_a_neighbor_has_a_broker_of_its_own(tmp_path: Path) -> None:
    text = NEIGHBOR + 'kafka.bootstrap_servers = ["kafka.suffolk.example:9093"]\nkafka.password_file = "secret"\n'
    (neighbor,) = load(tmp_path, text)
    assert neighbor.kafka.bootstrap_servers == ("kafka.suffolk.example:9093",)
    assert neighbor.kafka.password_file == tmp_path / "secret"
    assert neighbor.agreement_version is None


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (NEIGHBOR * 2, "neighbor named more than once: suffolk-pd"),
        (NEIGHBOR.replace('"suffolk"', '"a.b"'), "agreement"),
        (NEIGHBOR.replace("suffolk-pd", "Suffolk PD"), "id"),
        (NEIGHBOR + "agreement_version = 0\n", "agreement_version"),
        ('[sharing]\nori = "va"\n', "ori"),
        ("[sharing]\nquery_rows = 100000\n", "query_rows"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(ConfigurationError, match=named):
        load(tmp_path, text)


def test_every_key_is_documented() -> None:
    text = (Path(__file__).parents[4] / "docs/configuration.md").read_text()
    section = text.partition("## [[sharing.neighbors]]")[2].partition("\n## ")[0]
    assert [key for key in NeighborSettings.model_fields if f"| `{key}` |" not in section] == []
