"""Users of a broker who log in with a password (SCRAM): which there are, made, given another password, and dropped."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any

from services.kafka.client import UserScramCredentialDeletion, UserScramCredentialUpsertion, kafka_errors

MECHANISMS = ("SCRAM-SHA-256", "SCRAM-SHA-512")
_BYTES = 24
ITERATIONS = 8192


def new_password() -> str:
    """Return a password that nobody guesses, of letters and digits that need no quoting anywhere."""
    return secrets.token_hex(_BYTES)


def existing_users(admin: Any, names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return those of these users who can log in, each with the mechanisms.

    Args:
        admin: An open KafkaAdminClient.
        names: The users.

    Raises:
        KafkaError: The broker cannot be asked, or this user may not ask.
    """
    asked = sorted(names)
    if not asked:
        return {}
    answer = admin.describe_user_scram_credentials(asked)
    found = {name: answer.get(name, {}).get("credential_infos", ()) for name in asked}
    return {
        name: tuple(str(one["mechanism"].name).replace("_", "-") for one in infos)
        for name, infos in found.items()
        if infos
    }


def set_password(admin: Any, user: str, password: str, mechanism: str) -> None:
    """Give a user, who may be new, a password; from then on the one before does not do.

    Raises:
        KafkaError: The broker refuses, or cannot be asked.
    """
    _altered(admin, UserScramCredentialUpsertion(user, mechanism, password, iterations=ITERATIONS))


def drop_user(admin: Any, user: str, mechanisms: Iterable[str]) -> None:
    """Let a user not log in any more; connections that are open go on until they end.

    Args:
        admin: An open KafkaAdminClient.
        user: Who.
        mechanisms: How the user could.

    Raises:
        KafkaError: The broker refuses, or cannot be asked.
    """
    for mechanism in mechanisms:
        _altered(admin, UserScramCredentialDeletion(user, mechanism))


def _altered(admin: Any, alteration: Any) -> None:
    for user, refusal in admin.alter_user_scram_credentials([alteration]).items():
        if refusal is not None:
            if "permission" in refusal:  # kafka-python tells the text alone
                raise kafka_errors.ClusterAuthorizationFailedError(f"user {user}")
            raise kafka_errors.InvalidRequestError(f"user {user}: {refusal}")
