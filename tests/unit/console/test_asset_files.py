"""What pages load is what its makers published, with its license, and nothing of it leads elsewhere."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from console.asset_files import FOLDER, OWN, assets, listed

OTHERS = sorted(listed())


@pytest.mark.parametrize("name", OTHERS)
def test_a_file_of_others_is_the_listed_one(name: str) -> None:
    entry = listed()[name]
    assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == entry["sha256"]
    assert entry["license"] in {"0BSD", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT"}
    assert len((FOLDER / entry["license_file"]).read_text()) > 300
    assert entry["source"].startswith("https://registry.npmjs.org/")


def test_every_file_is_listed_or_our_own() -> None:
    known = {FOLDER / "assets.toml", *(FOLDER / entry["license_file"] for entry in listed().values())}
    known |= {FOLDER / name for name in OTHERS}
    found = {path for path in FOLDER.rglob("*") if path.is_file() and FOLDER / OWN not in path.parents}
    assert found == known


def test_own_files_and_templates_name_nothing_of_elsewhere() -> None:
    own = [path for path in (FOLDER / OWN).rglob("*") if path.is_file()]
    templates = list((Path(FOLDER).parent / "templates").rglob("*.html"))
    assert own
    assert templates
    for path in own + templates:
        text = path.read_text().replace("http://www.w3.org/2000/svg", "")
        assert re.search(r"(src|href|url\(|fetch\(|import)[^\n]{0,9}(https?:)?//", text) is None, path
        assert "<style" not in text
        assert re.search(r"\son\w+=|\sstyle=|javascript:", text) is None, path


def test_an_address_changes_with_the_content() -> None:
    found = assets()["own/style.css"]
    assert found.url == f"/assets/{hashlib.sha256(found.content).hexdigest()[:16]}/own/style.css"
