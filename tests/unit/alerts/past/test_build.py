"""What an officer is told of a vehicle that passed before its entry was added."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.build import build_alert
from alerts.past.build import PastAlerts, as_of_now, sighted_text
from alerts.past.matches import PastMatch, grouped
from matcher.index import HotlistIndex
from matcher.match import Matcher
from schemas.ids import read_id
from schemas.settings import AlertSettings, Settings
from schemas.types import HotlistEntry, Tier
from storage.reads.past import ListedEntry
from tests.unit.matcher.samples import NOW, SETTINGS, characters, entry, read

LISTED = entry("VNV4527", "US-VA")


def past_match(plate: str, ago: timedelta, listed: HotlistEntry = LISTED) -> PastMatch:
    moment = NOW - ago
    evidence = characters("VNV4527") if plate == "VNV4527" else characters(plate, p0=((plate[0], 0.6), ("V", 0.38)))
    seen = read(
        plate,
        "US-VA",
        read_id=read_id("gate", str(ago), moment, 1),
        captured_at=moment,
        first_seen=moment,
        last_seen=moment,
        characters=evidence,
    )
    (hit,) = Matcher(HotlistIndex.build([listed], {"ncic": NOW - timedelta(hours=3)}), SETTINGS).match(seen)
    return PastMatch(seen, hit, ListedEntry(listed, NOW))


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=20), "1 minute"),
        (timedelta(seconds=60), "1 minute"),
        (timedelta(seconds=100), "2 minutes"),
        (timedelta(minutes=119), "2 hours"),
        (timedelta(days=1, hours=13), "2 days"),
        (timedelta(minutes=100), "2 hours"),
        (timedelta(minutes=89), "89 minutes"),
        (timedelta(hours=35), "35 hours"),
        (timedelta(days=3, hours=2), "3 days"),
    ],
)
def test_when_it_was_seen_is_said_in_words(ago: timedelta, words: str) -> None:
    (group,) = grouped([past_match("VNV4527", ago)])
    assert sighted_text(group, NOW) == f"read {words} ago, before the entry was added"


def test_a_read_after_the_entry_is_not_said_to_be_before_it() -> None:
    one = past_match("VNV4527", timedelta(minutes=5))
    (group,) = grouped([PastMatch(one.read, one.hit, ListedEntry(LISTED, NOW - timedelta(hours=1)))])
    assert sighted_text(group, NOW) == "read 5 minutes ago"
    (group,) = grouped([PastMatch(one.read, one.hit, ListedEntry(LISTED, None))])
    assert sighted_text(group, NOW) == "read 5 minutes ago"


def test_the_surest_match_is_shown_and_the_others_are_counted() -> None:
    exact, older = past_match("VNV4527", timedelta(days=2)), past_match("VNV4527", timedelta(days=4))
    likely = past_match("YNV4527", timedelta(hours=1))
    assert (exact.hit.tier, likely.hit.tier) == (Tier.EXACT, Tier.PROBABLE)
    (group,) = grouped([likely, exact, older])
    assert group.shown == exact
    expected = "read 2 days ago, before the entry was added; 3 sightings in the last 4 days"
    assert sighted_text(group, NOW) == expected


def test_the_lists_age_is_that_of_now() -> None:
    hit = past_match("VNV4527", timedelta(days=2)).hit
    assert "list just updated" in hit.explanation
    now = as_of_now(hit, NOW)
    assert "list 3 h old" in now.explanation
    assert now.list_age_seconds == 3 * 3600
    unknown = Matcher(HotlistIndex.build([LISTED]), SETTINGS).match(past_match("VNV4527", timedelta(days=2)).read)[0]
    assert as_of_now(unknown, NOW) == unknown


def test_a_picture_travels_with_the_alert_while_it_is_kept(tmp_path: Path) -> None:
    alerts = PastAlerts(Settings(data_dir=tmp_path))
    one = past_match("VNV4527", timedelta(days=2))
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "there.jpg").write_bytes(b"jpeg")
    pictures = []
    for key in ("there.jpg", "gone.jpg", None):
        seen = read("VNV4527", "US-VA", read_id=one.read.read_id, captured_at=one.read.captured_at, plate_image_key=key)
        (group,) = grouped([PastMatch(seen, one.hit, one.listed)])
        pictures.append(alerts.build(group, NOW, alerts.picture(seen)).plate_picture)
    assert pictures == ["anBlZw==", None, None]


def test_one_alert_is_about_an_entry_and_where_it_has_unknown_characters_about_each_plate() -> None:
    other, unknown = entry("BKR2203", "US-VA"), entry("VNV45?7", "US-VA")
    hours = timedelta(hours=1)

    def seen(listed: HotlistEntry, plate: str, ago: int) -> PastMatch:
        one = past_match("VNV4527", hours * ago)
        return PastMatch(
            dataclasses.replace(one.read, plate=plate),
            dataclasses.replace(one.hit, entry_id=listed.entry_id),
            ListedEntry(listed, NOW),
        )

    matches = [
        seen(LISTED, "VNV4527", 5),
        seen(other, "BKR2203", 1),
        seen(LISTED, "YNV4527", 3),
        seen(unknown, "VNV4517", 9),
        seen(unknown, "vnv-4517", 8),
        seen(unknown, "VNV4577", 2),
    ]
    groups = grouped(matches)
    # The newest first, each with all of its own.
    assert [[matches.index(one) for one in group.all] for group in groups] == [[1], [5], [0, 2], [3, 4]]
    assert [group.count for group in groups] == [1, 1, 2, 2]
    assert groups[2].first_at == NOW - hours * 5
    assert [matches.index(group.shown) for group in groups] == [1, 5, 2, 4]


def test_an_alert_about_a_past_read_is_one_like_any_other_that_says_so(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, agency_id="springfield")
    one, older = past_match("VNV4527", timedelta(days=2)), past_match("VNV4527", timedelta(days=4))
    (group,) = grouped([older, one])
    made = PastAlerts(settings).build(group, NOW, b"jpeg")
    told = dataclasses.replace(one.hit, explanation=f"{sighted_text(group, NOW)}; {one.hit.explanation}")
    live = build_alert(one.read, told, LISTED, agency_id="springfield", created_at=NOW, plate_picture=b"jpeg")
    assert made == live.model_copy(update={"historical": True, "sightings": 2})


def test_no_picture_travels_where_none_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "there.jpg").write_bytes(b"jpeg")
    seen = dataclasses.replace(past_match("VNV4527", timedelta(days=2)).read, plate_image_key="there.jpg")
    for wanted in (True, False):
        alerts = PastAlerts(Settings(data_dir=tmp_path, alerts=AlertSettings(embed_plate_picture=wanted)))
        assert alerts.picture(seen) == (b"jpeg" if wanted else None)
