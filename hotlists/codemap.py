"""Code maps: data files that say what a source's codes mean, one per source, never shared between sources."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from schemas.errors import ConfigurationError
from schemas.jurisdictions import jurisdiction_codes
from schemas.types import Category

_OWN_NAMES = MappingProxyType({category.value.replace("_", " "): category for category in Category})


@cache
def load_codes(name: str) -> Mapping[str, Mapping[str, str]]:
    """Return the tables of `hotlists/codes/<name>.toml`.

    Raises:
        ConfigurationError: The file is not part of the installation, or not a table of tables of text.
    """
    try:
        text = (resources.files("hotlists") / "codes" / f"{name}.toml").read_text(encoding="utf-8")
        document: dict[str, Any] = tomllib.loads(text)
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"code map '{name}' cannot be used ({error}); install platewatch again") from error
    return MappingProxyType({table: MappingProxyType(dict(codes)) for table, codes in document.items()})


@cache
def codes_digest(source: str) -> str:
    """Return a digest of the code maps that a source's rows are read with: another one, other meanings."""
    digest = hashlib.blake2b(digest_size=16)
    file = resources.files("hotlists") / "codes" / f"{source}.toml"
    digest.update(file.read_bytes() if file.is_file() else b"")
    digest.update(jurisdiction_codes())
    return digest.hexdigest()


@cache
def category_map(source: str, table: str = "categories") -> Mapping[str, Category]:
    """Return one of a source's category maps, its keys as in the file."""
    return MappingProxyType({code: Category(name) for code, name in load_codes(source)[table].items()})


def category_of_words(source: str, text: str) -> Category:
    """Return the category that a source's words mean.

    Args:
        source: Name of the code map.
        text: The category column as given.

    Returns:
        The category of the words, or of our own name for it; `unmapped` where neither is known.
    """
    words = " ".join(re.findall(r"[a-z0-9]+", text.lower()))
    return category_map(source).get(words) or _OWN_NAMES.get(words, Category.UNMAPPED)
