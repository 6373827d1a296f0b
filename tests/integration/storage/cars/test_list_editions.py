"""What a car is told of a list is the difference of two of its versions, piece by piece, and what people withdrew."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise, product
from uuid import UUID

import pytest

from schemas.types import Category, HotlistEntry
from storage.cars.list_editions import Edition, ListAt, ListInForce, ListTelling, Slice
from storage.database import Database
from storage.hotlists.edits import HotlistEdits
from storage.hotlists.versions import HotlistVersions
from tests.integration.storage.samples import START, activate, sample_entry, sample_id

STOLEN, MISSING, PLATE = Category.STOLEN_VEHICLE, Category.MISSING_PERSON, Category.STOLEN_PLATE
GOING = (STOLEN, MISSING)
WITHDRAWN = sample_id("ncic", 9)


def entry(number: int, case: str = "1", category: Category = STOLEN, hotlist_id: str = "ncic") -> HotlistEntry:
    return sample_entry(number, f"AAA{number:04}", hotlist_id, category=category, case_number=case)


CONTENTS = [
    [entry(1), entry(2), entry(3), entry(4, category=MISSING), entry(5, category=PLATE), entry(9)],
    # 1 is gone, 3 and 4 are changed, 6 and 7 are new.
    [
        entry(2),
        entry(3, "2"),
        entry(4, "2", MISSING),
        entry(5, category=PLATE),
        entry(6),
        entry(7, category=PLATE),
        entry(9),
    ],
    # 2 and 5 are gone, 1 is back, 3 is as it was at first.
    [
        entry(1),
        entry(3),
        entry(4, "2", MISSING),
        entry(6),
        entry(7, category=PLATE),
        entry(8, category=MISSING),
        entry(9),
    ],
]


@pytest.fixture
def versions(database: Database) -> list[int]:
    """The numbers of the three versions; entry 9 is withdrawn, another list has a part of the same."""
    numbers = []
    for content in CONTENTS:
        activate(database, [entry(number, hotlist_id="other") for number in (1, 2, 3)], hotlist_id="other")
        numbers.append(activate(database, content).version_id)
        if len(numbers) == 1:
            HotlistEdits(database).withdraw([WITHDRAWN], by="lee", reason="recovered")
    return numbers


def forms(content: list[HotlistEntry]) -> dict[UUID, str | None]:
    return {one.entry_id: one.case_number for one in content if one.category in GOING and one.entry_id != WITHDRAWN}


def told(telling: ListTelling, rows: Slice, most: int) -> tuple[list[UUID], dict[UUID, str]]:
    """Return what is gone and what is there in which form, as it is read in parts."""
    gone, there = list[UUID](), dict[UUID, str]()
    after: UUID | None = None
    while part := telling.removed(rows, after, most):
        assert len(part) <= 16 * most
        gone += [UUID(bytes=part[start : start + 16]) for start in range(0, len(part), 16)]
        after = gone[-1]
    after = None
    while part := telling.added(rows, after, most):
        lines = part.decode().splitlines()
        assert len(lines) <= most
        for line in lines:
            columns = line.split("\t")
            after = UUID(hex=columns[0].removeprefix("\\\\x"))
            there[after] = columns[13]
    return gone, there


@pytest.mark.parametrize("most", [1, 2, 100])
def test_it_is_the_difference_of_two_versions_whatever_came_since(
    database: Database, versions: list[int], most: int
) -> None:
    contents = dict(zip([0, *versions], [{}, *(forms(content) for content in CONTENTS)], strict=True))
    with ListTelling.reading(database) as telling:
        for base, version in product(contents, versions):
            if base > version:
                continue
            rows = Slice("ncic", base, version, [one.value for one in GOING])
            old, new = contents[base], contents[version]
            gone, there = told(telling, rows, most)
            # What was another one in between is told, too, though it is as it was.
            steps = [number for number in contents if base <= number <= version]
            touched = {
                one
                for before, after in pairwise(steps)
                for one in contents[before].keys() | contents[after].keys()
                if contents[before].get(one) != contents[after].get(one)
            }
            assert there == {one: case for one, case in new.items() if one in touched}, (base, version)
            assert set(gone) - {WITHDRAWN} == old.keys() & touched, (base, version)
            assert {one: case for one, case in old.items() if one not in gone} | there == new, (base, version)
            assert (gone, list(there)) == (sorted(gone), sorted(there))
            assert telling.count(rows) == len(new)
        assert told(telling, Slice("none", 0, versions[2], [STOLEN.value]), most) == ([], {})


def test_what_people_withdrew_is_told_by_its_number(database: Database, versions: list[int]) -> None:
    kinds = [one.value for one in GOING]
    with ListTelling.reading(database) as telling:
        (first,) = telling.withdrawn(0, kinds, 10)
        assert first[1] == WITHDRAWN
    taken = [sample_id("ncic", number) for number in (8, 7, 6)]
    for entry_id in taken:
        HotlistEdits(database).withdraw([entry_id], by="lee", reason="recovered")
    with ListTelling.reading(database) as telling:
        found = telling.withdrawn(0, kinds, 10)
        assert [entry_id for _, entry_id in found] == [first[1], taken[0], taken[2]]
        assert telling.withdrawn(0, kinds, 2) == found[:2]
        assert telling.withdrawn(first[0], kinds, 10) == found[1:]
        assert telling.withdrawn(found[-1][0], kinds, 10) == []
        assert [one for _, one in telling.withdrawn(0, [PLATE.value], 10)] == [taken[1]]
        assert telling.last_withdrawal() == found[-1][0]
        assert telling.standing_withdrawals() == 4
        assert telling.count(Slice("ncic", 0, versions[2], kinds)) == 3
    HotlistEdits(database).restore([taken[2]], by="lee", reason="mistake")
    with ListTelling.reading(database) as telling:
        assert telling.standing_withdrawals() == 3


def test_lists_in_force_come_by_name_with_what_they_are_made_of(database: Database, versions: list[int]) -> None:
    activate(database, [entry(1, hotlist_id="gone")], hotlist_id="gone")
    HotlistVersions(database).remove("gone")
    plain = activate(database, [entry(1, hotlist_id="aaa")], hotlist_id="aaa", layout="csv", as_of=None).version_id
    with ListTelling.reading(database) as telling:
        found = telling.lists()
    assert [one.hotlist_id for one in found] == ["aaa", "ncic", "other"]
    assert found[:2] == [ListInForce("aaa", plain, "csv", None), ListInForce("ncic", versions[2], "ncic", START)]


def test_a_car_s_editions_are_its_own_and_kept_as_long_as_it_may_come_back_to_them(database: Database) -> None:
    moment = datetime(2026, 11, 20, tzinfo=UTC)
    made = {
        number: Edition(number, number - 1, {"ncic": ListAt(number + 4, f"scope {number}")}, moment)
        for number in range(1, 5)
    }
    with ListTelling.telling(database, "unit-7") as telling:
        assert telling.editions("unit-7") == {}
        for number in (2, 1, 3):
            telling.put("unit-7", made[number], (1, 2))
        telling.put("unit-8", made[1], ())
        assert telling.editions("unit-7") == {number: made[number] for number in (1, 2, 3)}
        telling.told_withdrawals("unit-7", 5)
        telling.put("unit-7", made[4], (1, 3))
        assert {number: one.withdrawn_number for number, one in telling.editions("unit-7").items()} == {
            1: 5,
            3: 5,
            4: 0,
        }
        telling.told_withdrawals("unit-7", 4)
        assert {number: one.withdrawn_number for number, one in telling.editions("unit-7").items()} == {
            1: 5,
            3: 5,
            4: 4,
        }
        telling.keep("unit-7", (4,))
        assert list(telling.editions("unit-7")) == [4]
        assert telling.editions("unit-8") == {1: made[1]}
