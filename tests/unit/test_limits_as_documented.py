"""What docs/ promise of limits is what the code does: an administrator plans with these numbers.

A limit and its sentence stand here together: who changes one changes the other, and says so here.
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from hotlists.feeds import freshness, uploads
from hotlists.importing import review
from hotlists.layouts import ca_clew, fl, wa_stolen
from hotlists.text import tables, unheaded
from ingest import inbox_place, picture_urls
from ingest.positions import receiver
from ingest.pulling import plates
from ingest.pulling.rtsp import repeats, session
from ingest.server import bodies, car_pictures, car_reads, cars, credentials, known_cars, sources
from ingest.streams import pauses
from ingest.streams import pictures as stream_pictures
from ingest.topics import reads as topic_reads
from ingest.vendors import passes
from ingest.vendors.parts import confidences, pictures
from storage.reads import pictures as stored_pictures

DOCS = Path(__file__).resolve().parents[2] / "docs"
MB = 1 << 20

SAID = {
    "ingest.md": [
        ("at most five minutes old", credentials.SIGNED_WITHIN_SECONDS, 300),
        ("connected to again after half a second", pauses.FIRST_PAUSE_SECONDS, 0.5),
        ("ever longer, up to 30 s", pauses.LONGEST_PAUSE_SECONDS, 30),
        ("after a refused login after a minute", pauses.LOGIN_PAUSE_SECONDS, 60),
        ("said in the log once a minute, never with the token", sources.SAID_AGAIN_SECONDS, 60),
        ("the disk is nearly full (less than 128 MB)", inbox_place.LEAST_FREE_BYTES, 128 * MB),
        ("at one time take 192 MB at most together", bodies.MOST_IN_MEMORY, 192 * MB),
        ("redirects are judged anew, three at most", picture_urls.MOST_REDIRECTS, 3),
        ("ten megabytes and five seconds at most", (picture_urls.MOST_BYTES, picture_urls.SECONDS), (10 * MB, 5)),
    ],
    "vendors.md": [
        ("are at most 8 s apart and have one text", passes.GAP, timedelta(seconds=8)),
        ("are one read of at most five minutes", passes.LONGEST, timedelta(minutes=5)),
        ("100 % counts as 0.99", confidences.MOST, 0.99),
        ("larger than 50 megapixels", pictures.MAX_PICTURE_PIXELS, 50_000_000),
        (
            "every five minutes reaches back two hours",
            (plates.DEEP_SECONDS, plates.DEEP),
            (300, timedelta(hours=2)),
        ),
        ("but for one each two seconds", repeats.REFRESH_SECONDS, 2),
        ("it is asked whether it is there all 25 s at most", session.LONGEST_SILENCE, 25),
    ],
    "patrol-server.md": [
        ("**Revoked** is a car within two seconds", known_cars.ASK_SECONDS, 2),
        ("arrived_at` lies more than a day ahead", topic_reads.LONGEST_AHEAD, timedelta(days=1)),
        ("did not go on for two days is deleted", car_pictures.GIVEN_UP_SECONDS, 2 * 86_400),
        ("a body unpacked | 32 MB", cars.MOST_UNPACKED_BYTES, 32 * MB),
        (
            "reads of a batch, bytes of one | 200, 1 MB",
            (car_reads.MOST_READS, car_reads.MOST_READ_BYTES),
            (200, MB),
        ),
        ("batches of a car that wait | 5000; then 429", car_reads.MOST_WAITING, 5000),
        (
            "a picture | 8 MB; 64 of a car may have begun",
            (car_pictures.MOST_PICTURE_BYTES, car_pictures.MOST_BEGUN),
            (8 * MB, 64),
        ),
        ("the disk | 128 MB stay free", inbox_place.LEAST_FREE_BYTES, 128 * MB),
    ],
    "cameras.md": [
        ("Pictures of up to 40 megapixels are taken", stream_pictures.MOST_PIXELS, 40_000_000),
        ("sends nothing for ten seconds, is connected to again", receiver.SILENT_SECONDS, 10),
    ],
    "hotlists.md": [
        ("dated more than 26 hours ahead of the clock", review.MOST_AHEAD, timedelta(hours=26)),
    ],
    "hotlist-layouts.md": [
        ("most of the list's first 200 rows end so", tables._FIRST_ROWS, 200),
        ("none of the first 200 rows pads its plate", ca_clew._FIRST_LINES, 200),
        (
            "comma-separated lists: up to three lines",
            (unheaded._MOST_HEADERS, fl._MOST_HEADERS, wa_stolen._MOST_HEADERS),
            (3, 3, 3),
        ),
    ],
    "patrol.md": [
        ("NCIC's copies: 12 h", freshness.NCIC_HOURS, 12),
    ],
    "retention.md": [
        ("when no read has named it for ten minutes", stored_pictures.LONGEST_GRACE, timedelta(minutes=10)),
        ("lists that people sent and nobody imported | three weeks", uploads.KEEP, timedelta(weeks=3)),
    ],
}


@pytest.mark.parametrize("document", SAID)
def test_a_limit_is_the_one_that_is_promised(document: str) -> None:
    text = " ".join(re.sub(r"\n *(?:[-*] )?", " ", (DOCS / document).read_text(encoding="utf-8")).split())
    for sentence, limit, promised in SAID[document]:
        assert sentence in text, "docs and code change together"
        assert limit == promised, sentence
