"""An index that was saved finds what it found before, and a damaged one is not loaded."""

from __future__ import annotations

import os
from collections.abc import Callable
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


def _flip(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place % len(data)] ^= 1 << place % 8
    path.write_bytes(bytes(data))


def _zero_content(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:128] + bytes(len(data) - 128))


def _set_content(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:128] + b"\x01" * (len(data) - 128))


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.parametrize("damage", [_zero_content, _set_content, _cut, Path.unlink, lambda path: path.write_bytes(b"")])
def test_an_index_with_any_damaged_array_is_not_loaded_and_said_to_be_damaged(
    tmp_path: Path, damage: Callable[[Path], object], caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "index"
    index = HotlistIndex.build([entry("ABC123", "US-VA"), entry("A?C123")], {"ncic": NOW})
    index = index.with_changes([entry("XYZ987")])
    index.save(folder)
    names = sorted(path.name for path in folder.glob("*.npy"))
    assert {"base.gone.npy", "base.partial.npy", "addition.plates.npy", "base.masks.6.npy"} <= set(names)
    for name in names:
        before = (folder / name).read_bytes()
        damage(folder / name)
        if not (folder / name).exists() or (folder / name).read_bytes() != before:
            caplog.clear()
            assert HotlistIndex.load(folder) is None, name
            assert "the saved index of the hotlists is damaged (" in caplog.text
            assert name in caplog.text
        (folder / name).write_bytes(before)
    assert HotlistIndex.load(folder) is not None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(data=st.data())
def test_no_flipped_bit_of_any_file_is_loaded(tmp_path: Path, data: st.DataObject) -> None:
    folder = tmp_path / "index"
    if not folder.exists():
        HotlistIndex.build([entry("ABC123", "US-VA"), entry("A?C123")], {"ncic": NOW}).save(folder)
    path = data.draw(st.sampled_from(sorted(folder.iterdir())))
    before = path.read_bytes()
    # The bitmap is most of the bytes; the others are looked at as often.
    _flip(path, data.draw(st.integers(0, len(before) - 1)))
    assert HotlistIndex.load(folder) is None
    path.write_bytes(before)
    assert HotlistIndex.load(folder) is not None


def test_an_index_of_a_version_without_sums_is_made_anew_without_a_word_of_damage(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "index"
    HotlistIndex.build([entry("ABC123")], {}).save(folder)
    (folder / "index.json").write_text('{"layout": 1, "note": {}}')
    assert HotlistIndex.load(folder) is None
    assert caplog.text == ""


def test_everything_is_on_the_disk_before_the_index_takes_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    monkeypatch.setattr("os.fsync", lambda number: synced.append(Path(f"/proc/self/fd/{number}").readlink().name))
    renamed: list[int] = []
    rename = Path.rename
    monkeypatch.setattr(Path, "rename", lambda one, other: (renamed.append(len(synced)), rename(one, other))[1])
    HotlistIndex.build([entry("ABC123")], {}).save(tmp_path / "index")
    names = {path.name for path in (tmp_path / "index").iterdir()}
    assert names | {"index.new"} <= set(synced[: renamed[-1]])
    assert synced[renamed[-1] :] == [tmp_path.name]


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


def test_what_a_killed_save_left_does_not_get_into_the_next_one(tmp_path: Path) -> None:
    (tmp_path / "index.new").mkdir()
    (tmp_path / "index.new" / "left").write_text("half a file")
    HotlistIndex.build([entry("ABC123")]).save(tmp_path / "index")
    assert not (tmp_path / "index" / "left").exists()
    assert not (tmp_path / "index.new").exists()
    assert len(load(tmp_path / "index")) == 1
