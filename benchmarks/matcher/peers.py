"""What others find within one edit, and how fast."""

from __future__ import annotations

import time

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from benchmarks.matcher.lists import READS, draw_plates, draw_reads
from benchmarks.matcher.timing import median_rate, resident_mb

_SLOW_READS = 20


def peers(size: int, runs: int) -> dict[str, str]:
    """Measure what finds texts within one edit."""
    plates = draw_plates(size, 1)
    texts = [read.plate for read in draw_reads(plates, READS, 3, listed=0.01, distributions=False)]
    some = texts[:_SLOW_READS]

    def extract_one() -> int:
        for text in some:
            process.extractOne(text, plates, scorer=Levenshtein.distance, score_cutoff=1)
        return len(some)

    def cdist() -> int:
        process.cdist(texts[:32], plates, scorer=Levenshtein.distance, score_cutoff=1, dtype=np.uint8, workers=1)
        return 32

    row = {
        "entries": f"{size:,}",
        "rapidfuzz extractOne, reads/s": f"{median_rate(extract_one, 1):,.1f}",
        "rapidfuzz cdist (32), reads/s": f"{median_rate(cdist, min(runs, 3)):,.0f}",
    }
    try:
        from symspellpy import SymSpell, Verbosity
    except ImportError:
        return row | {"symspellpy d=1": "not installed"}
    before = resident_mb()
    started = time.perf_counter()
    spell = SymSpell(max_dictionary_edit_distance=1, prefix_length=7)
    for plate in plates:
        spell.create_dictionary_entry(plate, 1)
    built = time.perf_counter() - started

    def symspell() -> int:
        for text in texts:
            spell.lookup(text, Verbosity.ALL, max_edit_distance=1)
        return len(texts)

    rate = median_rate(symspell, min(runs, 3))
    return row | {
        "symspellpy d=1, reads/s": f"{rate:,.0f}",
        "symspellpy memory": f"{resident_mb() - before:.0f} MB",
        "symspellpy build": f"{built:.0f} s",
    }
