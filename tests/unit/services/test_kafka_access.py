"""The local broker's secret: for its owner alone, kept once the broker knows it, and made anew with new data."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from services.kafka_access import SecretFile


@pytest.fixture(autouse=True)
def _open_umask() -> object:
    before = os.umask(0)
    yield
    os.umask(before)


def test_nobody_else_may_read_the_secret_at_any_moment(tmp_path: Path) -> None:
    secret = SecretFile(tmp_path)
    secret.access(is_empty=True)
    assert [path.stat().st_mode & 0o777 for path in tmp_path.iterdir()] == [0o600]
    secret.keep()
    assert [(path.name, path.stat().st_mode & 0o777) for path in tmp_path.iterdir()] == [("secret", 0o600)]


def test_a_secret_counts_once_the_broker_knows_it_and_then_nobody_else_sets_it_up(tmp_path: Path) -> None:
    secret = SecretFile(tmp_path)
    first = secret.access(is_empty=True)
    assert first.setup is not None
    assert secret.login() is None
    again = secret.access(is_empty=False)  # killed before the broker was told
    assert again.login == first.login
    assert again.setup is not None
    assert again.setup.password != first.setup.password
    secret.keep()
    assert secret.login() == first.login
    known = secret.access(is_empty=False)
    assert (known.login, known.setup) == (first.login, None)
    assert len(first.login.password) == 64


def test_a_broker_without_data_is_told_the_secret_that_clients_have(tmp_path: Path) -> None:
    secret = SecretFile(tmp_path)
    first = secret.access(is_empty=True).login
    secret.keep()
    renewed = secret.access(is_empty=True)
    assert renewed.login == first
    assert renewed.setup is not None
    assert secret.login() is None


def test_no_password_is_shown(tmp_path: Path) -> None:
    access = SecretFile(tmp_path).access(is_empty=True)
    assert access.setup is not None
    for password in (access.login.password, access.setup.password, access.internal):
        assert password not in repr(access)
