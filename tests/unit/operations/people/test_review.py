"""The access review as a table, and how somebody comes in, in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from operations.people.review import COLUMNS, Reviewed, _reviewed, csv_lines
from schemas.roles import Role
from storage.people.people import Person

ADDED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
PAT = Person(
    person_id=7,
    name="pat",
    full_name="=Pat, Doe",
    agency_id="portsmouth-pd",
    roles=frozenset({Role.SUPERVISOR, Role.AUDITOR}),
    issuer=None,
    subject=None,
    added_at=ADDED,
    added_by="ann",
    last_sign_in_at=None,
    last_training_on=None,
    disabled_at=None,
    disabled_by=None,
    disabled_reason=None,
    passkeys=0,
    authenticator_step=0,
    password_hash=None,
    authenticator_secret=None,
)


@pytest.mark.parametrize(
    ("person", "words"),
    [
        ({}, "nothing yet"),
        ({"authenticator_secret": "s"}, "nothing yet"),
        ({"password_hash": "h"}, "password"),
        ({"password_hash": "h", "authenticator_secret": "s"}, "password and authenticator"),
        ({"passkeys": 1}, "passkey"),
        ({"passkeys": 2, "password_hash": "h"}, "password, 2 passkeys"),
        ({"subject": "4711"}, "the directory"),
        ({"roles": frozenset({Role.AGENCY_SERVICE})}, "tokens"),
    ],
)
def test_how_somebody_comes_in(person: dict[str, Any], words: str) -> None:
    assert Reviewed(replace(PAT, **person), 0, 0, None, False, ()).signs_in_by == words


def test_the_table_has_everything_of_each() -> None:
    ended = replace(
        PAT,
        last_training_on=date(2025, 12, 31),
        disabled_at=ADDED,
        disabled_by="kim",
        disabled_reason="left",
        passkeys=1,
    )
    lines = list(csv_lines([Reviewed(PAT, 1, 2, ADDED, True, ("a", "b")), Reviewed(ended, 0, 0, None, False, ())]))
    at = "2026-01-02T03:04:05Z"
    assert lines == [
        ",".join(COLUMNS) + "\r\n",
        f'pat,"\'=Pat, Doe",portsmouth-pd,auditor supervisor,nothing yet,{at},ann,{at},,yes,,,,1,2,a; b\r\n',
        f'pat,"\'=Pat, Doe",portsmouth-pd,auditor supervisor,passkey,{at},ann,,2025-12-31,no,{at},kim,left,0,0,\r\n',
    ]


@pytest.mark.parametrize(
    ("person", "days", "findings"),
    [
        ({"last_sign_in_at": ADDED, "last_training_on": date(2025, 1, 3)}, 1, ()),  # a year ago
        ({"last_sign_in_at": ADDED, "last_training_on": date(2025, 1, 2)}, 1, ("trained 366 days ago",)),
        ({"last_sign_in_at": ADDED, "last_training_on": None}, 1, ("no training is noted",)),
        ({"last_sign_in_at": ADDED}, 90, ()),
        ({"last_sign_in_at": ADDED}, 91, ("inactive for 91 days",)),
        ({}, 91, ("never signed in, added 91 days ago",)),
        ({"last_sign_in_at": ADDED, "disabled_at": ADDED}, 91, ()),
    ],
)
def test_who_was_not_here_for_long_is_named(person: dict[str, Any], days: int, findings: tuple[str, ...]) -> None:
    trained: dict[str, Any] = {"last_training_on": date(2026, 1, 1), "password_hash": "h"}
    one = replace(PAT, **trained | person)
    found = _reviewed(one, ADDED + timedelta(days=days), 90, one.last_sign_in_at, (0, 0))
    assert (found.findings, found.is_inactive) == (findings, days > 90 and bool(findings))
