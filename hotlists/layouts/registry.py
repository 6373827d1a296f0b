"""The layouts that lists come in, by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hotlists.layouts import (
    ca_clew,
    co,
    csv,
    fl,
    flock,
    genetec,
    il_leads,
    mi,
    missing,
    mn,
    ncic,
    nj,
    ny,
    oh_leads,
    shared,
    tx_ncic,
    tx_tcic,
    vigilant,
    wa_stolen,
    wa_wacic,
)
from hotlists.text.parsing import HotlistParser
from schemas.errors import InvalidInput
from schemas.types import RECEIVED_LAYOUT

PARSERS: Mapping[str, HotlistParser] = MappingProxyType(
    {
        "ncic": ncic.parse,
        "missing": missing.parse,
        "csv": csv.parse,
        "flock": flock.parse,
        "vigilant": vigilant.parse,
        "genetec": genetec.parse,
        "mi": mi.parse,
        "nj": nj.parse,
        "mn": mn.parse,
        "tx-ncic": tx_ncic.parse,
        "tx-tcic": tx_tcic.parse,
        "ny": ny.parse,
        "co": co.parse,
        "ca-clew": ca_clew.parse,
        "wa-wacic": wa_wacic.parse,
        "wa-stolen": wa_stolen.parse,
        "fl": fl.parse,
        "il-leads": il_leads.parse,
        "oh-leads": oh_leads.parse,
        RECEIVED_LAYOUT: shared.parse,
    }
)
"""Parsers by the name that a person gives with `--source`."""


CUSTOM = frozenset({"csv", "flock", "vigilant", "genetec", "missing", RECEIVED_LAYOUT})
"""Layouts whose categories are anybody's words, or left out."""


def parser_for(layout: str) -> HotlistParser:
    """Return the parser of a layout.

    Raises:
        InvalidInput: There is no such layout; names those that there are.
    """
    try:
        return PARSERS[layout]
    except KeyError as error:
        raise InvalidInput(f"unknown hotlist layout '{layout}'; use one of {', '.join(PARSERS)}") from error
