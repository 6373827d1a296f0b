"""What an officer types into the forms of an alert's page, as the operations take it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Form, Request

from operations.life.deciding import Look
from schemas.types import ComparedWith

DESPITE = "despite_"


@dataclass(frozen=True, slots=True)
class LookForm:
    """What somebody sees on the vehicle: the fields of the first step, which the second one sends again."""

    plate: str
    state: str
    kind: str
    make: str
    color: str
    year: str
    compared: str

    def look(self, despite: dict[str, str] | None = None) -> Look:
        """Return it for the operations; what was left empty is not said."""
        year = self.year.strip()
        return Look(
            plate=self.plate,
            state=_said(self.state),
            kind=_said(self.kind),
            make=_said(self.make),
            color=_said(self.color),
            year=int(year) if year.isascii() and year.isdigit() else None,
            despite=despite or {},
            compared=ComparedWith(self.compared) if self.compared in tuple(ComparedWith) else None,
        )


def look_form(
    plate: Annotated[str, Form(max_length=200)] = "",
    state: Annotated[str, Form(max_length=200)] = "",
    kind: Annotated[str, Form(max_length=200)] = "",
    make: Annotated[str, Form(max_length=200)] = "",
    color: Annotated[str, Form(max_length=200)] = "",
    year: Annotated[str, Form(max_length=200)] = "",
    compared: Annotated[str, Form(max_length=200)] = "",
) -> LookForm:
    """Return the fields of the first step."""
    return LookForm(plate, state, kind, make, color, year, compared)


async def despite_form(request: Request) -> dict[str, str]:
    """Return the reasons of the second step, by feature: those that were given."""
    form = await request.form()
    return {
        name.removeprefix(DESPITE): str(value)
        for name, value in form.items()
        if name.startswith(DESPITE) and str(value).strip()
    }


def number_of(text: str) -> int | None:
    """Return the number of the disposition whose place this takes, where one is given."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _said(text: str) -> str | None:
    return text.strip() or None
