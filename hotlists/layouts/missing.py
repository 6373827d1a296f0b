"""Missing-person lists: `plate,state,category,case_number,message_key,make,model,color,year,expires,instructions`.

Source: NCIC missing-person message keys (EMD, EME, EMI, EMV, EMO, EMJ, with `-C` caution and `-P` plate) and MNP values
(MP, CA, DV, AA). Plates may have unknown characters (`ABC1??4`).
"""

from __future__ import annotations

from typing import BinaryIO

from hotlists.codes.maps import category_map, category_of_words
from hotlists.text.entries import EntryMaker
from hotlists.text.json_rows import parse_any
from hotlists.text.parsing import ParsedList
from hotlists.text.records import RowMaker, headings_of
from schemas.types import Category

_URGENCY = (Category.CHILD_ABDUCTION, Category.ENDANGERED_PERSON, Category.MISSING_PERSON)
_MORE = ("message_key", "mnp")


def parse(stream: BinaryIO, *, file_name: str, hotlist_id: str, default_state: str | None = None) -> ParsedList:
    """Read a missing-person list; see `hotlists.text.parsing.HotlistParser`."""
    maker = RowMaker(EntryMaker("csv", hotlist_id, default_state, "plate"), _classify, more=_MORE)
    known = headings_of("csv", _MORE)
    # Here a description is the person's: words in it must not take the list's own category away.
    headings = {key: field for key, field in known.items() if field != "category" or key == "category"}
    return parse_any(stream, file_name, maker, headings)


def _classify(words: str, more: tuple[str, ...]) -> tuple[Category, str | None]:
    """Return the most urgent category that the row's message key, MNP and category column name.

    A row with none of them is a missing person, as the list says by being one; codes that are all unknown are unmapped.
    """
    key, mnp = more
    found = [category_of_words("missing", text) for text in (words, mnp) if text]
    if key:
        found.append(category_map("missing", "message_keys").get(key.upper().split("-")[0], Category.UNMAPPED))
    code = " ".join(text for text in (key, words, mnp) if text) or None
    if not found:
        return Category.MISSING_PERSON, None
    for category in _URGENCY:
        if category in found:
            return category, code
    return next((category for category in found if category is not Category.UNMAPPED), Category.UNMAPPED), code
