"""What laws have agencies report, line by line: data with a citation, as profiles are.

A line says which query counts it, or that a person writes it, or that nobody can know it here. It never says nothing.
"""

from __future__ import annotations

import tomllib
from enum import StrEnum
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Self

from pydantic import model_validator

from policy.duties import ReportQuery
from policy.facts import Fact, ProfileSection, Text
from schemas.errors import NotThere

_FOLDER = "report_files"


class LawReportLine(ProfileSection):
    """One thing that a report says."""

    text: Text
    """What, in the law's words or near to them."""
    query: ReportQuery | None = None
    """What counts it."""
    by_hand: Text | None = None
    """Why a person has to write it."""
    not_recorded: Text | None = None
    """Why it cannot be known here."""
    is_small_hidden: bool = False
    """Whether numbers that are so small that they may tell of a person are hidden."""

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if sum(one is not None for one in (self.query, self.by_hand, self.not_recorded)) != 1:
            raise ValueError("a line has exactly one of query, by_hand and not_recorded")
        return self


class Period(StrEnum):
    """How much time a report is of."""

    YEAR = "year"
    HALF_YEAR = "half_year"
    MONTH = "month"


class LawReport(Fact):
    """A report."""

    title: Text
    jurisdiction: Text
    due: Text
    period: Period = Period.MONTH
    lines: tuple[LawReportLine, ...]
    is_public: bool = False
    """Whether it may be shown to everybody: numbers only."""


@cache
def reports() -> tuple[str, ...]:
    """Return the names of the reports, sorted."""
    folder = resources.files("policy") / _FOLDER
    return tuple(sorted(Path(file.name).stem for file in folder.iterdir() if file.name.endswith(".toml")))


@cache
def load_report(name: str) -> LawReport:
    """Return a report.

    Args:
        name: One of `reports`.

    Raises:
        NotThere: There is none of that name.
    """
    if name not in reports():
        raise NotThere(f"no report is named '{name}'; use one of {', '.join(reports())}")
    file = resources.files("policy") / _FOLDER / f"{name}.toml"
    return LawReport.model_validate(tomllib.loads(file.read_text("utf-8")))
