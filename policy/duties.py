"""What a law asks of an agency besides its gates: what is signed, kept on request, confirmed, audited and reported."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from policy.facts import Fact, ProfileSection, Text

Days = Annotated[int, Field(ge=1, le=36_500)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
"""A short name, like `no_immigration_use`."""


class AttestationRule(Fact):
    """What a recipient has to declare in writing before anything goes to it."""

    declares: Slug
    """What is declared, by a short name; an agreement's attestation names the same."""
    text: Text
    """What has to be declared, in words; the wording is counsel's."""
    signer: Text = "the recipient's head"
    """Who signs."""
    valid_days: Days | None = None
    """How long a declaration counts; none: no number that we know of."""


class PreservationRule(Fact):
    """Who may ask that reads be kept beyond their time, and how."""

    by: tuple[Text, ...]
    """Who may ask."""
    form: Text
    """How, like `sworn written statement`."""
    needs: tuple[Text, ...] = ()
    """What the request has to say."""
    days: Days | None = None
    """How long reads are kept for it; none: no number that we know of."""
    renewable: bool | None = None
    """Whether it can be renewed; none: not known."""


class ConfirmRule(Fact):
    """What has to come between an alert and a stop."""

    visual: bool = True
    """Whether a person has to compare the plate with the picture or the vehicle."""
    is_suspicion: bool | None = None
    """Whether a match alone is reason enough for a stop; none: not known."""
    record: bool = False
    """Whether the entering agency has to be asked whether its entry stands before anybody acts on it."""


class AuditRule(Fact):
    """How often somebody has to look at how the system was used."""

    every_days: Days
    """Most days between two audits."""
    independent: bool = False
    """Whether somebody outside of the agency has to do it."""
    contents: tuple[Text, ...] = ()
    """What is looked at, in words."""

    @property
    def every(self) -> timedelta:
        """Most time between two audits."""
        return timedelta(days=self.every_days)


class ReportQuery(StrEnum):
    """A figure that Platewatch counts itself for a span of time (`platewatch law report`)."""

    READS = "reads"
    """Plates that were read."""
    LISTS = "lists"
    """Lists that reads were compared with."""
    HITS_BY_LIST = "hits_by_list"
    """Hits, and those that raised an alert, by list."""
    HITS_BY_READER = "hits_by_reader"
    """Hits, and those that raised an alert, by camera."""
    HITS_BY_CATEGORY = "hits_by_category"
    """Alerts by the category of their entry: why a driver may have been stopped."""
    MANUAL_ENTRIES = "manual_entries"
    """Plates that people entered by hand."""
    SEARCHES_BY_PURPOSE = "searches_by_purpose"
    """Questions to stored reads, by their purpose."""
    REFUSED_SEARCHES = "refused_searches"
    """Questions that were refused."""
    DELIVERIES_BY_AGENCY = "deliveries_by_agency"
    """What was given to other agencies, and what they asked, by agency."""
    READS_BY_DAY = "reads_by_day"
    CAMERAS = "cameras"
    """Reads by camera."""
    CAMERAS_BY_MOUNT = "cameras_by_mount"
    """Cameras that read something, by how they are put up: on a vehicle, permanently, for a time."""
    CAMERA_COUNT = "camera_count"
    LIST_COUNT = "list_count"
    CONFIRMED_BY_LIST = "confirmed_by_list"
    """Alerts that a person confirmed."""
    NOT_CORRELATING_BY_LIST = "not_correlating_by_list"
    """Alerts that a person rejected, by why."""
    UNDECIDED_BY_LIST = "undecided_by_list"
    """Alerts about which nobody has said more than that they were seen."""
    OUTCOMES_BY_LIST = "outcomes_by_list"
    FINDINGS = "findings"
    """Confirmed, misread, canceled and so on, of all lists."""
    OUTCOMES = "outcomes"
    MANUAL_FINDINGS = "manual_findings"
    """What people found out about alerts of entries that were entered by hand."""
    MATCHES_BY_CLASS = "matches_by_class"
    """Hits by the class of Minnesota's log."""
    ACCESS_LOG = "access_log"
    """Each access, with who and what: no figure, but a row each."""
    ACCESSES_BY_AGENCY = "accesses_by_agency"
    USERS = "users"
    AUDITS_NOTED = "audits_noted"
    TRAININGS = "trainings"
    """Who may sign in, with the date of the last training."""
    STOPS_BY_REASON = "stops_by_reason"
    STOPS_BY_RACE = "stops_by_race"
    STOPS_BY_ETHNICITY = "stops_by_ethnicity"
    STOPS_BY_GENDER = "stops_by_gender"
    STOPS_BY_AGE = "stops_by_age"


class ReportField(ProfileSection):
    """One thing that a report has to say; without a query a person writes it."""

    text: Text
    query: ReportQuery | None = None


class ReportRule(Fact):
    """What an agency has to publish or hand in."""

    due: Text
    """When, in words."""
    contents: tuple[Text | ReportField, ...]
    """What: in words, or with the query that counts it."""

    @property
    def fields(self) -> tuple[ReportField, ...]:
        """The contents, each with its query where there is one."""
        return tuple(one if isinstance(one, ReportField) else ReportField(text=one) for one in self.contents)


class Duty(Fact):
    """Something else that the law asks for, which no program does by itself."""

    what: Text


Refresh = Literal["daily", "shift_start"]
"""When a list has to be renewed: once a day, or at the start of each shift."""
