"""What people are to the system, and what a token may be limited to."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What somebody is; several may be held at once."""

    OFFICER = "officer"
    ANALYST = "analyst"
    SUPERVISOR = "supervisor"
    LIST_ADMINISTRATOR = "list_administrator"
    AUDITOR = "auditor"
    CAMERA_ADMINISTRATOR = "camera_administrator"
    AGENCY_SERVICE = "agency_service"
    """A program of an agency; it has tokens and no password."""
    ADMINISTRATOR = "administrator"
    """Says who may sign in and as what; sees no plate by it."""

    @property
    def words(self) -> str:
        """The role as people say it."""
        return self.value.replace("_", " ")


class Scope(StrEnum):
    """What a token may be used for, at most: never more than its person's roles."""

    ALERTS = "alerts"
    """Look at alerts and say what comes of them."""
    READS = "reads"
    """Search the stored reads."""
    LISTS = "lists"
    """Look at hotlists and change them."""
    CAMERAS = "cameras"
    """Look at cameras, alarms and what readers sent."""
    CARS = "cars"
    """Look at patrol cars, let them in and out, and make their tokens."""
    AUDIT = "audit"
    """Look at the audit and reports."""
    PEOPLE = "people"
    """Look at people and change what they may do."""
