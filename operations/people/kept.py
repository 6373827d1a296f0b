"""What somebody sent when their session had ended: kept for them until they have signed in again.

In this process's memory alone, for a quarter of an hour, and never on a disk. The browser has a cookie that names it;
only the same person gets it back, and it is sent by them, from a page of ours: nothing is done by signing in.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from operations.people.secrets import digest, new_secret

KEPT: Final = "__Host-platewatch-kept"
KEPT_SECONDS: Final = 900
MOST: Final = 200
"""Forms that are kept at a time; the oldest goes."""
MOST_BYTES_OF_ONE: Final = 65_536
PLACE: Final = "/sign-in/again"
SECRETS: Final = ("password", "again", "code")
"""Fields that are typed anew."""


@dataclass(frozen=True, slots=True)
class KeptForm:
    """What was sent, where to, and by whom; what holds a secret is left out."""

    person: str
    path: str
    fields: Sequence[tuple[str, str]] = field(repr=False)
    ends_at: float
    is_whole: bool = True


class KeptForms:
    """Forms of people whose session had ended.

    Args:
        clock: Seconds that only go on.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._forms: dict[bytes, KeptForm] = {}

    def keep(self, person: str, path: str, fields: Sequence[tuple[str, str]]) -> str | None:
        """Keep what somebody sent, in the place of what they sent before; return the cookie that names it.

        Args:
            person: Whose session it was.
            path: Where it was sent to.
            fields: Names and texts, in their order.

        Returns:
            None where it is too much to be kept.
        """
        shown = [(name, text) for name, text in fields if name not in SECRETS]
        if sum(len(name) + len(text) for name, text in shown) > MOST_BYTES_OF_ONE:
            return None
        cookie = new_secret()
        with self._lock:
            self._end(lambda one: one.person == person)
            while len(self._forms) >= MOST:
                self._forms.pop(next(iter(self._forms)))
            is_whole = len(shown) == len(fields)
            self._forms[digest(cookie)] = KeptForm(person, path, shown, self._clock() + KEPT_SECONDS, is_whole)
        return cookie

    def find(self, person: str, cookie: str | None) -> KeptForm | None:
        """Return what a cookie names, if it is this person's; None: there is nothing, or not any more."""
        with self._lock:
            self._end(lambda _: False)
            found = None if cookie is None else self._forms.get(digest(cookie))
        return found if found is not None and found.person == person else None

    def forget(self, person: str) -> None:
        """Forget what somebody sent."""
        with self._lock:
            self._end(lambda one: one.person == person)

    def _end(self, is_over: Callable[[KeptForm], bool]) -> None:
        now = self._clock()
        self._forms = {key: one for key, one in self._forms.items() if one.ends_at > now and not is_over(one)}
