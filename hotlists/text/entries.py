"""From a row's fields, as its list writes them, to an entry: the same for every layout."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from hotlists.fields.jurisdictions import parse_jurisdiction
from hotlists.fields.plates import check_plate
from hotlists.text.lines import Line
from schemas.ids import entry_ids
from schemas.plates import canonical_plate
from schemas.types import Category, HotlistEntry, VehicleDescription

Extra = tuple[tuple[str, str], ...]


class EntryMaker:
    """Makes a list's entries from their fields, as text without outer blanks. Made once per list.

    An entry's id comes from the record's own id where it has one, else from plate, state, category and case: one number
    in two states is two entries.

    Args:
        layout: The list's layout: whose code map and jurisdictions count (`hotlists/codes/<layout>.toml`).
        hotlist_id: The list that the entries belong to.
        default_state: Jurisdiction (like US-VA) of rows whose state field is empty.
        plate_column: The plate column's name, for errors.
        is_vanity: A person says that the plate reads like a word for no plate, and is one.
    """

    def __init__(
        self,
        layout: str,
        hotlist_id: str,
        default_state: str | None,
        plate_column: str = "LIC",
        *,
        is_vanity: bool = False,
    ) -> None:
        self._layout = layout
        self._hotlist_id = hotlist_id
        self._default_state = default_state
        self._plate_column = plate_column
        self._is_vanity = is_vanity
        self._by_source_id = entry_ids(hotlist_id, "id")
        self._by_plate = entry_ids(hotlist_id, "plate")

    def __call__(
        self,
        line: Line,
        *,
        plate: str,
        category: Category,
        code: str | None = None,
        state: str = "",
        source_entry_id: str = "",
        vehicle: VehicleDescription | None = None,
        originating_agency: str = "",
        case_number: str = "",
        priority: str = "",
        instructions: str = "",
        valid_from: datetime | None = None,
        valid_until: datetime | None = None,
        extra: Extra = (),
    ) -> HotlistEntry:
        """Return a row's entry; a state that is not known is kept among its `extra`.

        Args:
            line: The row.
            plate: The plate column.
            category: What the row's code means; `unmapped` where that is not known.
            code: The code, or the words for it, as the list writes it.
            state: The state column, in the layout's codes.
            source_entry_id: The record's own id (NCIC: NIC); empty: it has none.
            vehicle: From `describe_vehicle`.
            originating_agency: Its ORI or name.
            case_number: Case or OCA number.
            priority: As the list has it.
            instructions: What the officer has to do.
            valid_from: When the entry begins to hold, aware.
            valid_until: When it ends (exclusive), aware.
            extra: The list's other columns, from `named`.

        Raises:
            FieldError: The plate cannot be one; a `NoPlateError` where it is a word for no plate.
        """
        plate = check_plate(plate, self._plate_column, is_vanity=self._is_vanity)
        jurisdiction = parse_jurisdiction(state, self._layout) if state else self._default_state
        return HotlistEntry(
            self._identity(plate, jurisdiction or state.casefold(), category, code, source_entry_id, case_number),
            self._hotlist_id,
            plate,
            category,
            jurisdiction,
            source_entry_id or None,
            code or None,
            vehicle,
            originating_agency or None,
            case_number or None,
            priority or None,
            instructions or None,
            valid_from,
            valid_until,
            extra if jurisdiction or not state else (*extra, ("state", state)),
            line.number,
            line.text,
        )

    def _identity(
        self, plate: str, place: str, category: Category, code: str | None, source_entry_id: str, case_number: str
    ) -> UUID:
        if source_entry_id:
            return self._by_source_id(source_entry_id.upper())
        # Words that mean the same are one category; unknown ones are told apart by themselves.
        kind = (code or "").casefold() if category is Category.UNMAPPED else category.value
        return self._by_plate(canonical_plate(plate), place, kind, case_number.casefold())


def named(*columns: tuple[str, str]) -> Extra:
    """Return an entry's `extra`: (name, text without outer blanks); empty texts are left out."""
    return tuple([column for column in columns if column[1]])
