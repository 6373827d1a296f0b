"""An agreement's TOML file, and the signed paper beside it."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from policy.agreements.agreement import Agreement
from schemas.errors import InvalidInput

LARGEST_FILE_BYTES = 1_000_000
LARGEST_PAPER_BYTES = 500_000_000
_CITED = 8


def load_agreement(path: Path) -> Agreement:
    """Read an agreement from its file.

    `paper`, the signed paper's file beside it, may stand for `paper_sha256`, or beside it: then they have to fit.

    Args:
        path: The TOML file.

    Raises:
        InvalidInput: It cannot be read or says something that cannot be; names every key.
    """
    document = _document(_content(path, LARGEST_FILE_BYTES), str(path))
    _take_paper(document, path)
    return _agreement(document, str(path))


def parse_agreement(content: bytes, name: str, paper_sha256: str | None = None) -> Agreement:
    """Read an agreement from a file's content, as it was handed in without the paper beside it.

    Args:
        content: The TOML file's bytes.
        name: What it is called, for errors.
        paper_sha256: Digest of the signed paper that was handed in with it; None: the file says it itself.

    Raises:
        InvalidInput: It says something that cannot be, or the paper is another one; names every key.
    """
    if len(content) > LARGEST_FILE_BYTES:
        raise InvalidInput(f"{name}: is larger than {LARGEST_FILE_BYTES} bytes; that is no such file")
    document = _document(content, name)
    paper = document.pop("paper", None)
    if paper_sha256 is not None and document.setdefault("paper_sha256", paper_sha256) != paper_sha256:
        raise InvalidInput(
            f"{name}: 'paper_sha256' is not the digest of the paper, which is {paper_sha256}; see which was signed"
        )
    if paper is not None and "paper_sha256" not in document:
        raise InvalidInput(f"{name}: 'paper' names a file that did not come with it; hand the signed paper in, too")
    return _agreement(document, name)


def _document(content: bytes, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput(f"{name}: not valid TOML: {' '.join(str(error).split())}") from error


def _agreement(document: dict[str, Any], name: str) -> Agreement:
    try:
        return Agreement.model_validate(document)
    except ValidationError as error:
        raise InvalidInput(f"{name}: {_described(error)}") from error


def paper_digest(path: Path) -> str:
    """Return the SHA-256 of a signed paper's file, as hexadecimal digits.

    Raises:
        InvalidInput: It cannot be read, or is empty.
    """
    content = _content(path, LARGEST_PAPER_BYTES)
    if not content:
        raise InvalidInput(f"{path}: is empty; give the file of the signed paper")
    return hashlib.sha256(content).hexdigest()


def _take_paper(document: dict[str, Any], path: Path) -> None:
    paper = document.pop("paper", None)
    if paper is None:
        return
    if not isinstance(paper, str):
        raise InvalidInput(f"{path}: 'paper': expected the name of the signed paper's file")
    digest = paper_digest(path.parent / paper)
    if document.setdefault("paper_sha256", digest) != digest:
        raise InvalidInput(
            f"{path}: 'paper_sha256' is not the digest of {paper}, which is {digest}; see which of them was signed"
        )


def _content(path: Path, limit: int) -> bytes:
    try:
        if not path.is_file():
            raise InvalidInput(f"{path}: no such file; give the path of a file")
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InvalidInput(f"{path}: cannot be read ({reason})") from error
    if len(content) > limit:
        raise InvalidInput(f"{path}: is larger than {limit} bytes; that is no such file")
    return content


def _described(error: ValidationError) -> str:
    problems: dict[str, str] = {}
    for problem in error.errors(include_input=False, include_url=False):
        parts = [str(part) for part in problem["loc"] if str(part).replace("_", "").isalnum()]
        # Members of a union add parts of their own, like `tuple`; a file's keys have no such names.
        key = ".".join(part for part in parts if part not in ("tuple", "Circle", "Polygon")) or "agreement"
        message = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "extra_forbidden":
            problems.setdefault(key, f"unknown key '{key}'; remove it or correct its name")
        else:
            problems.setdefault(key, f"'{key}': {message[0].lower()}{message[1:]}")
    cited = list(problems.values())[:_CITED]
    more = f"; and {len(problems) - _CITED} more" if len(problems) > _CITED else ""
    return "; ".join(cited) + more
