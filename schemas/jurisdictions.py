"""States and provinces as lists, readers and people write them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources
from types import MappingProxyType

from schemas.errors import ConfigurationError


@lru_cache(maxsize=4096)
def parse_jurisdiction(text: str) -> str | None:
    """Return the jurisdiction that a text names.

    Args:
        text: `VA`, `us-va`, `US-VA`, `0H`, `Virginia`, ...

    Returns:
        Like `US-VA` or `CA-ON`; None where the text is empty or names no known one.
    """
    return _known().get(jurisdiction_key(text))


def jurisdiction_key(text: str) -> str:
    """Return the form under which two spellings of a code or name are equal: upper case, without separators."""
    # Lists write the letter O as zero in states as well (0H is Ohio); no state's code has a digit.
    return re.sub(r"[^A-Z]", "", text.upper().replace("0", "O"))


def jurisdiction_name(jurisdiction: str) -> str:
    """Return the name of a jurisdiction like `US-VA`; the code itself where it is no known one."""
    country, _, code = jurisdiction.partition("-")
    return _names().get((country, code), jurisdiction)


@cache
def jurisdiction_codes() -> bytes:
    """Return the file of codes and names; another one gives texts another meaning.

    Raises:
        ConfigurationError: The file is not part of the installation.
    """
    try:
        return (resources.files("schemas") / "jurisdictions.toml").read_bytes()
    except OSError as error:
        raise ConfigurationError(f"the jurisdictions cannot be used ({error}); install platewatch again") from error


@cache
def _known() -> Mapping[str, str]:
    """Every code and name by its key, with its jurisdiction."""
    codes = tomllib.loads(jurisdiction_codes().decode("utf-8"))
    found: dict[str, str] = {}
    # Canada first: where a code is taken twice, the United States' meaning wins.
    for country in ("CA", "US"):
        for code, name in codes[country].items():
            jurisdiction = f"{country}-{code}"
            for spelling in (code, country + code, name):
                found[jurisdiction_key(spelling)] = jurisdiction
    return MappingProxyType(found)


@cache
def _names() -> Mapping[tuple[str, str], str]:
    """Every name by its country and code."""
    codes = tomllib.loads(jurisdiction_codes().decode("utf-8"))
    return MappingProxyType({(country, code): name for country in codes for code, name in codes[country].items()})
