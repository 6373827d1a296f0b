"""systemd's notify protocol, at a socket as systemd has it."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.service_manager import ServiceManager


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bound:
        bound.bind(str(tmp_path / "notify"))
        bound.settimeout(0.2)
        yield bound


def told(inbox: socket.socket) -> list[str]:
    """Everything that came, a list of lines each."""
    messages = []
    while True:
        try:
            messages.append(inbox.recv(4096).decode())
        except TimeoutError:
            return messages


def manager(inbox: socket.socket, **environment: str) -> ServiceManager:
    return ServiceManager.of_environment({"NOTIFY_SOCKET": inbox.getsockname(), **environment})


def test_each_state_is_one_datagram(inbox: socket.socket) -> None:
    told_to = manager(inbox)
    told_to.status("starting")
    told_to.ready("2 cameras")
    told_to.reloading()
    told_to.reloaded()
    told_to.stopping()
    status, ready, reloading, reloaded, stopping = told(inbox)
    assert status == "STATUS=starting"
    assert ready == reloaded == "READY=1\nSTATUS=2 cameras"
    assert reloading.startswith("RELOADING=1\nMONOTONIC_USEC=")
    assert reloading.rpartition("=")[2].isdecimal()
    assert stopping.splitlines()[0] == "STOPPING=1"


def test_an_abstract_socket_is_reached() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bound:
        name = f"platewatch-{os.getpid()}"
        bound.bind(f"\0{name}")
        bound.settimeout(0.2)
        ServiceManager.of_environment({"NOTIFY_SOCKET": f"@{name}"}).ready("")
        assert told(bound) == ["READY=1\nSTATUS="]


def test_the_watchdog_is_fed_thrice_an_interval_and_not_while_something_is_silent(
    inbox: socket.socket, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr("services.service_manager.time.monotonic", lambda: now)
    asked: list[float] = []
    silent: list[str] = []

    def who(seconds: float) -> list[str]:
        asked.append(seconds)
        return list(silent)

    fed = manager(inbox, WATCHDOG_USEC="9000000", WATCHDOG_PID=str(os.getpid()))
    for now in (1000.0, 1002.9, 1003.0, 1005.9, 1006.0):  # noqa: B007 - read by the clock
        fed.feed(who)
    assert told(inbox) == ["WATCHDOG=1"] * 3
    assert asked == [9.0] * 3
    silent.append("recorder")
    for now in (1009.0, 1012.0):  # noqa: B007 - read by the clock
        fed.feed(who)
    assert told(inbox) == []
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR] == [
        "no life from recorder; unless that changes, the service manager starts us anew"
    ]
    silent.clear()
    now = 1015.0
    fed.feed(who)
    assert told(inbox) == ["WATCHDOG=1"]


@pytest.mark.parametrize(
    "environment", [{}, {"WATCHDOG_USEC": "0"}, {"WATCHDOG_USEC": "1", "WATCHDOG_PID": "1"}, {"WATCHDOG_USEC": "x"}]
)
def test_no_watchdog_is_fed_where_none_waits_for_us(inbox: socket.socket, environment: dict[str, str]) -> None:
    manager(inbox, **environment).feed(lambda _: [])
    assert told(inbox) == []


def test_without_a_manager_nothing_is_said(caplog: pytest.LogCaptureFixture) -> None:
    alone = ServiceManager.of_environment({"WATCHDOG_USEC": "1000000"})
    alone.ready("x")
    alone.feed(lambda _: pytest.fail("nobody waits"))
    assert caplog.records == []


def test_a_manager_that_is_gone_is_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    gone = ServiceManager(str(tmp_path / "none"))
    gone.ready("x")
    gone.stopping()
    assert [record.getMessage() for record in caplog.records] == [
        f"NOTIFY_SOCKET {tmp_path / 'none'} cannot be reached (No such file or directory)"
    ]
