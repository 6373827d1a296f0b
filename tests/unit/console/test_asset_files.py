"""What pages load is what its makers published, with its license, and nothing of it leads elsewhere."""

from __future__ import annotations

import asyncio
import hashlib
import re
from pathlib import Path

import pytest
from fastapi import HTTPException

from console.asset_files import FOLDER, OWN, assets, listed
from console.pages.assets import asset, icon

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


def test_a_browser_keeps_a_file_for_good_under_its_contents_address_and_gets_no_other() -> None:
    kinds = {
        **{".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"},
        **{".svg": "image/svg+xml", ".png": "image/png"},
    }
    for name, one in assets().items():
        answer = asyncio.run(asset(one.digest[:16], name))
        assert one.url == f"/assets/{one.digest[:16]}/{name}"
        assert (answer.body, answer.headers["content-type"]) == (one.content, kinds[Path(name).suffix])
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert asyncio.run(icon()).headers["content-type"] == "image/svg+xml"
    digest = assets()["own/icon.svg"].digest
    for address, name in ((digest[:7], "own/icon.svg"), ("0" * 16, "own/icon.svg"), (digest[:16], "assets.toml")):
        with pytest.raises(HTTPException) as refused:
            asyncio.run(asset(address, name))
        assert refused.value.status_code == 404
    assert asyncio.run(asset(digest[:8], "own/icon.svg")).status_code == 200
