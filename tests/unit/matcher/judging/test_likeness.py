"""How alike stored reads are to a plate that somebody looks for."""

from __future__ import annotations

import itertools
import re

import pytest

from matcher.characters.confusion import ALPHABET, CLASS_OF
from matcher.judging.false_alerts import ReadDetail, expected_false_alerts
from matcher.judging.likeness import Sought, near_patterns, spellings
from matcher.judging.traffic import Traffic
from tests.unit.matcher.samples import characters, entry, matcher, read

MOST_SPELLINGS = 5000

TRAFFIC = Traffic({})


def test_a_likeness_is_the_score_of_a_hit_without_state_and_vehicle_and_its_chance() -> None:
    reads = [
        *(read("8KV4921"), read("BKV4921"), read("BKV4921", characters=characters("BKV4921", 0.6))),
        read("BKV4921", confidence_is_known=False, characters=characters("BKV4921", 0.6)),
    ]
    found = Sought("8kv-4921", TRAFFIC).likeness(reads)
    for one, likeness in zip(reads, found, strict=True):
        (hit,) = matcher(entry("8KV4921")).match(one)
        assert likeness is not None
        if one.confidence_is_known:
            assert likeness.score == pytest.approx(hit.score)
        detail = ReadDetail.CONFIDENCES if one.characters else ReadDetail.TEXT
        assert likeness.chance == pytest.approx(expected_false_alerts(likeness.score, 1.0, detail) / 10_000)
    same, alike, doubted, unstated = [one.score for one in found if one]
    assert same > doubted > alike
    assert doubted > unstated


def test_what_cannot_be_of_the_plate_or_is_no_plate_has_no_likeness_and_keeps_its_place() -> None:
    broken = read("8KV4921", characters=characters("8KV"))
    reads = [read("8KV49"), read("8KV4921"), read("?"), broken, read("8KV492"), read("8KV49211")]
    found = Sought("8KV4921", TRAFFIC).likeness(reads)
    assert [one is not None for one in found] == [False, True, False, True, True, True]
    assert found[3] == found[1], "by its text alone"
    assert Sought("8KV4921", TRAFFIC).likeness([]) == []
    assert Sought("8KV4921", TRAFFIC).likeness([read("?")]) == [None]


def test_spellings_are_all_texts_of_the_same_classes_with_fewest_changes_first() -> None:
    found = spellings("b5-w")
    classes = [[c for c in ALPHABET if CLASS_OF[c] == CLASS_OF[one]] for one in "B5W"]
    assert found[0] == "B5W"
    assert sorted(found) == sorted("".join(each) for each in itertools.product(*classes))
    changes = [sum(a != b for a, b in zip(text, "B5W", strict=True)) for text in found]
    assert changes == sorted(changes)


def test_of_a_long_plate_only_so_many_spellings_are_asked_for() -> None:
    found = spellings("0180185V6M")
    assert len(found) == len(set(found)) == MOST_SPELLINGS
    assert found[0] == "0180185V6M"


def fits(pattern: str, text: str) -> bool:
    return re.fullmatch(pattern.replace("_", "."), text) is not None


def test_near_patterns_are_what_differs_by_one_character_or_by_two_v_for_a_w() -> None:
    patterns = near_patterns("ow7")
    assert patterns == sorted(["_W7", "0_7", "0W_", "_0W7", "0_W7", "0W_7", "0W7_", "W7", "07", "0W", "0VV7"])
    for near in ("0W7", "0X7", "X0W7", "0W7X", "W7", "0VV7"):
        assert any(fits(pattern, near) for pattern in patterns)
    for far in ("0XX", "XX0W7", "7", "0VVV7"):
        assert not any(fits(pattern, far) for pattern in patterns)
    assert near_patterns("AVV1") == sorted(
        [
            *("_VV1", "A_V1", "AV_1", "AVV_", "_AVV1", "A_VV1", "AV_V1", "AVV_1", "AVV1_"),
            *("VV1", "AV1", "AVV", "AW1"),
        ]
    )
