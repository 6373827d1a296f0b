"""What GPS receivers send: NMEA 0183, a sentence a line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pynmea2

from ingest.positions.fixes import Fix, checked_fix
from schemas.errors import InvalidInput

KNOT = 0.514444
"""Meters per second."""
_RMC_COUNTS = timedelta(seconds=5)
"""A receiver that sent an RMC sentence is taken by these alone for so long: they say speed, course and date."""


class NmeaReader:
    """Makes fixes of sentences, from one connection to a receiver."""

    def __init__(self) -> None:
        self._rmc_at: datetime | None = None
        self._is_first = True

    def take(self, line: bytes, at: datetime) -> Fix | None:
        """Return the fix that a line says.

        Args:
            line: It, with or without its end.
            at: When it came.

        Returns:
            None: it says none. It is of another kind, of a receiver that has no fix now, or the rest of one that was
            begun before we were connected.

        Raises:
            InvalidInput: It is damaged, or names no place that there is.
        """
        is_first, self._is_first = self._is_first, False
        text = line.strip(b"\r\n\0 ")
        if not text or (is_first and not text.startswith((b"$", b"!"))):
            return None
        sentence = _parsed(text)
        if sentence is None:
            return None
        try:
            if isinstance(sentence, pynmea2.types.talker.RMC):
                self._rmc_at = at
                return _of_rmc(sentence, at)
            if isinstance(sentence, pynmea2.types.talker.GGA) and not self._has_rmc(at):
                return _of_gga(sentence, at)
        except (ValueError, TypeError, AttributeError, IndexError, OverflowError) as error:
            raise InvalidInput(f"a sentence {sentence.sentence_type} with a field that cannot be read") from error
        return None

    def _has_rmc(self, at: datetime) -> bool:
        return self._rmc_at is not None and abs(at - self._rmc_at) <= _RMC_COUNTS


def _parsed(text: bytes) -> pynmea2.NMEASentence | None:
    """Return a sentence; None where it is of no kind that we know, with a checksum that is right."""
    try:
        return pynmea2.parse(text.decode("ascii"), check=True)
    except pynmea2.SentenceTypeError:
        return None
    except pynmea2.ChecksumError as error:
        raise InvalidInput("a sentence with a wrong checksum, or none") from error
    except (pynmea2.ParseError, ValueError, TypeError, AttributeError, IndexError) as error:
        raise InvalidInput("a line that is no NMEA 0183 sentence") from error


def _of_rmc(sentence: pynmea2.NMEASentence, at: datetime) -> Fix | None:
    # V: the receiver warns that what it says is no fix; its fields are then empty, or 0.
    if sentence.status != "A":
        return None
    return checked_fix(
        at,
        *_place(sentence),
        speed=None if sentence.spd_over_grnd in (None, "") else float(sentence.spd_over_grnd) * KNOT,
        heading=None if sentence.true_course in (None, "") else float(sentence.true_course),
        receiver_time=_moment(sentence),
    )


def _of_gga(sentence: pynmea2.NMEASentence, at: datetime) -> Fix | None:
    # 0: no fix; 6: reckoned from speed and course, 7 and 8: entered by hand, or simulated. None of them was received.
    if int(sentence.gps_qual or 0) not in (1, 2, 3, 4, 5):
        return None
    return checked_fix(at, *_place(sentence))


def _place(sentence: pynmea2.NMEASentence) -> tuple[float, float]:
    for text in (sentence.lat, sentence.lon):
        # Degrees and minutes in one number; what comes after the degrees is below sixty.
        if not text or float(text) % 100 >= 60:
            raise InvalidInput("a sentence that says it has a fix, with a place that cannot be")
    if sentence.lat_dir not in ("N", "S") or sentence.lon_dir not in ("E", "W"):
        raise InvalidInput("a sentence that says it has a fix, without N or S, or without E or W")
    return sentence.latitude, sentence.longitude


def _moment(sentence: pynmea2.NMEASentence) -> datetime | None:
    if not sentence.datestamp or not sentence.timestamp:
        return None
    return datetime.combine(sentence.datestamp, sentence.timestamp.replace(tzinfo=UTC))
