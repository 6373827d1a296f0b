"""Which users of a broker are our own services': those that the settings name, else the one that they log in as."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.settings import KafkaSettings
from sharing.access.wanted import OwnUsers

SCRAM = {"sasl_plain_username": "platewatch", "sasl_mechanism": "SCRAM-SHA-256"}
AWAY = ("kafka.example:9092",)


@pytest.mark.parametrize(
    ("kafka", "users"),
    [
        ({"bootstrap_servers": AWAY, "options": SCRAM}, {"platewatch"}),
        ({"local": True}, {"platewatch"}),
        ({"local": True, "options": SCRAM}, {"platewatch"}),
        # With an address of a broker elsewhere the local one is not started, and its user is nobody there.
        ({"local": True, "bootstrap_servers": AWAY}, set()),
        ({"bootstrap_servers": AWAY}, set()),
        ({}, set()),
        ({"bootstrap_servers": AWAY, "options": SCRAM, "rights": {"relay_users": ["relay"]}}, {"platewatch", "relay"}),
        (
            {
                "bootstrap_servers": AWAY,
                "options": SCRAM,
                "administrator": {"options": SCRAM | {"sasl_plain_username": "root"}},
            },
            {"platewatch", "root"},
        ),
    ],
)
def test_whose_rights_are_never_taken(kafka: dict[str, Any], users: set[str]) -> None:
    assert OwnUsers.of(KafkaSettings.model_validate(kafka)).everybody == users


def test_who_is_named_takes_the_place_of_who_logs_in() -> None:
    rights = {"relay_users": ["relay"], "recognizer_users": ["car-1", "car-2"]}
    own = OwnUsers.of(KafkaSettings.model_validate({"bootstrap_servers": AWAY, "options": SCRAM, "rights": rights}))
    assert (own.relays, own.recognizers, own.matchers) == (("relay",), ("car-1", "car-2"), ("platewatch",))
