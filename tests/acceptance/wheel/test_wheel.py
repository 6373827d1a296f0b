"""The built wheel in an empty environment, without a network and from another directory."""

from __future__ import annotations

import json
import re
import tomllib
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from tests.acceptance.wheel.conftest import NO_NETWORK, REPOSITORY, Installation, run

pytestmark = pytest.mark.timeout(900)  # the first of these tests builds and installs

PACKAGES = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]
"""Every layer; a package that the build left out would be missed here."""
DOCUMENTS = PurePosixPath("cli/documents")
NAMED = re.compile(r"(?<![\w/.:-])(?:docs/[\w./-]+\.\w+|deploy/[\w.-]+\.\w+|(?:README|CHANGELOG|CONTRIBUTING)\.md)")
"""A document's name in a text."""
SHOW_ALL = """
import contextlib, io, json, sys
from cli.main import app

shown = {}
for name in sys.argv[1:]:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        app(["docs", name], standalone_mode=False)
    shown[name] = out.getvalue()
print(json.dumps(shown))
"""
"""Gives the command once for every document, in one process: each start of its own takes seconds."""
LINKED = re.compile(r"\]\((?!https?:|#)([^)#]+)")


def test_every_file_of_every_package_is_in_the_wheel(wheel: Path) -> None:
    listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard", *PACKAGES, cwd=REPOSITORY).split()
    packed = set(zipfile.ZipFile(wheel).namelist())
    assert len(listed) > 100
    assert [name for name in listed if name not in packed and (REPOSITORY / name).exists()] == []


def test_every_document_that_code_or_documents_name_is_in_the_wheel(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    packed = set(archive.namelist())
    named: dict[str, set[str]] = {}
    for inside in sorted(packed):
        path = PurePosixPath(inside)
        if path.suffix not in {".py", ".md", ".toml", ".sql", ".sh", ".service"} or ".dist-info" in path.parts[0]:
            continue
        text = archive.read(inside).decode()
        found = {str(DOCUMENTS / name) for name in NAMED.findall(text)}
        if path.suffix == ".md":
            found |= {str(DOCUMENTS / _relative(path, link)) for link in LINKED.findall(text)}
        for name in found:
            named.setdefault(name, set()).add(inside)
    assert {str(DOCUMENTS / "docs" / "install.md"), str(DOCUMENTS / "docs" / "configuration.md")} <= named.keys()
    assert {name: where for name, where in named.items() if name not in packed} == {}


def _relative(document: PurePosixPath, link: str) -> str:
    """Return what a link of a document means, from the folder of all documents."""
    parts: list[str] = []
    for part in (document.relative_to(DOCUMENTS).parent / link).parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def test_an_installation_shows_its_documents(installation: Installation, tmp_path: Path) -> None:
    names = run(installation.platewatch, "docs", cwd=tmp_path).split()
    assert {"README.md", "CHANGELOG.md", "LICENSE", "docs/install.md", "deploy/platewatch.service"} <= set(names)
    shown = json.loads(run(installation.python, "-c", SHOW_ALL, *names, cwd=tmp_path))
    assert shown == {name: (REPOSITORY / name).read_text("utf-8") for name in names}
    first = run(installation.platewatch, "docs", names[0], cwd=tmp_path)
    assert first == shown[names[0]]
    unit = run(installation.platewatch, "docs", "--path", "platewatch.service", cwd=tmp_path).strip()
    assert Path(unit).is_relative_to(installation.prefix)
    assert Path(unit).read_text() == (REPOSITORY / "deploy/platewatch.service").read_text()


def test_the_demo_runs_from_an_empty_environment_and_another_directory(
    installation: Installation, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    # Neither the registry nor Maven Central can be reached, and nothing was downloaded before.
    offline = {**NO_NETWORK, "XDG_CACHE_HOME": str(tmp_path / "cache"), "HOME": str(tmp_path)}
    shown = run(installation.platewatch, "demo", "--json", cwd=elsewhere, **offline)
    summary = json.loads(shown.splitlines()[-1])
    assert summary["vehicles"] >= 8
    assert {"UKW4183", "RJD2760", "4DK7391"} <= set(summary["plates"])
    # One of each tier: the listed plate, the one whose B is worn to an 8, the one listed in part.
    assert set(summary["hits"]) == {"exact", "probable", "partial"}
    assert summary["alerts"] >= 5
    assert summary["alerts_received_by_neighbor"] == summary["alerts"]
    assert summary["alerts_waiting_in_outbox"] == 0
    assert (elsewhere / "demo-data/images").is_dir()
    # How many of them depends on how busy the machine is; a vehicle that was seen a minute ago raises no second alert.
    live = summary["live"]
    assert 1 <= live["seen"] <= live["expected"]
    assert live["expected"] >= 3
    assert live["alerts"] == 0
    # A patrol car drove without a network and came home: its listed vehicles alerted there and here, each once.
    car = summary["car"]
    assert len(car["plates"]) == car["reads_at_server"] >= 6
    assert car["alerts"] == car["alerts_at_server"] == 2
    assert car["same_alerts"]
    again = ("--config", "demo-data/platewatch.toml", "--json")
    alerts = run(installation.platewatch, "alerts", *again, cwd=elsewhere, **offline)
    assert len(alerts.splitlines()) == summary["alerts"] + car["alerts"]
    count = str(summary["alerts"])
    received = run(installation.platewatch, "subscribe", "--limit", count, *again, cwd=elsewhere, **offline)
    assert len(received.splitlines()) == summary["alerts"]
