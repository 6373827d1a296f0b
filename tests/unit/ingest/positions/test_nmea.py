"""Sentences of GPS receivers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.positions.nmea import NmeaReader
from schemas.errors import InvalidInput

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def sentence(body: str) -> bytes:
    """Return a sentence with its checksum, as a receiver sends it."""
    check = 0
    for byte in body.encode():
        check ^= byte
    return f"${body}*{check:02X}\r\n".encode()


RMC = "GPRMC,120001.00,A,3650.1240,N,07617.8980,W,19.44,271.5,040526,,,A"
GGA = "GPGGA,120001.00,3650.1240,N,07617.8980,W,1,08,0.9,5.4,M,-36.0,M,,"


def reader() -> NmeaReader:
    begun = NmeaReader()
    begun.take(b"4,M,,*47\r\n", NOON)
    return begun


def test_a_sentence_says_where_how_fast_which_way_and_when() -> None:
    fix = reader().take(sentence(RMC), NOON)
    assert fix is not None
    assert (fix.at, fix.receiver_time) == (NOON, NOON + timedelta(seconds=1))
    assert (fix.latitude, fix.longitude) == pytest.approx((36 + 50.124 / 60, -76 - 17.898 / 60))
    assert fix.speed == pytest.approx(10.0, abs=0.01)
    assert fix.heading == 271.5


def test_receivers_of_other_constellations_are_read_too() -> None:
    assert reader().take(sentence(RMC.replace("GP", "GN", 1)), NOON) is not None


def test_what_a_receiver_without_a_fix_says_is_no_fix() -> None:
    void = "GPRMC,120001.00,V,0000.0000,N,00000.0000,E,,,040526,,,N"
    assert reader().take(sentence(void), NOON) is None
    assert reader().take(sentence("GNRMC,,V,,,,,,,,,,N"), NOON) is None
    for quality in "0678":
        assert reader().take(sentence(GGA.replace(",1,08,", f",{quality},08,")), NOON) is None


def test_one_that_sends_no_rmc_is_taken_by_its_other_sentence_and_no_other_is() -> None:
    of = reader()
    fix = of.take(sentence(GGA), NOON)
    assert fix is not None
    assert (fix.speed, fix.heading, fix.receiver_time) == (None, None, None)
    assert of.take(sentence(RMC), NOON) is not None
    assert of.take(sentence(GGA), NOON + timedelta(seconds=1)) is None
    assert of.take(sentence(GGA), NOON + timedelta(seconds=9)) is not None


@pytest.mark.parametrize(
    "body",
    [
        "GPGSV,3,1,11,03,03,111,00,04,15,270,00,06,01,010,00,13,06,292,00",
        "PMTK001,604,3",
        "GPXXX,1,2",
    ],
)
def test_other_sentences_say_nothing_and_are_no_fault(body: str) -> None:
    assert reader().take(sentence(body), NOON) is None


def test_the_first_line_after_connecting_may_be_half_of_one() -> None:
    of = NmeaReader()
    assert of.take(sentence(RMC)[23:], NOON) is None
    with pytest.raises(InvalidInput, match="no NMEA 0183 sentence"):
        of.take(sentence(RMC)[23:], NOON)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (sentence(RMC).replace(b"3650", b"3651"), "checksum"),
        (f"${RMC}\r\n".encode(), "checksum"),
        (b"\xff\xfe\x00garbage\r\n", "no NMEA 0183 sentence"),
        (sentence(RMC.replace("3650.1240", "9950.1240")), "no such place"),
        (sentence(RMC.replace("07617.8980", "18117.8980")), "no such place"),
        (sentence(RMC.replace("3650.1240", "3670.1240")), "cannot be"),
        (sentence(RMC.replace("3650.1240", "3660.0000")), "cannot be"),
        (sentence(RMC.replace("07617.8980", "07660.0000")), "cannot be"),
        (sentence(RMC.replace("3650.1240", "")), "cannot be"),
        (sentence(RMC.replace("07617.8980", "")), "cannot be"),
        (sentence(RMC.replace(",N,", ",,")), "without N or S"),
        (sentence(RMC.replace(",N,", ",E,")), "without N or S"),
        (sentence(RMC.replace(",W,", ",,")), "or without E or W"),
        (sentence(RMC.replace(",W,", ",S,")), "or without E or W"),
        (sentence(RMC.replace("3650.1240", "0000.0000").replace("07617.8980", "00000.0000")), "0, 0"),
        (sentence(RMC.replace("3650.1240", "36x0.1240")), "cannot be read"),
    ],
)
def test_what_is_damaged_or_no_place_is_refused(line: bytes, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        reader().take(line, NOON)


@pytest.mark.parametrize(("field", "value"), [("19.44", "99999"), ("19.44", "-3"), ("271.5", "-5"), ("271.5", "361")])
def test_a_speed_or_course_that_cannot_be_is_left_out_and_the_place_stands(field: str, value: str) -> None:
    fix = reader().take(sentence(RMC.replace(field, value)), NOON)
    assert fix is not None
    assert (fix.speed is None) == (field == "19.44")
    assert (fix.heading is None) == (field == "271.5")


NUMBERS = st.text("0123456789.-+eENSWAVnaif", max_size=12)
WORDS = st.text(st.characters(codec="ascii"), max_size=6)


@given(st.data())
def test_a_changed_sentence_is_a_fix_on_earth_nothing_or_refused(data: st.DataObject) -> None:
    fields = data.draw(st.sampled_from([RMC, GGA])).split(",")
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(fields) - 1))
        fields[place] = data.draw(NUMBERS | WORDS)
    body = ",".join(fields)
    for line in (sentence(body), data.draw(st.binary(max_size=90))):
        try:
            fix = reader().take(line, NOON)
        except InvalidInput:
            continue
        if fix is not None:
            assert abs(fix.latitude) <= 90
            assert abs(fix.longitude) <= 180
            assert fix.speed is None or 0 <= fix.speed <= 150
            assert fix.heading is None or 0 <= fix.heading < 360


@pytest.mark.parametrize("quality", "12345")
def test_whatever_was_received_is_a_fix(quality: str) -> None:
    fix = reader().take(sentence(GGA.replace(",1,08,", f",{quality},08,")), NOON)
    assert fix is not None
    assert (fix.latitude, fix.longitude) == pytest.approx((36 + 50.124 / 60, -76 - 17.898 / 60))


@pytest.mark.parametrize(
    ("north", "east", "signs"), [("N", "E", (1, 1)), ("N", "W", (1, -1)), ("S", "E", (-1, 1)), ("S", "W", (-1, -1))]
)
def test_each_quarter_of_the_earth_is_told_apart(north: str, east: str, signs: tuple[int, int]) -> None:
    fix = reader().take(sentence(RMC.replace(",N,", f",{north},").replace(",W,", f",{east},")), NOON)
    assert fix is not None
    assert (fix.latitude, fix.longitude) == pytest.approx(
        (signs[0] * (36 + 50.124 / 60), signs[1] * (76 + 17.898 / 60))
    )


def test_what_is_left_empty_is_not_known() -> None:
    fix = reader().take(sentence(RMC.replace("19.44", "").replace("271.5", "").replace("040526", "")), NOON)
    assert fix is not None
    assert (fix.speed, fix.heading, fix.receiver_time) == (None, None, None)


@pytest.mark.parametrize(("seconds", "is_taken"), [(5, False), (5.001, True), (-5, False), (-5.001, True)])
def test_the_better_sentence_counts_alone_for_a_while(seconds: float, is_taken: bool) -> None:
    of = reader()
    of.take(sentence(RMC), NOON)
    assert (of.take(sentence(GGA), NOON + timedelta(seconds=seconds)) is not None) == is_taken
