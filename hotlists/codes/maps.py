"""Code maps: data files that say what a layout's codes mean, one per layout, never shared between layouts."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from schemas.errors import ConfigurationError
from schemas.jurisdictions import jurisdiction_codes
from schemas.types import Category

_OWN_NAMES = MappingProxyType({category.value.replace("_", " "): category for category in Category})


@cache
def load_document(name: str) -> Mapping[str, Any]:
    """Return `hotlists/codes/<name>.toml` as it is.

    Raises:
        ConfigurationError: The file is not part of the installation, or no TOML.
    """
    try:
        text = resources.files("hotlists.codes").joinpath(f"{name}.toml").read_text(encoding="utf-8")
        return MappingProxyType(tomllib.loads(text))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"code map '{name}' cannot be used ({error}); install platewatch again") from error


@cache
def load_codes(name: str) -> Mapping[str, Mapping[str, str]]:
    """Return the tables of `hotlists/codes/<name>.toml`.

    Raises:
        ConfigurationError: The file is not part of the installation, or not a table of tables of text.
    """
    return MappingProxyType({table: MappingProxyType(dict(codes)) for table, codes in load_document(name).items()})


@cache
def codes_digest(layout: str) -> str:
    """Return a digest of the code maps that a layout's rows are read with: another one, other meanings."""
    digest = hashlib.blake2b(digest_size=16)
    file = resources.files("hotlists.codes") / f"{layout}.toml"
    digest.update(file.read_bytes() if file.is_file() else b"")
    for shared in ("absent", "placeholders"):
        digest.update((resources.files("hotlists.codes") / f"{shared}.toml").read_bytes())
    digest.update(jurisdiction_codes())
    return digest.hexdigest()


@cache
def category_map(layout: str, table: str = "categories") -> Mapping[str, Category]:
    """Return one of a layout's category maps, its keys as in the file."""
    return MappingProxyType({code: Category(name) for code, name in load_codes(layout)[table].items()})


@lru_cache(maxsize=4096)
def code_category(layout: str, code: str, table: str = "categories") -> Category:
    """Return what a layout's code means; `unmapped` where its map does not say.

    Args:
        layout: Name of the code map.
        code: The code, upper case.
        table: The map's table.
    """
    return category_map(layout, table).get(code, Category.UNMAPPED)


def category_of_words(layout: str, text: str) -> Category:
    """Return the category that a layout's words mean.

    Args:
        layout: Name of the code map.
        text: The category column as given.

    Returns:
        The category of the words, or of our own name for it; `unmapped` where neither is known.
    """
    words = " ".join(re.findall(r"[a-z0-9]+", text.lower()))
    return category_map(layout).get(words) or _OWN_NAMES.get(words, Category.UNMAPPED)
