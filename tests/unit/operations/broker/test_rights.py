"""Rights at the broker: what is too much goes before what is missing is given, and after it is written down."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from operations.broker import rights
from operations.broker.passwords import NewLogin
from operations.broker.rights import RightsChange, apply_rights, renew_login, view_rights
from schemas.actor import Actor, SignIn
from schemas.errors import InvalidInput
from schemas.settings import KafkaSettings, Settings
from services.kafka.rights import Operation, Resource, Right
from sharing.access.comparing import Difference

LEE = Actor("lee", SignIn.LOCAL_USER, "desk", "portsmouth-pd")
SCRAM = KafkaSettings(options={"sasl_mechanism": "SCRAM-SHA-512"})
PLAIN = KafkaSettings(options={"sasl_mechanism": "PLAIN"})


def right(user: str, name: str = "a-topic") -> Right:
    return Right(user, Resource.TOPIC, name, Operation.READ)


GIVE, TAKE, WIDE = right("suffolk"), right("gone"), right("*")


class Rules:
    """What agreements ask for: suffolk reads, norfolk and hampton log in, two others are gone."""

    users = SimpleNamespace(find=lambda member: {"suffolk-pd": "suffolk", "idle-pd": "idle"}.get(member))
    wanted = frozenset({GIVE})

    def everything(self) -> Difference:
        return Difference((GIVE,), (TAKE,), ("gone", "away"), ())

    def difference(self, existing: object) -> Difference:
        assert existing == ["what is there"]
        return Difference((GIVE,), (TAKE,), ("gone", "away"), (WIDE,))

    def logins(self) -> set[str]:
        return {"suffolk", "norfolk", "hampton"}


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What was done, in its order."""
    found: list[tuple[Any, ...]] = []

    @contextlib.contextmanager
    def administering(kafka: KafkaSettings) -> Iterator[str]:
        yield "admin"

    def known(admin: str, asked: set[str]) -> dict[str, tuple[str, ...]]:
        assert asked == {"suffolk", "norfolk", "hampton", "gone", "away"}
        return {"suffolk": ("SCRAM-SHA-512",), "gone": ("SCRAM-SHA-256",)}

    def login(admin: str, user: str, mechanism: str, folder: Path | None) -> NewLogin:
        found.append(("login", admin, user, mechanism, folder))
        return NewLogin(user, None, "x")

    monkeypatch.setattr(rights, "administering", administering)
    monkeypatch.setattr(rights, "_rules", lambda *_: Rules())
    monkeypatch.setattr(rights, "existing_rights", lambda _: ["what is there"])
    monkeypatch.setattr(rights, "existing_users", known)
    monkeypatch.setattr(rights, "make_login", login)
    monkeypatch.setattr(rights, "give_rights", lambda *what: found.append(("give", *what)))
    monkeypatch.setattr(rights, "take_rights", lambda *what: found.append(("take", *what)))
    monkeypatch.setattr(rights, "drop_user", lambda *what: found.append(("drop", *what)))
    monkeypatch.setattr(
        rights,
        "write_audit",
        lambda _, record, results=None, **more: found.append(
            (record.action.value, dict(record.details), results, more)
        ),
    )
    return found


CHANGE = RightsChange((GIVE,), (TAKE,), ("hampton", "norfolk"), ("gone",), (WIDE,), "SCRAM-SHA-512")


def test_what_is_too_much_goes_first_after_it_is_written_down(done: list[tuple[Any, ...]], tmp_path: Path) -> None:
    made = apply_rights(LEE, None, Settings(), SCRAM, "suffolk", tmp_path)  # type: ignore[arg-type]
    details = {"give": [str(GIVE)], "take": [str(TAKE)], "make": ["hampton", "norfolk"], "drop": ["gone"]}
    assert done == [
        ("apply_rights", {"agreement": "suffolk"}, 2, details),
        ("take", "admin", (TAKE,)),
        ("drop", "admin", "gone", ("SCRAM-SHA-256",)),
        ("login", "admin", "hampton", "SCRAM-SHA-512", tmp_path),
        ("login", "admin", "norfolk", "SCRAM-SHA-512", tmp_path),
        ("give", "admin", (GIVE,)),
    ]
    assert [one.user for one in made.logins] == ["hampton", "norfolk"]
    assert CHANGE.details == details
    assert not CHANGE.is_nothing
    assert RightsChange((), (), wider=(WIDE,), mechanism="x").is_nothing


def test_where_the_broker_keeps_no_passwords_nobody_is_made_or_dropped(done: list[tuple[Any, ...]]) -> None:
    made = apply_rights(LEE, None, Settings(kafka=PLAIN), PLAIN)  # type: ignore[arg-type]
    assert [what for what, *_ in done] == ["apply_rights", "take", "give"]
    assert (made.make, made.drop, made.logins, made.mechanism) == ((), (), (), None)


@pytest.mark.parametrize("own", [True, False])
def test_a_look_changes_nothing(done: list[tuple[Any, ...]], own: bool) -> None:
    settings = Settings(kafka=SCRAM if own else KafkaSettings())
    assert view_rights(LEE, None, settings, KafkaSettings() if own else SCRAM, "suffolk") == CHANGE  # type: ignore[arg-type]
    assert done == [("view_rights", {"agreement": "suffolk"}, 2, {})]


def test_without_a_broker_everything_is_told(done: list[tuple[Any, ...]]) -> None:
    logins = ("hampton", "norfolk", "suffolk")
    whole = RightsChange((GIVE,), (TAKE,), logins, ("gone", "away"), mechanism="SCRAM-SHA-512")
    assert view_rights(LEE, None, Settings(kafka=SCRAM), None) == whole  # type: ignore[arg-type]
    assert view_rights(LEE, None, Settings(), None) == RightsChange((GIVE,), (TAKE,))  # type: ignore[arg-type]
    assert [results for _, _, results, _ in done] == [2, 2]


def test_a_member_that_receives_gets_another_password(done: list[tuple[Any, ...]], tmp_path: Path) -> None:
    made = renew_login(LEE, None, Settings(), SCRAM, "suffolk-pd", tmp_path)  # type: ignore[arg-type]
    assert made.user == "suffolk"
    assert done == [
        ("renew_login", {"member": "suffolk-pd", "user": "suffolk"}, None, {}),
        ("login", "admin", "suffolk", "SCRAM-SHA-512", tmp_path),
    ]
    done.clear()
    for member in ("idle-pd", "nobody"):
        with pytest.raises(InvalidInput, match=f"nothing is shared over the broker with '{member}'"):
            renew_login(LEE, None, Settings(), SCRAM, member, tmp_path)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="users do not log in by SCRAM here"):
        renew_login(LEE, None, Settings(), PLAIN, "suffolk-pd", tmp_path)  # type: ignore[arg-type]
    assert done == []
