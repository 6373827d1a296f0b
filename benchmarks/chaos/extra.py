"""What comes besides where an installation has several machines: an agreement, and other readers' reads in masses."""

from __future__ import annotations

import json
import random
import string
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.chaos.installation.installation import PARTNER, Installation
from benchmarks.chaos.installation.site import AGENCY

SHARED_CAMERA = "gate"
"""The agreement is about its alerts alone."""
SURGE = 1500
"""Reads that come at once."""
SURGE_EVERY = 4
_LISTED = 3
_MOST_TURNS = 400
_BATCH = 100
_SIGNS = 8
"""Characters of a plate: no rendered one has as many, so that none is taken for one of these."""
_POST_SECONDS = 10.0
_PAUSE_SECONDS = 0.3

_AGREEMENT = """
id = "{agreement}"
title = "Memorandum of understanding"
authority = "Code of Virginia 2.2-5517"
paper_sha256 = "{paper}"
valid_from = {first}
valid_until = {last}
notice_days = 30
audit_every_days = 90
[[members]]
id = "{owner}"
name = "Chaos Police Department"
ori = "VA1160000"
kind = "law_enforcement"
state = "US-VA"
role = "owner"
[[members]]
id = "partner-pd"
name = "Partner Police Department"
ori = "VA1260000"
kind = "law_enforcement"
state = "US-VA"
[[signers]]
member = "{owner}"
name = "A. Chief"
title = "chief of police"
signed_on = {first}
[[signers]]
member = "partner-pd"
name = "B. Chief"
title = "chief of police"
signed_on = {first}
[[grants]]
shares = "alerts"
to = ["partner-pd"]
cameras = ["{camera}"]
categories = ["stolen_vehicle"]
tiers = ["exact", "probable", "partial"]
fields = ["plate", "place"]
purposes = ["stolen_vehicle"]
max_days = 3650
cji = true
"""


class Extra:
    """The agreement, and the posts.

    Args:
        installation: Who gets them.
    """

    def __init__(self, installation: Installation) -> None:
        self.posted = 0
        """How many reads were posted."""
        self._installation = installation
        rng = random.Random(17)
        self._listed = ["".join(rng.choices(string.ascii_uppercase, k=_SIGNS)) for _ in range(_MOST_TURNS * _LISTED)]

    @property
    def rows(self) -> list[str]:
        """Rows of a list that names some of the vehicles that are posted."""
        numbered = enumerate(self._listed)
        return [f"{plate},VA,stolen_vehicle,{_case(*divmod(number, _LISTED))}\n" for number, plate in numbered]

    def agree(self) -> None:
        """Have the agreement proposed by one person, and approved by another."""
        today = datetime.now(UTC).date()
        path = self._installation.site.folder / "agreement.toml"
        dates = {"first": today - timedelta(days=30), "last": today + timedelta(days=300)}
        path.write_text(
            _AGREEMENT.format(agreement=PARTNER, owner=AGENCY, camera=SHARED_CAMERA, paper="0" * 64, **dates)
        )
        give = self._installation.person.give
        give("", "agreements", "add", "--file", str(path))
        give("", "agreements", "approve", PARTNER, sudo="kim")

    def turn(self, number: int, at: datetime) -> None:
        """Post what a turn has of it.

        Args:
            number: The turn's.
            at: When the vehicles pass, within a minute.
        """
        if number % SURGE_EVERY == 1:
            reads = list(self._reads(number, at))
            self.posted += len(reads)
            self._installation.surge(lambda: self._post(reads))

    def cases(self, number: int) -> list[str]:
        """Return the cases of the listed vehicles among those that a turn has."""
        return [_case(number, one) for one in range(_LISTED)] if number % SURGE_EVERY == 1 else []

    def _reads(self, number: int, at: datetime) -> Iterator[dict[str, Any]]:
        rng = random.Random(number)
        plates = ["".join(rng.choices(string.ascii_uppercase, k=_SIGNS)) for _ in range(SURGE - _LISTED)]
        plates += self._listed[number * _LISTED : (number + 1) * _LISTED]
        rng.shuffle(plates)
        for place, plate in enumerate(plates):
            moment = at + timedelta(seconds=60 * place / len(plates))
            yield {
                "read_id": f"{number}-{place}",
                "plate": plate,
                "state": "US-VA",
                "confidence": 0.99,
                "captured_at": moment.isoformat(),
            }

    def _post(self, reads: list[dict[str, Any]]) -> None:
        for first in range(0, len(reads), _BATCH):
            body = json.dumps({"reads": reads[first : first + _BATCH]}).encode()
            deadline = time.monotonic() + self._installation.patience
            # A reader keeps what was not answered, and sends it again.
            while not _is_taken(self._installation.site.posts_url, body) and time.monotonic() < deadline:
                time.sleep(_PAUSE_SECONDS)


def _is_taken(url: str, body: bytes) -> bool:
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=_POST_SECONDS) as answer:
            return bool(200 <= answer.status < 300)
    except urllib.error.HTTPError as error:
        if error.code in (429, 503, 507):
            return False
        raise
    except OSError:
        return False


def _case(turn: int, number: int) -> str:
    return f"P-{turn}-{number}"
