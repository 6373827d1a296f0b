"""What a mapping of a person's own says of where a reader's values stand."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ingest.vendors.mapping_file import load_mapping
from schemas.errors import ConfigurationError
from tests.unit.ingest.vendors.messages import NOW, NOW_MS, parsed


@pytest.fixture
def read(tmp_path: Path) -> Any:
    """Parse a message by a mapping of these fields."""

    def one(body: Any, fields: str = "", before: str = "", after: str = "") -> Any:
        path = tmp_path / "mapping.toml"
        path.write_text(f'{before}\n[fields]\nplate = "p"\n{fields}\n{after}\n')
        return parsed("mapping", {"p": "KZP4821", **body}, mapping=path)

    return one


def test_a_field_is_looked_for_in_the_result_then_in_the_message_then_among_the_constants(read: Any) -> None:
    fields, constants = 'camera = "cam"\nlane = "ln"', '[constants]\ncamera = "c"\nmake = "Ford"\nyear = 2019'
    inner, outer = {"p": "KZP4821", "cam": "in"}, {"cam": "out", "ln": 2}
    for results, cameras in (
        ([inner], ["in"]),
        ([{"p": "KZP4821"}, inner], ["out", "in"]),
    ):
        found = read({**outer, "r": results}, fields, 'reads = "r"', constants).reads
        assert [one.camera for one in found] == cameras
        for one in found:
            assert (one.movement.lane, one.vehicle.make, one.vehicle.year) == ("2", "Ford", 2019)
    (found,) = read({"r": [{"p": "KZP4821"}]}, fields, 'reads = "r"', constants).reads
    assert (found.camera, found.movement) == ("c", None)


@pytest.mark.parametrize(
    ("body", "count", "without"),
    [
        ({"kind": "plate", "n": 1}, 1, 0),
        ({"kind": "Plate", "n": 1}, 0, 1),
        ({"kind": "plate", "n": 2}, 0, 1),
        ({"kind": "plate"}, 0, 1),
    ],
)
def test_messages_of_other_kinds_are_counted_and_not_kept(read: Any, body: Any, count: int, without: int) -> None:
    found = read(body, after='[where]\nkind = "plate"\nn = "1"')
    assert (len(found.reads), found.without_plate) == (count, without)


@pytest.mark.parametrize(
    ("formats", "text", "seconds"),
    [
        (None, "2026-05-04T12:00:01Z", 1),
        (["%d.%m.%Y %H:%M:%S"], "04.05.2026 08:00:01", 1),
        (["%d.%m.%Y %H:%M:%S"], "2026-05-04T12:00:01Z", None),
        (["%d.%m.%Y %H:%M:%S", "auto"], "2026-05-04T12:00:01Z", 1),
        (["%d|%m|%Y %H:%M:%S%z"], "04|05|2026 12:00:01+0000", 1),
        (["local_epoch"], NOW_MS / 1000 - 4 * 3600 + 1, 1),
        (["auto"], NOW_MS / 1000 - 4 * 3600 + 1, -4 * 3600 + 1),
        (["auto"], "soon", None),
    ],
)
def test_times_are_read_by_the_first_format_that_fits(
    read: Any, formats: list[str] | None, text: object, seconds: float | None
) -> None:
    before = "" if formats is None else f"time_formats = {json.dumps(formats)}"
    (found,) = read({"at": text}, 'captured_at = "at"', before).reads
    assert found.captured_at == (None if seconds is None else NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("words", "said", "is_final"),
    [
        (None, None, True),
        (None, True, True),
        (None, False, False),
        (None, "yes", True),
        (None, "no", False),
        (["done", "lost"], "lost", True),
        (["done"], "new", False),
        (["done"], None, True),
    ],
)
def test_a_read_is_final_where_the_message_says_so_or_nothing(
    read: Any, words: list[str] | None, said: object, *, is_final: bool
) -> None:
    before = "" if words is None else f"final_words = {json.dumps(words)}"
    (found,) = read({"f": said}, 'is_final = "f"', before).reads
    assert found.is_final is is_final


@pytest.mark.parametrize(
    ("scale", "value", "confidence"), [(1, 0.5, 0.5), (100, 50, 0.5), (100, 1, 0.01), (1, 1, 0.99), (255, 51, 0.2)]
)
def test_a_mapping_says_what_is_certain(read: Any, scale: int, value: float, confidence: float) -> None:
    body = {"c": value, "s": "VA", "sc": value, "more": [{"plate": "A1", "confidence": value}]}
    fields = 'confidence = "c"\nstate = "s"\nstate_confidence = "sc"\ncandidates = "more"'
    (found,) = read(body, fields, f"confidence_of = {scale}").reads
    ((_, other),) = found.candidates
    assert (found.confidence, found.jurisdiction_confidence, other) == pytest.approx((confidence,) * 3)


@pytest.mark.parametrize(("revision", "expected"), [(7, 7), ("7.9", 7), (-1, 0), ("x", 0), (None, 0)])
def test_a_revision_is_no_less_than_none(read: Any, revision: object, expected: int) -> None:
    (found,) = read({"r": revision}, 'revision = "r"').reads
    assert found.revision == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[fields]", "fields.plate: field required"),
        ('[fields]\nplate = ""', "fields.plate: string should have at least 1 character"),
        ('[fields]\nplate = "p"\nodd = "x"', "fields.odd: extra inputs are not permitted"),
        ('odd = 1\n[fields]\nplate = "p"', "odd: extra inputs are not permitted"),
        ('time_formats = ["%d.%m"]\n[fields]\nplate = "p"', "time_formats.0: '%d.%m' is no format of times; write one"),
        ('time_formats = ["%Q%Y"]\n[fields]\nplate = "p"', "time_formats.0: '%Q%Y' is no format of times"),
        ("[fields", "not valid TOML"),
        (b"\xff", "not valid TOML"),
        (None, "cannot be read (No such file or directory)"),
    ],
)
def test_a_mapping_that_does_not_fit_is_named(tmp_path: Path, text: str | bytes | None, words: str) -> None:
    path = tmp_path / "mapping.toml"
    if text is not None:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigurationError) as caught:
        load_mapping(path)
    assert str(caught.value).startswith(f"mapping {path}: {words}")
