"""Law profiles as files: those that ship, one's own, and bad ones."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.decisions import open_policy
from policy.loading import load_profile
from schemas.errors import ConfigurationError
from schemas.settings import PolicySettings, RetentionSettings, Settings
from schemas.types import Category

ENTRY = """
jurisdiction = "US-ZZ"
title = "Law of Nowhere"
[notify]
permitted = ["stolen_vehicle"]
citation = "Nowhere Code 1"
as_of = 2026-01-02
confidence = "unconfirmed"
[retention.reads]
days = 7
citation = "Nowhere Code 2"
as_of = 2026-01-02
confidence = "secondary"
"""


def test_a_department_may_write_its_own(tmp_path: Path) -> None:
    file = tmp_path / "nowhere.toml"
    file.write_text(ENTRY)
    policy = open_policy(Settings(policy=PolicySettings(profile=str(file))))
    assert policy.profile.jurisdiction == "US-ZZ"
    assert [category for category in Category if policy.may_notify(category)] == [Category.STOLEN_VEHICLE]
    assert policy.retention.reads == timedelta(days=7)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("stolen_vehicle", "stolen_car", "'notify.permitted"),
        ('permitted = ["stolen_vehicle"]\n', "", "'notify.permitted': field required"),
        ("days = 7", "dais = 7", "unknown key 'retention.reads.dais'"),
        ("days = 7", "days = 0", "'retention.reads.days'"),
        ("days = 7", "days = 7\nseconds = 180", "days and seconds are both given"),
        ('citation = "Nowhere Code 1"', 'citation = " "', "'notify.citation'"),
        ('citation = "Nowhere Code 1"\n', "", "'notify.citation': field required"),
        ("as_of = 2026-01-02", 'as_of = "soon"', "'notify.as_of'"),
        ('"unconfirmed"', '"certain"', "'notify.confidence'"),
        ('"US-ZZ"', '"Nowhere"', "'jurisdiction'"),
        ("[notify]", "[notify", "not valid TOML"),
        ('title = "Law of Nowhere"', "[sharing]", "'sharing.kinds': field required"),
    ],
)
def test_a_bad_profile_is_refused_in_one_line(tmp_path: Path, old: str, new: str, named: str) -> None:
    file = tmp_path / "nowhere.toml"
    text = ENTRY.replace(old, new, 1)
    assert text != ENTRY
    file.write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        load_profile(str(file))
    assert named in str(caught.value)
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_profile_or_one_line(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.mktemp("profile") / "x.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        load_profile(str(file))
    assert len(str(caught.value).splitlines()) == 1


def test_a_missing_or_unknown_profile_says_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no law profile is named 'texas'; use one of alabama, "):
        load_profile("texas")
    with pytest.raises(ConfigurationError, match=r"no such law profile; correct policy\.profile"):
        load_profile(str(tmp_path / "none.toml"))
    with pytest.raises(ConfigurationError, match=r"cannot be read \(.*null"):
        load_profile(str(tmp_path / "nul\0.toml"))
    folder = tmp_path / "folder.toml"
    folder.mkdir()
    with pytest.raises(ConfigurationError, match=r"cannot be read \(Is a directory\)"):
        load_profile(str(folder))


def test_a_file_that_is_no_profile_by_its_size_is_not_read_on(tmp_path: Path) -> None:
    file = tmp_path / "nowhere.toml"
    comment = "# " + "x" * 97 + "\n"
    file.write_text(ENTRY + comment * ((1_000_000 - len(ENTRY)) // len(comment)))
    assert load_profile(str(file)).jurisdiction == "US-ZZ"
    file.write_text(ENTRY + comment * (1_000_000 // len(comment) + 1))
    with pytest.raises(ConfigurationError, match="too large for a law profile"):
        load_profile(str(file))


@pytest.mark.parametrize(
    ("limit", "allowed"), [("days = 21", True), ("seconds = 1814400", True), ("seconds = 1814399", False)]
)
def test_a_setting_may_be_as_long_as_the_law_and_no_second_longer(tmp_path: Path, limit: str, allowed: bool) -> None:
    file = tmp_path / "nowhere.toml"
    file.write_text(ENTRY.replace("days = 7", limit))
    settings = Settings(policy=PolicySettings(profile=str(file)), retention=RetentionSettings(reads_days=21))
    if allowed:
        assert open_policy(settings).retention.reads == timedelta(days=21)
    else:
        with pytest.raises(ConfigurationError, match="21 days are longer than the 1814399 seconds of Nowhere Code 2"):
            open_policy(settings)
