"""What all of the API's models have in common: what is asked is strict, what is told is named."""

from __future__ import annotations

from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict

from operations.reasons import Why

Item = TypeVar("Item")


def _whole(text: str) -> str:
    """Refuse half a surrogate pair, which JSON can write and nothing else can hold, and the zero byte."""
    if "\x00" in text or (not text.isascii() and any("\ud800" <= sign <= "\udfff" for sign in text)):
        raise ValueError("holds a zero byte or half a character")
    return text


Text = Annotated[str, Field(max_length=4000), AfterValidator(_whole)]
Word = Annotated[str, Field(max_length=200), AfterValidator(_whole)]
# JSON's true and "1" are no numbers, whatever Python says.
Whole = Annotated[int, Strict()]
Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]
Flag = Annotated[bool, Strict()]
Path63 = Annotated[int, Field(ge=1, le=2**63 - 1)]


class Asked(BaseModel):
    """What a program sends. A name that is not known is refused: it may be one that matters, mistyped."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Told(BaseModel):
    """What is answered. Programs have to bear names that they do not know: there will be more of them."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class Page(Told, Generic[Item]):
    """A part of what there is."""

    items: list[Item]
    next: Annotated[
        str | None,
        Field(description="Path of the next page, also in the header Link; null where there is no more."),
    ] = None


class Reasoned(Asked):
    """Why somebody asks. As on every page: purpose and case number are required, placeholders are refused."""

    purpose: Word | None = Field(None, description="In words, of the law's list; see docs/law.md.")
    case_number: Word | None = Field(None, description="The number of the case or call.")
    warrant: Word | None = Field(None, description="The warrant's number, where the law asks for one.")
    offense: Word | None = Field(None, description="The FBI's code or name, where the purpose does not name one.")

    def why(self) -> Why:
        """Return it for the operations."""
        return Why(self.purpose, self.case_number, self.warrant, self.offense)


WHY: dict[str, Any] = {"purpose": "hit and run, Main Street", "case_number": "26-00117"}
"""What examples have for it."""
