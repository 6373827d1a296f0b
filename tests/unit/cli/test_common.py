"""Who gives a command is asked from the system, not from what anybody can set."""

from __future__ import annotations

import os
import pwd
import socket

import pytest

from cli.common import command_actor
from schemas.actor import Actor, SignIn
from schemas.settings import Settings

SETTINGS = Settings(agency_id="portsmouth-pd")


def test_the_actor_is_the_systems_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "somebody-else")
    monkeypatch.setattr(os, "ttyname", lambda descriptor: f"/dev/pts/{descriptor}")
    name = pwd.getpwuid(os.getuid()).pw_name
    origin = f"{socket.gethostname()}, /dev/pts/0"
    assert command_actor(SETTINGS) == Actor(name, SignIn.LOCAL_USER, origin, "portsmouth-pd")


def test_a_user_without_a_name_and_a_terminal_has_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(number: int) -> None:
        raise KeyError(number)

    def no_terminal(descriptor: int) -> str:
        raise OSError(descriptor)

    monkeypatch.setattr(pwd, "getpwuid", nobody)
    monkeypatch.setattr(os, "ttyname", no_terminal)
    actor = command_actor(SETTINGS)
    assert actor.name == f"uid {os.getuid()}"
    assert actor.origin == f"{socket.gethostname()}, process {os.getpid()}"
