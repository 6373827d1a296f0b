"""An index that was saved finds what it found before, and a damaged one is not loaded."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matcher.index import HotlistIndex
from tests.unit.matcher.neighborhood import candidates
from tests.unit.matcher.samples import NOW, entry

plates = st.lists(st.text("AB80OW?", min_size=1, max_size=8), max_size=12)


def load(folder: Path) -> HotlistIndex:
    found = HotlistIndex.load(folder)
    assert found is not None
    return found[0]


def content(index: HotlistIndex, texts: list[str]) -> list[list[tuple[UUID, str, str]]]:
    return [sorted((one.entry_id, one.plate, text) for one, text in candidates(index, text)) for text in texts]


def test_what_is_saved_is_its_owners_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        HotlistIndex.build([entry("ABC123")], {"ncic": NOW}).save(tmp_path / "index", {})
    finally:
        os.umask(before)
    assert (tmp_path / "index").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "index").iterdir()} == {0o600}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(listed=plates, added=plates)
def test_a_saved_index_is_the_same(tmp_path: Path, listed: list[str], added: list[str]) -> None:
    first = [entry(plate, entry_id=UUID(int=number)) for number, plate in enumerate(listed, start=1)]
    second = [entry(plate, entry_id=UUID(int=number)) for number, plate in enumerate(added, start=5)]
    index = HotlistIndex.build(first, {"ncic": NOW}).with_changes(second)
    index.save(tmp_path / "index", {"versions": {"ncic": 3}})
    assert (HotlistIndex.load(tmp_path / "index") or (None, None))[1] == {"versions": {"ncic": 3}}
    loaded = load(tmp_path / "index")
    texts = ["AB8", "W0", "AAAA", "VVB8", "B0OB"]
    assert content(loaded, texts) == content(index, texts)
    assert (len(loaded), loaded.as_of, loaded.unusable) == (len(index), index.as_of, index.unusable)
    assert content(loaded.with_changes(first[:2]), texts) == content(index.with_changes(first[:2]), texts)


def test_what_is_no_index_is_not_loaded(tmp_path: Path) -> None:
    assert HotlistIndex.load(tmp_path / "nothing") is None
    folder = tmp_path / "index"
    HotlistIndex.build([entry("ABC123"), entry("A?C123")], {}).save(folder)
    for damage in (b"", b"\x00" * 40):
        (folder / "base.keys.npy").write_bytes(damage)
        assert HotlistIndex.load(folder) is None
    (folder / "index.json").write_text('{"layout": 0}')
    assert HotlistIndex.load(folder) is None


def test_an_index_that_is_replaced_serves_on(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    HotlistIndex.build([entry("ABC123")], {}).save(folder)
    old = load(folder)
    HotlistIndex.build([entry("XYZ999")], {}).save(folder)
    assert [one.plate for one, _ in candidates(old, "ABC123")] == ["ABC123"]
    new = load(folder)
    assert [one.plate for one, _ in candidates(new, "XYZ999")] == ["XYZ999"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index"]


@pytest.mark.parametrize("engine", ["compiled", "numpy"])
def test_a_mapped_index_can_be_searched(tmp_path: Path, engine: str) -> None:
    from matcher.match import Matcher
    from schemas.settings import MatchingSettings
    from tests.unit.matcher.samples import read

    HotlistIndex.build([entry("ABC123"), entry("A?C129")], {}).save(tmp_path / "index")
    loaded = load(tmp_path / "index")
    matcher = Matcher(loaded, MatchingSettings(), engine)  # type: ignore[arg-type]
    assert [hit.edit_distance for hit in matcher.match(read("ABC123"))] == [0]
