"""Who logs in at a broker with a password: of enough entropy, stored as SCRAM, and dropped whole."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from services.kafka.client import kafka_errors
from services.kafka.users import drop_user, existing_users, new_password, set_password


class Admin:
    """A broker's users; a test says what it refuses."""

    def __init__(self, refusal: str | None = None, **users: list[str]) -> None:
        self.refusal, self.users, self.altered = refusal, users, []  # type: ignore[var-annotated]

    def describe_user_scram_credentials(self, names: list[str]) -> dict[str, Any]:
        infos = {name: [{"mechanism": SimpleNamespace(name=one)} for one in self.users.get(name, [])] for name in names}
        return {name: {"credential_infos": found} for name, found in infos.items() if found}

    def alter_user_scram_credentials(self, alterations: list[Any]) -> dict[str, str | None]:
        self.altered += alterations
        return {one.user: self.refusal for one in alterations}


def test_a_password_has_192_bits_and_needs_no_quoting() -> None:
    one, other = new_password(), new_password()
    assert one != other
    assert len(one) == 48
    assert set(one) <= set("0123456789abcdef")


@pytest.mark.parametrize(("mechanism", "number"), [("SCRAM-SHA-256", 1), ("SCRAM-SHA-512", 2)])
def test_a_broker_keeps_it_salted_and_hashed_8192_times(mechanism: str, number: int) -> None:
    admin = Admin()
    set_password(admin, "norfolk", "secret", mechanism)
    (made,) = admin.altered
    assert (made.user, made.mechanism.value, made.iterations) == ("norfolk", number, 8192)
    drop_user(admin, "norfolk", (mechanism,))
    assert (admin.altered[1].user, admin.altered[1].mechanism.value) == ("norfolk", number)


def test_users_are_told_with_how_they_log_in() -> None:
    admin = Admin(norfolk=["SCRAM_SHA_256", "SCRAM_SHA_512"], suffolk=["SCRAM_SHA_512"])
    assert existing_users(admin, ["suffolk", "norfolk", "hampton"]) == {
        "norfolk": ("SCRAM-SHA-256", "SCRAM-SHA-512"),
        "suffolk": ("SCRAM-SHA-512",),
    }
    assert existing_users(SimpleNamespace(), []) == {}


def test_a_broker_that_refuses_is_heard() -> None:
    with pytest.raises(kafka_errors.KafkaError, match="too few iterations"):
        set_password(Admin("too few iterations"), "norfolk", "secret", "SCRAM-SHA-256")
    with pytest.raises(kafka_errors.AuthorizationError):
        drop_user(Admin("no permission to alter"), "norfolk", ("SCRAM-SHA-256",))
