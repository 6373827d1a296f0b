"""The local broker keeps its ports as long as both are free."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path

import pytest

from services.kafka_ports import HOST, accepts, choose_ports, kept_ports


@pytest.fixture(autouse=True)
def _short_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.kafka_ports.WAIT_SECONDS", 0.1)


@contextmanager
def taken(port: int) -> Iterator[None]:
    """Another program that listens at a port."""
    with socket.socket() as other:
        other.bind((HOST, port))
        other.listen()
        yield


def test_the_ports_of_the_last_start_are_taken_again(tmp_path: Path) -> None:
    assert kept_ports(tmp_path) is None
    first = choose_ports(tmp_path, keep=True)
    assert len(set(astuple(first))) == 2
    assert first.bootstrap_server == f"127.0.0.1:{first.broker}"
    assert kept_ports(tmp_path) == first
    assert choose_ports(tmp_path, keep=True) == first
    assert (tmp_path / "ports.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("which", ["broker", "controller"])
def test_where_somebody_else_has_one_of_them_both_are_chosen_anew(tmp_path: Path, which: str) -> None:
    first = choose_ports(tmp_path, keep=True)
    with taken(getattr(first, which)):
        assert accepts(getattr(first, which))
        second = choose_ports(tmp_path, keep=True)
    assert getattr(second, which) != getattr(first, which)
    assert kept_ports(tmp_path) == second
    assert not accepts(second.broker)


def test_ports_that_cannot_be_read_are_chosen_anew(tmp_path: Path) -> None:
    for text in ("", "{}", "[1, 2]", '{"broker": "x", "controller": 1}'):
        (tmp_path / "ports.json").write_text(text)
        assert kept_ports(tmp_path) is None
        assert choose_ports(tmp_path, keep=True) == kept_ports(tmp_path)
