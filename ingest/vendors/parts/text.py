"""Bytes of unknown encoding -> text."""

from __future__ import annotations

import codecs

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# GB 2312 takes two bytes from A1 up for a character, so Latin-1 with letters around an accent is none.
_USUAL = ("utf-8", "gb2312")
_CHARSETS = frozenset(
    {"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin-1", "windows-1252", "gb2312", "gbk", "gb18030"}
    | {"utf-16", "big5", "shift_jis", "windows-1250", "windows-1251", "iso-8859-2", "iso-8859-15"}
)


def decode_text(data: bytes, charset: str = "") -> str:
    """Return text, whatever a vendor's program wrote it in.

    Args:
        data: The bytes.
        charset: What the transport says, empty: nothing.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    told = charset.strip().strip("\"'").casefold()
    for encoding in (told, *_USUAL) if told in _CHARSETS and told not in ("utf-8", "utf8") else _USUAL:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")
