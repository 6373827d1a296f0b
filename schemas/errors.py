"""Errors of Platewatch, drawn as a tree.

PlatewatchError
├── TransientError            try again: the cause may go away by itself
│   ├── DatabaseUnavailable
│   ├── BrokerUnavailable
│   └── StorageFull
├── InvalidInput              this input cannot be used: reject or dead-letter it, with its position
│   ├── UnreadableMedia
│   ├── HeldForReview
│   ├── NotThere
│   ├── Conflict
│   │   └── Outdated
│   └── SaysNothing
├── NotPermitted              somebody may not do it, however they ask: refuse, and write that down
└── ConfigurationError        a person has to change something: stop

Messages are lower case and say what was found, what was expected and what to do.
"""

from __future__ import annotations

from datetime import datetime


class PlatewatchError(Exception):
    """Base of every error that Platewatch raises on purpose."""


class TransientError(PlatewatchError):
    """Something outside is not available now; the same call may succeed later."""


class DatabaseUnavailable(TransientError):
    """PostgreSQL cannot be reached or ended the connection."""


class BrokerUnavailable(TransientError):
    """Kafka cannot be reached or did not acknowledge in time."""


class StorageFull(TransientError):
    """The image store or the data directory has no space left."""


class InvalidInput(PlatewatchError):
    """Input that cannot be used, with the place where it stands.

    Args:
        message: What was found and what was expected.
        source: File, topic or URL the input came from.
        line: Line number, from 1.
        column: Name or 0-based position of the field.
    """

    def __init__(
        self, message: str, *, source: str | None = None, line: int | None = None, column: str | int | None = None
    ) -> None:
        self.message = message
        self.source = source
        self.line = line
        self.column = column
        place = ":".join(str(part) for part in (source, line) if part is not None)
        field = f" (column {column})" if column is not None else ""
        super().__init__(f"{place}: {message}{field}" if place else f"{message}{field}")


class UnreadableMedia(InvalidInput):
    """A picture or a video that cannot be decoded."""


class HeldForReview(InvalidInput):
    """A hotlist version that a person has to look at before it becomes active; the one before stays active.

    Args:
        message: Why.
        source: Its file's name.
        line: The line where the file seems to end in its middle; None where that is not why.
        as_of: Date of its content, aware.
    """

    def __init__(self, message: str, *, source: str, line: int | None, as_of: datetime) -> None:
        super().__init__(message, source=source, line=line)
        self.as_of = as_of


class NotThere(InvalidInput):
    """What somebody names is not there, or not for them, which is not told apart."""


class Conflict(InvalidInput):
    """What stands does not let it be done: somebody was first, or something has to come before."""


class Outdated(Conflict):
    """It has changed since whoever asks looked at it."""


class SaysNothing(InvalidInput):
    """Why somebody asks says nothing, or is nothing that the law permits; it was counted.

    Args:
        message: What was found, and what to give.
        part: What of it, in words, like `the purpose`.
    """

    def __init__(self, message: str, part: str) -> None:
        super().__init__(message)
        self.part = part


class NotPermitted(PlatewatchError):
    """Somebody may not do what they asked for. It is no bad input: nobody mends it, retries it or sets it aside.

    Args:
        message: What, and who may.
        action: The action that was refused, by its name in the audit.
    """

    def __init__(self, message: str, action: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.action = action


class ConfigurationError(PlatewatchError):
    """A setting, an installation or a file given by a person does not fit."""
